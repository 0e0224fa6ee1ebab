"""The functions of schedules and sensors: which parameter takes what."""

from __future__ import annotations

from collections.abc import Callable

import pytest

import penstock as dg
from penstock.define.tick_context import TickContext
from penstock.define.tick_function import TickFunction


class Folder(dg.ConfigurableResource[object]):
    path: str


def reader(function: Callable[..., object]) -> TickFunction[TickContext]:
    return TickFunction(function, noun="sensor")


def test_the_first_parameter_that_is_no_resource_is_the_context() -> None:
    def look(folder: Folder, moment: object) -> object:
        return (folder, moment)

    made = reader(look)

    assert made.resources == ("folder",)
    assert made.context_name == "moment"
    assert made.call("now", resources={"folder": "in"}) == ("in", "now")


def test_a_later_parameter_with_a_default_keeps_it() -> None:
    made = reader(lambda context, event, limit=3: (context, event, limit))

    assert made.call("c", "e", "not this", resources={}) == ("c", "e", 3)


def test_what_a_function_does_not_take_is_left_out() -> None:
    assert reader(lambda: "x").call("c", "e", resources={}) == "x"
    assert reader(lambda context: context).call("c", "e", resources={}) == "c"
    assert reader(lambda *given: given).call("c", resources={}) == ("c",)


def test_a_builtin_that_does_not_tell_takes_nothing() -> None:
    assert reader(dict).call("c", resources={}) == {}


def test_a_context_by_another_name_is_refused() -> None:
    made = reader(lambda context: context)

    with pytest.raises(
        dg.InvalidInvocationError, match=r"no parameter 'moment'\. It takes 'context'"
    ):
        made.given_context((), {"moment": None}, kind=TickContext)


def test_a_function_without_a_context_takes_one_and_ignores_it() -> None:
    made = reader(lambda: None)
    context = TickContext()

    assert made.given_context((), {"context": context}, kind=TickContext) == (context, {})
    assert made.given_context((), {}, kind=TickContext) == (None, {})
