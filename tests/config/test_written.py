import enum
from typing import Optional

from pydantic import Field

from penstock.config.env import EnvVar
from penstock.config.model import Config, PermissiveConfig


class Colour(enum.Enum):
    RED = 1


class Inner(Config):
    days: int = 3


class Written(Config):
    colour: Colour = Colour.RED
    inner: Inner = Inner()
    token: str = EnvVar("TOKEN")
    schema_: str = Field("s", alias="schema")
    nothing: Optional[int] = None  # noqa: UP045 - as users write it
    wanted: int | None
    cleared: str | None = "x"
    items: list[Inner] = [Inner(days=1)]


def test_a_model_is_written_as_config():
    assert Written(cleared=None)._as_config_dict() == {
        "colour": "RED",
        "inner": {"days": 3},
        "token": {"env": "TOKEN"},
        "schema": "s",
        "cleared": None,
        "items": [{"days": 1}],
    }


def test_fields_that_are_not_declared_are_written_too():
    assert PermissiveConfig(a=1, b=[Colour.RED])._as_config_dict() == {"a": 1, "b": ["RED"]}
