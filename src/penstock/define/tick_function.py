"""`TickFunction`: the function of a schedule or a sensor, and how it is called.

Owns which of its parameters is the context, which are resources, and the rules of a call by hand.
What it returns is for `tick_results` to read.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from typing import Generic, TypeVar

from penstock.base.text import listed
from penstock.define.signature import annotations_of, is_resource_type, refuse_factory
from penstock.define.tick_context import TickContext
from penstock.errors import InvalidInvocationError

C = TypeVar("C", bound=TickContext)

_BY_PLACE = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.VAR_POSITIONAL)


class TickFunction(Generic[C]):
    """A user's function, its parameters sorted.

    Args:
        function: The function, or any callable.
        noun: "schedule" or "sensor", for messages.

    Attributes:
        given: The parameters that are no resources, in order: the context, and for an asset sensor
            the event. Later ones that have a default keep it.
        resources: The parameters that are resources; each is its own key.
    """

    __slots__ = ("_kinds", "_noun", "function", "given", "resources")

    def __init__(self, function: Callable[..., object], *, noun: str) -> None:
        self.function: Callable[..., object] = function
        self._noun = noun
        parameters = _parameters(function)
        hints = annotations_of(function) or annotations_of(type(function).__call__)
        wanted = [
            each.name
            for each in parameters
            if is_resource_type(hints.get(each.name, each.annotation))
        ]
        for each in parameters:
            refuse_factory(each.name, hints.get(each.name, each.annotation))
        self.resources: tuple[str, ...] = tuple(wanted)
        taken = [p for p in parameters if p.name not in wanted and p.kind is not p.VAR_KEYWORD]
        others = [p for p in taken if p is taken[0] or p.default is p.empty]
        self.given: tuple[str, ...] = tuple(each.name for each in others)
        self._kinds = {each.name: each.kind for each in others}

    @property
    def context_name(self) -> str | None:
        """The name of the parameter that takes the context; None if there is none."""
        return self.given[0] if self.given else None

    def call(self, context: object, *more: object, resources: Mapping[str, object]) -> object:
        """Call the function.

        Args:
            context: What its first parameter takes, if it has one that is no resource.
            more: What its further parameters take, as far as it has any.
            resources: The resources by key, set up.
        """
        places: list[object] = []
        keywords: dict[str, object] = {key: resources[key] for key in self.resources}
        for name, value in zip(self.given, (context, *more), strict=False):
            if self._kinds[name] in _BY_PLACE:
                places.append(value)
            else:
                keywords[name] = value
        return self.function(*places, **keywords)

    def given_context(
        self, args: Sequence[object], keywords: Mapping[str, object], *, kind: type[C]
    ) -> tuple[C | None, Mapping[str, object]]:
        """Return the context and the resources of a call by hand.

        The context is the first argument, or goes by its parameter's name or `context`.

        Raises:
            InvalidInvocationError: The call makes no sense.
        """
        named = {key: value for key, value in keywords.items() if key not in self.resources}
        direct = {key: value for key, value in keywords.items() if key in self.resources}
        if len(args) + len(named) > 1:
            raise InvalidInvocationError(
                f"This {self._noun} was called with {len(args) + len(named)} arguments that are no "
                "resources, and has room for one, the context. Pass that first, and resources by "
                "keyword."
            )
        if args:
            return self._context_of(args[0], kind), direct
        if not named:
            if self.context_name is not None:
                raise InvalidInvocationError(
                    f"This {self._noun} was called without the context, its parameter "
                    f"'{self.context_name}'. Pass build_{self._noun}_context()."
                )
            return None, direct
        name, value = next(iter(named.items()))
        if name != self.context_name and not (name == "context" and self.context_name is None):
            expected = listed([self.context_name or "context", *self.resources])
            raise InvalidInvocationError(
                f"This {self._noun} has no parameter '{name}'. It takes {expected}."
            )
        return self._context_of(value, kind), direct

    def _context_of(self, value: object, kind: type[C]) -> C | None:
        if value is None or isinstance(value, kind):
            return value
        hint = f" Pass resources by keyword: {listed(self.resources)}." if self.resources else ""
        raise InvalidInvocationError(
            f"This {self._noun} takes a {kind.__name__} as its context, not {value!r} of type "
            f"{type(value).__name__}.{hint}"
        )


def _parameters(function: Callable[..., object]) -> Sequence[inspect.Parameter]:
    """Return the parameters of a function; none of a builtin that does not tell."""
    try:
        return list(inspect.signature(function).parameters.values())
    except ValueError:
        return ()
