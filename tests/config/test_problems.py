import pytest

from penstock.config.problems import Problem, found_words, misfit, raise_problems
from penstock.errors import InvalidConfigError


def test_no_problem_raises_nothing():
    raise_problems([], subject="Config")


def test_one_problem_is_one_sentence():
    problem = misfit("ops:o:config:n", found="text 'a'", expected="an integer")

    with pytest.raises(InvalidConfigError) as raised:
        raise_problems([problem], subject="Config")

    assert str(raised.value) == (
        "Config does not fit. ops:o:config:n: found text 'a'; expected an integer."
    )


def test_several_problems_are_numbered():
    problems = [Problem(path="a", text="is odd"), Problem(path="b", text="is even", hint=" Ok?")]

    with pytest.raises(InvalidConfigError) as raised:
        raise_problems(problems, subject="Resource 'db'")

    assert str(raised.value) == (
        "Resource 'db' does not fit, for 2 reasons:\n  1. a: is odd.\n  2. b: is even. Ok?"
    )


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (None, "null"),
        (True, "true"),
        (False, "false"),
        (5, "the integer 5"),
        (2.5, "the number 2.5"),
        ("a", "text 'a'"),
        ({}, "a mapping"),
        ([1], "a list"),
        (object(), "a value of type 'object'"),
        ("x" * 99, f"text '{'x' * 58}…"),
    ],
)
def test_what_was_found_is_said_in_words(value, words):
    assert found_words(value) == words
