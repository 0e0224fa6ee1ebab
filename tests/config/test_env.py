import copy
import pickle

import pytest

from penstock.config.env import EnvVar, holds_variable, variable_of
from penstock.errors import InvalidConfigError

REFUSED = (
    'EnvVar("TOKEN") was used as if it were its value, which Penstock fills in only inside config'
    " and resources. To read it here, call .get_value()."
)


@pytest.mark.parametrize(
    "use",
    [
        str,
        lambda v: f"{v}",
        lambda v: "{}".format(v),  # noqa: UP032
        lambda v: "Bearer " + v,
        lambda v: v + "/path",
        lambda v: f"{v:>10}",
    ],
)
def test_using_a_variable_as_text_is_refused(use):
    with pytest.raises(RuntimeError) as raised:
        use(EnvVar("TOKEN"))

    assert str(raised.value) == REFUSED


@pytest.mark.parametrize("use", [str, int, bool, "{}".format, lambda v: v + 1, lambda v: v > 9])
def test_using_an_integer_variable_is_refused(use):
    with pytest.raises(RuntimeError) as raised:
        use(EnvVar.int("PORT"))

    assert str(raised.value).startswith(
        'EnvVar.int("PORT") was used as if it were its value, which Penstock fills in only '
    )


def test_repr_shows_the_name_and_never_the_value(monkeypatch):
    monkeypatch.setenv("TOKEN", "hunter2")

    assert repr(EnvVar("TOKEN")) == 'EnvVar("TOKEN")'
    assert repr(EnvVar.int("TOKEN")) == 'EnvVar.int("TOKEN")'


def test_get_value_reads_the_environment_now(monkeypatch):
    monkeypatch.setenv("TOKEN", "abc")
    monkeypatch.setenv("PORT", "5432")

    assert EnvVar("TOKEN").get_value() == "abc"
    assert EnvVar.int("PORT").get_value() == 5432


def test_get_value_of_an_unset_variable_is_the_default(monkeypatch):
    monkeypatch.delenv("TOKEN", raising=False)

    assert EnvVar("TOKEN").get_value() is None
    assert EnvVar("TOKEN").get_value("other") == "other"
    assert EnvVar.int("TOKEN").get_value(7) == 7


def test_an_integer_variable_with_other_text_is_an_error_without_the_text(monkeypatch):
    monkeypatch.setenv("PORT", "hunter2")

    with pytest.raises(InvalidConfigError) as raised:
        EnvVar.int("PORT").get_value()

    assert str(raised.value) == (
        "The environment variable 'PORT' must hold an integer, and it does not."
        " Set it to digits only."
    )


@pytest.mark.parametrize("variable", [EnvVar("A"), EnvVar.int("A")], ids=["text", "integer"])
def test_copies_and_pickles_keep_the_name(variable):
    assert repr(copy.deepcopy(variable)) == repr(variable)
    assert repr(pickle.loads(pickle.dumps(variable))) == repr(variable)


def test_variables_with_the_same_name_are_equal():
    assert EnvVar.int("A") == EnvVar.int("A")
    assert EnvVar.int("A") != EnvVar.int("B")
    assert len({EnvVar.int("A"), EnvVar.int("A")}) == 1


def test_a_mapping_with_env_alone_is_a_variable():
    assert variable_of({"env": "A"}) == EnvVar("A")
    assert variable_of({"env": "A", "b": 1}) is None
    assert variable_of({"env": 3}) is None
    assert variable_of("A") is None


def test_variables_are_found_inside_lists_and_mappings():
    assert holds_variable({"a": [1, (EnvVar("X"),)]})
    assert not holds_variable({"a": [1, ("X",)]})
