"""From annotations to shapes: what the file may say for a field, and how a value is made of it.

A shape is compiled once for each annotation. Knows types only; the fields of a class and the models
that are derived from them are `fields` and `resolvable`.
"""

from __future__ import annotations

import types
import typing
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Annotated, Literal, Protocol, Union, cast, get_args, get_origin

from pydantic import BaseModel

from penstock.errors import ResolutionError
from penstock.library.components.resolution import ResolutionContext
from penstock.library.components.resolver import Resolver

_SCALARS: tuple[object, ...] = (
    int, float, str, bool, object, None, type(None), list, dict, tuple, typing.Any
)  # fmt: skip
_UNIONS = (Union, types.UnionType)
_SEQUENCES = (list, tuple, Sequence)
_MAPPINGS = (dict, Mapping)


class Shape(Protocol):
    """What the file may say, and what is made of it."""

    @property
    def schema(self) -> object:
        """The type that the file's value must have."""
        ...

    def resolve(self, context: ResolutionContext, value: object) -> object:
        """Make the value."""
        ...


class HasModel(Protocol):
    """A class with a model of its own; `Resolvable` is the one there is."""

    @classmethod
    def model(cls) -> type[BaseModel]:
        """Return the model of what the file may say."""
        ...

    @classmethod
    def resolve_from_model(cls, context: ResolutionContext, model: BaseModel) -> object:
        """Make an object of the class."""
        ...


IsResolvable = Callable[[object], bool]
"""Tells whether a type has a model of its own."""


@dataclass(frozen=True, slots=True)
class Plain:
    """A value that templates and pydantic are enough for."""

    annotation: object

    @property
    def schema(self) -> object:
        """The type that the value in the file must have."""
        return self.annotation

    def resolve(self, context: ResolutionContext, value: object) -> object:
        """Make the value."""
        found = context.resolve_value(value, as_type=object)
        if isinstance(found, str) and _is_kind(self.annotation, Enum):
            return cast("type[Enum]", self.annotation)(found)
        return found


@dataclass(frozen=True, slots=True)
class Custom:
    """A value that a function of the user makes."""

    resolver: Resolver
    schema: object

    def resolve(self, context: ResolutionContext, value: object) -> object:
        """Make the value."""
        if self.resolver.inject_before_resolve and isinstance(value, str):
            value = context.resolve_value(value, as_type=object)
            if not isinstance(value, str):
                return value
        return self.resolver.fn(context, value)


@dataclass(frozen=True, slots=True)
class Nested:
    """A value of a class that has a model of its own."""

    kind: type[HasModel]

    @property
    def schema(self) -> object:
        """The type that the value in the file must have."""
        return self.kind.model()

    def resolve(self, context: ResolutionContext, value: object) -> object:
        """Make the value."""
        if isinstance(value, BaseModel):
            return self.kind.resolve_from_model(context, value)
        return context.resolve_value(value, as_type=object)


@dataclass(frozen=True, slots=True)
class Many:
    """A list or tuple of values of one shape."""

    item: Shape
    kind: type

    @property
    def schema(self) -> object:
        """The type that the value in the file must have."""
        item = self.item.schema
        return tuple[item, ...]  # pyright: ignore[reportInvalidTypeForm] - a type made at run time

    def resolve(self, context: ResolutionContext, value: object) -> object:
        """Make the value."""
        if isinstance(value, str) or not isinstance(value, Sequence):
            return context.resolve_value(value, as_type=object)
        items = cast("Sequence[object]", value)
        found = [self.item.resolve(context.at_path(n), each) for n, each in enumerate(items)]
        return tuple(found) if self.kind is tuple else found


@dataclass(frozen=True, slots=True)
class Table:
    """A mapping of names to values of one shape."""

    entry: Shape

    @property
    def schema(self) -> object:
        """The type that the value in the file must have."""
        entry = self.entry.schema
        return dict[str, entry]  # pyright: ignore[reportInvalidTypeForm] - a type made at run time

    def resolve(self, context: ResolutionContext, value: object) -> object:
        """Make the value."""
        if not isinstance(value, Mapping):
            return context.resolve_value(value, as_type=object)
        entries = cast("Mapping[str, object]", value)
        return {k: self.entry.resolve(context.at_path(k), each) for k, each in entries.items()}


@dataclass(frozen=True, slots=True)
class Either:
    """A value of the first shape that fits; those with a function of their own go first."""

    options: tuple[Shape, ...]

    @property
    def schema(self) -> object:
        """The type that the value in the file must have."""
        return Union[tuple(option.schema for option in self.options)]  # noqa: UP007 - at run time

    def resolve(self, context: ResolutionContext, value: object) -> object:
        """Make the value."""
        if value is None:
            return None
        matching = [o for o in self.options if isinstance(o, Nested) and _is_of(o, value)]
        special = [o for o in self.options if not isinstance(o, Plain | Nested)]
        plain = [o for o in self.options if isinstance(o, Plain)]
        faults: list[str] = []
        for option in (*matching, *special, *plain):
            if isinstance(option, Many) and isinstance(value, str):
                continue
            try:
                found = option.resolve(context, value)
            except Exception as error:  # noqa: BLE001 - the border to user code; the next may fit
                faults.append(f"{type(error).__name__}: {error}")
                continue
            if found is not None:
                return found
        if not faults:
            return context.resolve_value(value, as_type=object)
        raise context.error("None of the types of the field fits:\n  " + "\n  ".join(faults))


def _is_of(option: Nested, value: object) -> bool:
    return isinstance(value, option.kind.model())


@dataclass(frozen=True, slots=True)
class Compiler:
    """Compiles annotations; told what a resolvable class is, since that is made of shapes."""

    is_resolvable: IsResolvable

    def field(self, annotation: object, name: str) -> tuple[Shape, Resolver | None]:
        """Return the shape of a field, and the resolver that is attached to it.

        Raises:
            ResolutionError: Nothing says how a value of the annotation is made.
        """
        resolver = _attached(annotation)
        shape = self.shape(annotation)
        if shape is None:
            raise ResolutionError(_cannot_derive(annotation, name))
        return shape, resolver

    def shape(self, annotation: object, *, depth: int = 0) -> Shape | None:
        """Return the shape of an annotation; None if nothing says how it is made."""
        if self.is_plain(annotation) and not _has_enum(annotation):
            return Plain(annotation)
        if self.is_resolvable(annotation):
            return Nested(cast("type[HasModel]", annotation))
        origin, args = get_origin(annotation), get_args(annotation)
        if origin is Annotated:
            return self._annotated(annotation, depth)
        if origin in _UNIONS:
            return self._union(args, depth)
        if origin in _SEQUENCES:
            item = self.shape(args[0], depth=depth + 1)
            return None if item is None else Many(item, cast("type", origin))
        if origin in _MAPPINGS:
            return self._mapping(args, depth)
        return None

    def is_plain(self, annotation: object) -> bool:
        """Tell whether templates and pydantic are enough for an annotation.

        Raises:
            ResolutionError: It is a pydantic model with a field that they are not enough for.
        """
        if any(annotation is scalar for scalar in _SCALARS) or _is_kind(annotation, Enum):
            return True
        if self.is_resolvable(annotation):
            cast("type[HasModel]", annotation).model()  # raises where it cannot have one
            return False
        if _is_kind(annotation, BaseModel):
            self._require_plain_fields(cast("type[BaseModel]", annotation))
            return True
        origin, args = get_origin(annotation), get_args(annotation)
        if origin is Literal:
            return True
        if origin is Annotated:
            return _attached(annotation) is None and self.is_plain(args[0])
        if origin in (*_UNIONS, *_SEQUENCES, *_MAPPINGS):
            return all(arg is Ellipsis or self.is_plain(arg) for arg in args)
        return False

    def _annotated(self, annotation: object, depth: int) -> Shape | None:
        inner = get_args(annotation)[0]
        resolver = _attached(annotation)
        if resolver is None:
            return self.shape(inner, depth=depth)
        if resolver.resolves_from_parent_object and depth:
            raise ResolutionError(
                "Resolver.from_model stands inside a list, a mapping or a union. It is given the "
                "whole model, so it can only be on the outside of a field's annotation."
            )
        if resolver.how == "union":
            return self._options(resolver)
        if resolver.is_default and resolver.model_field_type is None:
            return self.shape(inner, depth=depth)
        if resolver.model_field_type is not None:
            return Custom(resolver, resolver.model_field_type)
        return Custom(resolver, self._schema_of(inner))

    def _schema_of(self, annotation: object) -> object:
        """Return what the file may say for a type whose value a function makes."""
        if self.is_resolvable(annotation):
            return cast("type[HasModel]", annotation).model()
        if self.is_plain(annotation):
            return annotation
        raise ResolutionError(
            f"The Resolver of {_name(annotation)} has to say what the file may hold: give it "
            "model_field_type=..."
        )

    def _options(self, resolver: Resolver) -> Shape:
        return Either(tuple(Custom(r, r.model_field_type or kind) for kind, r in resolver.options))

    def _union(self, args: tuple[object, ...], depth: int) -> Shape | None:
        shapes = [self.shape(arg, depth=depth + 1) for arg in args]
        known = tuple(shape for shape in shapes if shape is not None)
        return Either(known) if len(known) == len(shapes) else None

    def _mapping(self, args: tuple[object, ...], depth: int) -> Shape | None:
        if args[0] is not str:
            raise ResolutionError(
                f"A mapping in a file has keys of text, not of {_name(args[0])}. Annotate it as "
                "dict[str, ...]."
            )
        entry = self.shape(args[1], depth=depth + 1)
        return None if entry is None else Table(entry)

    def _require_plain_fields(self, model: type[BaseModel]) -> None:
        for name, info in model.model_fields.items():
            annotation = cast("object", info.rebuild_annotation())
            if _attached(annotation) is not None or not self.is_plain(annotation):
                raise ResolutionError(
                    f"{model.__name__}.{name} is of type {_name(annotation)}, which only a "
                    "Resolver makes of what a file holds. Derive the model from Resolvable, so "
                    "that its fields can have Resolvers."
                )


def _attached(annotation: object) -> Resolver | None:
    if get_origin(annotation) is not Annotated:
        return None
    return next((a for a in get_args(annotation)[1:] if isinstance(a, Resolver)), None)


def _is_kind(annotation: object, base: type) -> bool:
    return isinstance(annotation, type) and issubclass(annotation, base)


def _has_enum(annotation: object) -> bool:
    """Whether an annotation is a union of which an Enum is a part: a value has to be made of it."""
    is_union = get_origin(annotation) in _UNIONS
    return is_union and any(_is_kind(arg, Enum) for arg in get_args(annotation))


def _name(annotation: object) -> str:
    return annotation.__name__ if isinstance(annotation, type) else str(annotation)


_READY = {
    "AssetKey": "ResolvedAssetKey",
    "AssetSpec": "ResolvedAssetSpec",
    "AssetCheckSpec": "ResolvedAssetCheckSpec",
}
"""Types for which an annotation with a resolver is there."""


def _cannot_derive(annotation: object, name: str) -> str:
    ready = _READY.get(_name(annotation), "")
    hint = f"\nWrite {ready} in its place: it has a Resolver." if ready else ""
    return (
        f"Nothing in a file can stand for {name}: {_name(annotation)}.\n"
        "A field can be text, a number, a truth value, a list, a mapping, an Enum, a pydantic "
        "model, a Resolvable subclass, or Annotated with a Resolver(fn, model_field_type=...)."
        f"{hint}"
    )
