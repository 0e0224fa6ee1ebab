import pytest

from penstock.config.env import EnvVar
from penstock.config.evaluate import evaluate_config, validate_config
from penstock.config.scalars import (
    ANY,
    BOOL,
    FLOAT,
    INT,
    STRING,
    BoolSource,
    IntSource,
    StringSource,
)


@pytest.mark.parametrize(
    ("config_type", "value", "read"),
    [
        (ANY, None, None),
        (ANY, {"a": [1]}, {"a": [1]}),
        (BOOL, True, True),
        (INT, 5, 5),
        (FLOAT, 1.5, 1.5),
        (FLOAT, 2, 2.0),
        (STRING, "x", "x"),
        (StringSource, "x", "x"),
        (StringSource, {"env": "TEXT"}, "words"),
        (StringSource, EnvVar("TEXT"), "words"),
        (STRING, EnvVar("TEXT"), "words"),
        (ANY, EnvVar("TEXT"), "words"),
        (IntSource, {"env": "SEVEN"}, 7),
        (BoolSource, {"env": "YES"}, True),
        (BoolSource, {"env": "NO"}, False),
        (BoolSource, {"env": "EMPTY"}, False),
    ],
)
def test_a_value_that_fits_is_read(config_type, value, read):
    variables = {"TEXT": "words", "SEVEN": "7", "YES": "True", "NO": "False", "EMPTY": ""}

    result = evaluate_config(config_type, value, environ=variables)

    assert (result.success, result.value, type(result.value)) == (True, read, type(read))


@pytest.mark.parametrize(
    ("config_type", "value", "told"),
    [
        (INT, "5", "root: found text '5'; expected an integer."),
        (INT, True, "root: found true; expected an integer."),
        (INT, None, "root: found null; expected an integer."),
        (INT, 1.0, "root: found the number 1.0; expected an integer."),
        (FLOAT, "1", "root: found text '1'; expected a number."),
        (FLOAT, True, "root: found true; expected a number."),
        (BOOL, "true", "root: found text 'true'; expected true or false."),
        (BOOL, 1, "root: found the integer 1; expected true or false."),
        (STRING, 5, "root: found the integer 5; expected text."),
        (StringSource, 5, "root: found the integer 5; expected text."),
        (
            StringSource,
            {"env": 1},
            "root:env: found the integer 1; expected the name of an environment variable.",
        ),
        (IntSource, {"envy": "X"}, "root: found a mapping; expected an integer or {env: NAME}."),
        (
            IntSource,
            {"env": "UNSET"},
            "root: the environment variable 'UNSET' is not set. Set it to an integer.",
        ),
        (
            IntSource,
            {"env": "WORD"},
            'root: found the value of EnvVar("WORD"); expected an integer.',
        ),
    ],
)
def test_a_value_that_does_not_fit_is_told_and_a_secret_is_not(config_type, value, told):
    result = evaluate_config(config_type, value, environ={"WORD": "four"})

    assert (result.success, [str(error) for error in result.errors]) == (False, [told])


def test_an_integer_beyond_the_range_of_a_float_does_not_fit():
    assert not evaluate_config(FLOAT, 10**400).success


def test_a_check_looks_no_variable_up():
    result = validate_config({"port": IntSource}, {"port": {"env": "UNSET"}})

    assert (result.success, result.value) == (True, {"port": {"env": "UNSET"}})


def test_an_integer_variable_gives_an_integer():
    assert evaluate_config(INT, EnvVar.int("SEVEN"), environ={"SEVEN": "7"}).value == 7
