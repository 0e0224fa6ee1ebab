from enum import Enum
from pathlib import Path
from typing import Literal

import pytest
from pydantic import Field, PrivateAttr, ValidationError, field_validator, model_validator

from penstock.config.env import EnvVar
from penstock.config.model import Config, PermissiveConfig, parse_config, with_variables
from penstock.errors import InvalidConfigError, InvalidInvocationError

PATH = "ops:glucose:config"


class Mode(Enum):
    FAST = "f"
    SLOW = "s"


class Window(Config):
    days: int
    label: str = "week"


class Glucose(Config):
    limit: int
    ratio: float = 1.0
    mode: Mode = Mode.FAST
    dry: bool = False
    window: Window | None = None
    windows: list[Window] = []
    levels: dict[str, int] = {}


def parse(model, raw, **environment):
    return parse_config(model, raw, path=PATH, environment=environment)


def message_of(model, raw, **environment):
    with pytest.raises(InvalidConfigError) as raised:
        parse(model, raw, **environment)
    return str(raised.value)


def test_raw_config_becomes_the_model_with_nested_models_and_defaults():
    parsed = parse(
        Glucose,
        {"limit": 5, "window": {"days": 7}, "windows": [{"days": 1}], "levels": {"a": 2}},
    )

    assert parsed == Glucose(
        limit=5, window=Window(days=7), windows=[Window(days=1)], levels={"a": 2}
    )


def test_an_integer_is_accepted_for_a_float():
    parsed = parse(Glucose, {"limit": 1, "ratio": 2})

    assert parsed.ratio == 2.0
    assert isinstance(parsed.ratio, float)


@pytest.mark.parametrize(
    ("raw", "told"),
    [
        ({"limit": "5"}, "limit: found text '5'; expected an integer."),
        ({"limit": True}, "limit: found true; expected an integer."),
        ({"limit": 1.5}, "limit: found the number 1.5; expected an integer."),
        ({"limit": None}, "limit: found null; expected an integer."),
        ({"limit": 1, "dry": "true"}, "dry: found text 'true'; expected true or false."),
        ({"limit": 1, "dry": 1}, "dry: found the integer 1; expected true or false."),
        ({"limit": 1, "ratio": "1"}, "ratio: found text '1'; expected a number."),
        ({"limit": 1, "window": 3}, "window: found the integer 3; expected a mapping or null."),
        (
            {"limit": 1, "windows": [{"days": 1}, {"days": "x"}]},
            "windows[1]:days: found text 'x'; expected an integer.",
        ),
        ({"limit": 1, "levels": {"a": "x"}}, "levels:a: found text 'x'; expected an integer."),
        ({}, 'limit: found nothing; expected an integer. For example: {"limit": 0}'),
    ],
)
def test_nothing_is_coerced_and_the_error_says_where(raw, told):
    assert message_of(Glucose, raw) == f"Config does not fit. {PATH}:{told}"


def test_every_problem_is_told_at_once():
    message = message_of(
        Glucose, {"limt": 3, "ratio": "x", "window": {"dayz": 1}, "mode": "f"}, X="1"
    )

    assert message == (
        "Config does not fit, for 6 reasons:\n"
        "  1. ops:glucose:config:limt: found an unknown field; expected one of the fields"
        " 'limit', 'ratio', 'mode', 'dry', 'window', 'windows' and 'levels'."
        " Did you mean 'limit'?\n"
        "  2. ops:glucose:config:window:dayz: found an unknown field; expected one of the fields"
        " 'days' and 'label'. Did you mean 'days'?\n"
        "  3. ops:glucose:config:window:days: found nothing; expected an integer."
        ' For example: {"days": 0}\n'
        "  4. ops:glucose:config:mode: found text 'f'; expected one of 'FAST' or 'SLOW'.\n"
        "  5. ops:glucose:config:limit: found nothing; expected an integer."
        ' For example: {"limit": 0}\n'
        "  6. ops:glucose:config:ratio: found text 'x'; expected a number."
    )


def test_a_missing_section_is_an_empty_one():
    assert parse(PermissiveConfig, None) == PermissiveConfig()
    assert message_of(Window, None) == (
        "Config does not fit. ops:glucose:config:days: found nothing; expected an integer."
        ' For example: {"days": 0}'
    )


def test_a_section_that_is_no_mapping_is_an_error():
    assert message_of(Window, "days") == (
        "Config does not fit. ops:glucose:config: found text 'days'; expected a mapping."
    )


def test_an_enum_is_given_by_name():
    assert parse(Glucose, {"limit": 1, "mode": "SLOW"}).mode is Mode.SLOW


def test_variables_are_accepted_for_scalars_and_converted_for_the_field():
    raw = {
        "limit": {"env": "LIMIT"},
        "dry": {"env": "DRY"},
        "ratio": {"env": "RATIO"},
        "mode": {"env": "MODE"},
        "window": {"days": 1, "label": {"env": "LABEL"}},
    }

    parsed = parse(Glucose, raw, LIMIT="5", DRY="True", RATIO="0.5", MODE="SLOW", LABEL="month")

    assert parsed.model_dump() == {
        "limit": 5,
        "ratio": 0.5,
        "mode": Mode.SLOW,
        "dry": True,
        "window": {"days": 1, "label": "month"},
        "windows": [],
        "levels": {},
    }


def test_a_variable_that_is_not_set_is_named():
    assert message_of(Glucose, {"limit": {"env": "LIMIT"}}) == (
        "Config does not fit. ops:glucose:config:limit: the environment variable 'LIMIT' is not"
        " set. Set it to an integer."
    )


def test_a_variable_with_other_text_is_an_error_without_the_text():
    assert message_of(Glucose, {"limit": {"env": "LIMIT"}}, LIMIT="hunter2") == (
        'Config does not fit. ops:glucose:config:limit: found the value of EnvVar("LIMIT");'
        " expected an integer."
    )


def test_a_mapping_field_with_the_key_env_is_not_a_variable():
    class Labels(Config):
        labels: dict[str, str]

    assert parse(Labels, {"labels": {"env": "prod"}}).labels == {"env": "prod"}


class Guarded(Config):
    token: str = Field(min_length=3)
    count: int = Field(default=1, ge=1)

    @field_validator("token")
    @classmethod
    def starts_right(cls, value: str) -> str:
        if not value.startswith("tk-"):
            raise ValueError(f"'{value}' does not start with tk-.")
        return value

    @model_validator(mode="after")
    def fits_together(self):
        if self.count == 13:
            raise ValueError(f"13 is unlucky for {self.token}")
        return self


@pytest.mark.parametrize(
    ("raw", "told"),
    [
        ({"token": "tk-1", "count": 0}, ":count: found the integer 0; expected a value greater"
         " than or equal to 1."),
        ({"token": "tk"}, ":token: found text 'tk'; expected a string with at least 3 characters."),
        ({"token": "abc"}, ":token: found text 'abc'; 'abc' does not start with tk-."),
        ({"token": "tk-1", "count": 13}, ": 13 is unlucky for tk-1."),
    ],
)  # fmt: skip
def test_the_messages_of_validators_are_told_with_their_place(raw, told):
    assert message_of(Guarded, raw) == f"Config does not fit. {PATH}{told}"


@pytest.mark.parametrize("secret", ["hunter2", "tk-hunter2", "h2"])
def test_no_error_shows_the_value_of_a_variable(secret):
    with pytest.raises(InvalidConfigError) as raised:
        parse(Guarded, {"token": {"env": "TOKEN"}, "count": 13}, TOKEN=secret)

    assert secret not in str(raised.value)
    assert 'EnvVar("TOKEN")' in str(raised.value)
    assert raised.value.__cause__ is None
    assert raised.value.__context__ is None


def test_repr_shows_the_variable_and_not_its_value():
    parsed = parse(
        Glucose,
        {"limit": 1, "window": {"days": 2, "label": {"env": "L"}}, "levels": {"a": {"env": "N"}}},
        L="hunter2",
        N="4242",
    )

    assert repr(parsed) == (
        "Glucose(limit=1, ratio=1.0, mode=<Mode.FAST: 'f'>, dry=False,"
        ' window=Window(days=2, label=EnvVar("L")), windows=[], levels={\'a\': EnvVar("N")})'
    )
    assert parsed.window.label == "hunter2"
    assert parsed.levels == {"a": 4242}


def test_assignment_names_the_class_and_the_field():
    config = Window(days=1)

    with pytest.raises(InvalidInvocationError) as raised:
        config.days = 2

    assert str(raised.value) == (
        "Cannot assign to 'Window.days': config and resources are frozen (frozen=True)."
        " Make a changed copy with model_copy(update={'days': ...})."
    )
    assert config.days == 1


def test_assignment_to_no_field_points_to_private_attributes():
    with pytest.raises(InvalidInvocationError) as raised:
        Window(days=1).cache = {}

    assert str(raised.value) == (
        "Cannot assign to 'Window.cache': config and resources are frozen (frozen=True), and"
        " 'cache' is not a field. Keep state in a pydantic PrivateAttr, whose name begins with an"
        " underscore."
    )


def test_deleting_a_field_is_refused():
    with pytest.raises(InvalidInvocationError):
        del Window(days=1).days


def test_private_attributes_can_be_set():
    class Counter(Config):
        start: int
        _seen: int = PrivateAttr(default=0)

    counter = Counter(start=1)
    counter._seen = 5

    assert counter._seen == 5


def test_construction_in_python_converts_as_pydantic_does_and_is_closed():
    assert Window(days="5") == Window(days=5)
    with pytest.raises(ValidationError):
        Window(days="five")
    with pytest.raises(ValidationError):
        Window(days=5, dayz=1)


def test_a_permissive_config_keeps_unknown_fields_as_attributes():
    class Open(PermissiveConfig):
        a: int

    assert parse(Open, {"a": 1, "b": {"c": 2}}).b == {"c": 2}
    assert message_of(Open, {"a": "1", "b": 2}) == (
        "Config does not fit. ops:glucose:config:a: found text '1'; expected an integer."
    )


class Cat(Config):
    kind: Literal["cat"] = "cat"
    meows: int


class Dog(Config):
    kind: Literal["dog"] = "dog"
    barks: int


class Home(Config):
    pet: Cat | Dog = Field(discriminator="kind")


def test_a_discriminated_union_is_read_by_tag_or_as_a_selector():
    assert parse(Home, {"pet": {"kind": "dog", "barks": 2}}) == Home(pet=Dog(barks=2))
    assert parse(Home, {"pet": {"dog": {"barks": 2}}}) == Home(pet=Dog(barks=2))


def test_a_union_that_no_member_fits_names_the_members():
    assert message_of(Home, {"pet": {"moos": 1, "size": 2}}) == (
        "Config does not fit. ops:glucose:config:pet: found a mapping; expected the fields of"
        " 'Cat' or 'Dog'."
    )


def test_a_plain_union_tells_one_problem():
    class Either(Config):
        value: int | str

    assert message_of(Either, {"value": []}) == (
        "Config does not fit. ops:glucose:config:value: found a list; expected an integer or text."
    )


def test_an_alias_is_a_key_of_run_config():
    class Renamed(Config):
        schema_name: str = Field(alias="schema")

    assert parse(Renamed, {"schema": "x"}).schema_name == "x"
    assert message_of(Renamed, {"schema": 3}) == (
        "Config does not fit. ops:glucose:config:schema: found the integer 3; expected text."
    )


def test_a_path_and_a_tuple_are_read_from_text_and_list():
    class Files(Config):
        base: Path
        ranks: tuple[int, ...] = ()

    assert parse(Files, {"base": "/data", "ranks": [1, 2]}) == Files(
        base=Path("/data"), ranks=(1, 2)
    )


def test_config_with_a_variable_is_a_template_that_writes_the_name():
    config = Window(days=EnvVar.int("DAYS"), label=EnvVar("LABEL"))

    assert repr(config) == 'Window(days=EnvVar.int("DAYS"), label=EnvVar("LABEL"))'
    assert config.to_config_dict() == {"days": {"env": "DAYS"}, "label": {"env": "LABEL"}}


def test_a_template_still_checks_the_names_of_its_fields():
    with pytest.raises(ValidationError) as raised:
        Window(label=EnvVar("LABEL"), dayz=1)

    assert [(e["type"], e["loc"]) for e in raised.value.errors()] == [
        ("missing", ("days",)),
        ("extra_forbidden", ("dayz",)),
    ]


def test_config_survives_the_round_trip_through_run_config():
    config = Glucose(limit=1, mode=Mode.SLOW, window=Window(days=2), levels={"a": 1})

    raw = config.to_config_dict()

    assert raw["mode"] == "SLOW"
    assert parse(Glucose, raw) == config


def test_a_config_made_in_python_gets_the_values_of_its_variables():
    class Inner(Config):
        port: int

    class Outer(Config):
        inners: list[Inner]
        plain: int = 1

    made = Outer(inners=[Inner(port=EnvVar.int("PORT"))])

    ready = with_variables(made, path="config", environment={"PORT": "80"})

    assert (ready.inners[0].port, ready.plain) == (80, 1)
    assert with_variables(ready, path="config", environment={}) is ready
    with pytest.raises(InvalidConfigError, match=r"config:inners\[0\]:port"):
        with_variables(made, path="config", environment={})


def test_plain_values_beside_a_variable_are_converted_too():
    class Server(Config):
        host: str
        port: int
        ratio: float | None = None

    made = Server(host=EnvVar("HOST"), port="80", ratio=1)

    ready = with_variables(made, path="config", environment={"HOST": "h"})

    assert (ready.host, ready.port, ready.ratio) == ("h", 80, 1.0)
    with pytest.raises(InvalidConfigError, match="found text 'x'; expected an integer"):
        with_variables(
            Server(host=EnvVar("HOST"), port="x"), path="config", environment={"HOST": "h"}
        )
