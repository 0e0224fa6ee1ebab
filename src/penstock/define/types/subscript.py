"""`List[int]`, `Optional[int]`, `Dict[str, int]`, `Set[int]`, `Tuple[int, str]`: types as written.

Each stands for the plain container as it is, and in brackets makes the type of typed parts.
"""

from __future__ import annotations

from typing import Final, cast

from penstock.define.types.annotations import resolve_runtime_type
from penstock.define.types.builtin import DICT_TYPE, SET_TYPE, TUPLE_TYPE
from penstock.define.types.definition import RuntimeType
from penstock.define.types.generic import (
    LIST_TYPE,
    DictType,
    GenericName,
    ListType,
    OptionalType,
    SetType,
    TupleType,
)
from penstock.errors import ParameterCheckError


def _part(annotation: object, owner: str) -> RuntimeType:
    if annotation is None:
        raise ParameterCheckError(f"{owner}[None] is not a type. For any value, use {owner}[Any].")
    return resolve_runtime_type(annotation)


class _List(GenericName):
    __slots__ = ()

    def __getitem__(self, inner_type: object) -> ListType:
        return ListType(_part(inner_type, self.name))

    def __call__(self, inner_type: object) -> ListType:
        return self[inner_type]


class _Dict(GenericName):
    __slots__ = ()

    def __getitem__(self, key_and_value: object) -> DictType:
        given = cast("tuple[object, ...]", key_and_value)
        if not isinstance(key_and_value, tuple) or len(given) != 2:
            raise ParameterCheckError(
                f"Dict takes the type of its keys and the type of its values, as in Dict[str, int],"
                f" not {key_and_value!r}."
            )
        return DictType(_part(given[0], self.name), _part(given[1], self.name))


class _Set(GenericName):
    __slots__ = ()

    def __getitem__(self, item_type: object) -> SetType:
        return SetType(resolve_runtime_type(item_type))


class _Tuple(GenericName):
    __slots__ = ()

    def __getitem__(self, item_types: object) -> TupleType:
        if item_types is None:
            raise ParameterCheckError(
                "Tuple[None] is not a type. Name the type of each item, as in Tuple[int, str]."
            )
        if not isinstance(item_types, tuple):
            return TupleType(resolve_runtime_type(item_types))
        items = cast("tuple[object, ...]", item_types)
        return TupleType(*[resolve_runtime_type(each) for each in items])


class _Optional:
    """`Optional[T]`; alone it is no type."""

    __slots__ = ()

    def __getitem__(self, inner_type: object) -> OptionalType:
        return OptionalType(_part(inner_type, "Optional"))

    @property
    def config_type(self) -> None:
        """None: types are apart from config."""
        return

    def __repr__(self) -> str:
        return "penstock.Optional"


List: Final = _List("List", LIST_TYPE)
Dict: Final = _Dict("Dict", DICT_TYPE)
Set: Final = _Set("Set", SET_TYPE)
Tuple: Final = _Tuple("Tuple", TUPLE_TYPE)
Optional: Final = _Optional()
