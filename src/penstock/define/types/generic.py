"""Types made of other types: lists, optional values, dicts, sets and tuples of typed parts.

Each checks the container and then its parts, and stops at the first part that does not fit. Two of
equal parts are equal.
"""

from __future__ import annotations

import typing
from collections.abc import Callable, Iterable, Sequence
from typing import cast

from penstock.define.types.builtin import ANY_TYPE
from penstock.define.types.definition import (
    PASSED,
    RuntimeType,
    TypeCheck,
    TypeCheckContext,
    TypeKind,
    not_instance,
)
from penstock.define.types.loader import (
    ListLoader,
    OptionalLoader,
    SetLoader,
    TextDictLoader,
    TupleLoader,
    TypeLoader,
)
from penstock.errors import InvalidDefinitionError, ParameterCheckError

Check = Callable[[TypeCheckContext, object], TypeCheck]


class GenericType(RuntimeType):
    """A type made of parts. It has no name of its own: its key says what it is made of.

    Args:
        check: Judges a value.
        key: Identifies the type.
        parts: The types that it is made of.
        shown: What to call it.
        loader: Builds a value from run config.
        kind: What sort of type it is.
        typing_type: The annotation that it stands for.
    """

    def __init__(
        self,
        check: Check,
        *,
        key: str,
        parts: Sequence[RuntimeType],
        shown: str,
        loader: TypeLoader | None,
        typing_type: object,
        kind: TypeKind = TypeKind.REGULAR,
    ) -> None:
        self._parts = tuple(parts)
        self._shown = shown
        super().__init__(
            check,
            key=key,
            loader=loader,
            required_resource_keys=frozenset[str]().union(
                *(part.required_resource_keys for part in parts)
            ),
            kind=kind,
            typing_type=typing_type,
        )

    @property
    def parts(self) -> tuple[RuntimeType, ...]:
        """The types that this one is directly made of, in order."""
        return self._parts

    @property
    def display_name(self) -> str:
        """What to call the type, for people."""
        return self._shown


def _not_a(kind: str, value: object) -> TypeCheck:
    return TypeCheck(success=False, description=not_instance(value, f"a {kind}"))


def _first_failure(
    context: TypeCheckContext, part: RuntimeType, values: Iterable[object]
) -> TypeCheck:
    if part.always_passes:
        return PASSED
    for value in values:
        verdict = part.type_check(context, value)
        if not verdict.success:
            return verdict
    return PASSED


def _refuse_nothing(part: RuntimeType, where: str) -> None:
    if part.is_nothing:
        raise InvalidDefinitionError(
            f"Nothing cannot be wrapped in {where}: it stands for no value at all. Several outputs"
            " can be connected to an input of type Nothing as it is."
        )


class ListType(GenericType):
    """Lists whose items are all of one type."""

    def __init__(self, inner_type: RuntimeType) -> None:
        _refuse_nothing(inner_type, "List")
        self.inner_type = inner_type
        super().__init__(
            self._check,
            key=f"List.{inner_type.key}",
            parts=[inner_type],
            shown=f"[{inner_type.display_name}]",
            loader=None if inner_type.loader is None else ListLoader(inner_type.loader),
            kind=TypeKind.LIST,
            typing_type=typing.List[cast("type", inner_type.typing_type)],  # noqa: UP006 - what users compare with
        )

    @property
    def supports_fan_in(self) -> bool:
        """Whether several outputs can be connected to one input: they are the items."""
        return True

    def get_inner_type_for_fan_in(self) -> RuntimeType:
        """Return the type of each output."""
        return self.inner_type

    def _check(self, context: TypeCheckContext, value: object) -> TypeCheck:
        if not isinstance(value, list):
            return TypeCheck(
                success=False,
                description=f"{value!r} is no list: its type is {type(value).__name__}.",
            )
        return _first_failure(context, self.inner_type, cast("list[object]", value))


class OptionalType(GenericType):
    """Values of another type, or None."""

    def __init__(self, inner_type: RuntimeType) -> None:
        _refuse_nothing(inner_type, "Optional")
        self.inner_type = inner_type
        self.always_passes: bool = inner_type.always_passes
        super().__init__(
            self._check,
            key=f"Optional.{inner_type.key}",
            parts=[inner_type],
            shown=f"{inner_type.display_name}?",
            loader=None if inner_type.loader is None else OptionalLoader(inner_type.loader),
            kind=TypeKind.NULLABLE,
            typing_type=typing.Optional[cast("type", inner_type.typing_type)],  # noqa: UP045 - not an annotation
        )

    @property
    def supports_fan_in(self) -> bool:
        """Whether several outputs can be connected to one input of the inner type."""
        return self.inner_type.supports_fan_in

    def get_inner_type_for_fan_in(self) -> RuntimeType:
        """Return the type of each output."""
        return self.inner_type.get_inner_type_for_fan_in()

    def _check(self, context: TypeCheckContext, value: object) -> TypeCheck:
        return PASSED if value is None else self.inner_type.type_check(context, value)


class DictType(GenericType):
    """Dicts whose keys are of one type and whose values are of another."""

    def __init__(self, key_type: RuntimeType, value_type: RuntimeType) -> None:
        self.key_type = key_type
        self.value_type = value_type
        # Config has text for keys, so only such dicts can be written in it.
        loader = value_type.loader if key_type.key == "String" else None
        super().__init__(
            self._check,
            key=f"TypedPythonDict.{key_type.key}.{value_type.key}",
            parts=[key_type, value_type],
            shown=f"Dict[{key_type.display_name},{value_type.display_name}]",
            loader=None if loader is None else TextDictLoader(loader),
            typing_type=typing.Dict[  # noqa: UP006 - what users compare with
                cast("type", key_type.typing_type), cast("type", value_type.typing_type)
            ],
        )

    def _check(self, context: TypeCheckContext, value: object) -> TypeCheck:
        if not isinstance(value, dict):
            return _not_a("dict", value)
        entries = cast("dict[object, object]", value)
        keys = _first_failure(context, self.key_type, entries)
        if not keys.success:
            return keys
        return _first_failure(context, self.value_type, entries.values())


class SetType(GenericType):
    """Sets whose items are all of one type."""

    def __init__(self, item_type: RuntimeType) -> None:
        if item_type.is_nothing:
            raise ParameterCheckError(
                "Set[Nothing] cannot be: Nothing stands for no value at all. Use List for fan-in."
            )
        self.item_type = item_type
        super().__init__(
            self._check,
            key=f"TypedPythonSet.{item_type.key}",
            parts=[item_type],
            shown=f"Set[{item_type.display_name}]",
            loader=None if item_type.loader is None else SetLoader(item_type.loader),
            typing_type=typing.Set[cast("type", item_type.typing_type)],  # noqa: UP006 - what users compare with
        )

    def _check(self, context: TypeCheckContext, value: object) -> TypeCheck:
        if not isinstance(value, set):
            return _not_a("set", value)
        return _first_failure(context, self.item_type, cast("set[object]", value))


class TupleType(GenericType):
    """Tuples of a fixed length, each place of its own type."""

    def __init__(self, *item_types: RuntimeType) -> None:
        if any(each.is_nothing for each in item_types):
            raise ParameterCheckError(
                "A Tuple cannot hold Nothing, which stands for no value at all. Use List for"
                " fan-in."
            )
        self.item_types = item_types
        loaders = [each.loader for each in item_types if each.loader is not None]
        super().__init__(
            self._check,
            key="TypedPythonTuple" + ".".join(each.key for each in item_types),
            parts=item_types,
            shown=f"Tuple[{','.join(each.display_name for each in item_types)}]",
            loader=TupleLoader(*loaders) if len(loaders) == len(item_types) else None,
            typing_type=typing.Tuple[tuple(each.typing_type for each in item_types)],  # noqa: UP006 - what users compare with
        )

    def _check(self, context: TypeCheckContext, value: object) -> TypeCheck:
        if not isinstance(value, tuple):
            return _not_a("tuple", value)
        items = cast("tuple[object, ...]", value)
        if len(items) != len(self.item_types):
            return TypeCheck(
                success=False,
                description=(
                    f"The tuple has {len(items)} items; {self.display_name} has"
                    f" {len(self.item_types)}."
                ),
            )
        for part, item in zip(self.item_types, items, strict=True):
            verdict = part.type_check(context, item)
            if not verdict.success:
                return verdict
        return PASSED


LIST_TYPE = ListType(ANY_TYPE)
"""Lists of anything."""


class GenericName:
    """A public name that stands for a plain container as it is, and makes types in brackets."""

    __slots__ = ("name", "runtime_type")

    def __init__(self, name: str, runtime_type: RuntimeType) -> None:
        self.name: str = name
        self.runtime_type: RuntimeType = runtime_type

    @property
    def config_type(self) -> None:
        """None: types are apart from config."""
        return

    def __repr__(self) -> str:
        return f"penstock.{self.name}"
