"""`RuntimeType`, what a value of an input or output must be, and `TypeCheck`, the verdict on one.

Owns the record of a type and how its check is called. It refuses to know which Python annotation
stands for which type, and what a run does with a verdict.
"""

from __future__ import annotations

import inspect
import logging
import typing
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any, TypeAlias, Union, cast

from penstock.config.config_type import ConfigType
from penstock.define.types.loader import TypeLoader
from penstock.errors import InvalidDefinitionError, InvariantViolationError, ParameterCheckError
from penstock.model.metadata import MetadataUnion, normalize_metadata


class TypeKind(Enum):
    """The kinds of types."""

    ANY = "ANY"
    SCALAR = "SCALAR"
    LIST = "LIST"
    NOTHING = "NOTHING"
    NULLABLE = "NULLABLE"
    REGULAR = "REGULAR"


@dataclass(frozen=True, slots=True, init=False)
class TypeCheck:
    """The verdict of a type on a value.

    Args:
        success: Whether the value is of the type.
        description: Why, for people.
        metadata: Facts about the value, kept with the event of the input or output.
    """

    success: bool
    description: str | None
    metadata: Mapping[str, MetadataUnion]

    def __init__(
        self,
        success: bool,  # noqa: FBT001 - the public signature
        description: str | None = None,
        metadata: Mapping[str, object] | None = None,
    ) -> None:
        if not is_bool(success):
            raise ParameterCheckError(
                f"TypeCheck(success=...) must be True or False, not {success!r}."
            )
        put = object.__setattr__
        put(self, "success", bool(success))
        put(self, "description", description)
        put(self, "metadata", normalize_metadata(metadata or {}))


def is_bool(value: object) -> bool:
    """Tell whether a value is True or False, of Python or of numpy."""
    return type(value).__name__ in ("bool", "bool_")


PASSED = TypeCheck(success=True)


def not_instance(value: object, expected: str) -> str:
    """Say that a value is not of a Python type."""
    return f"The value is of type {type(value).__name__}; expected {expected}."


class TypeCheckContext:
    """What the check of a type may ask.

    Args:
        run_id: The run that the value belongs to.
        log: A logger whose lines are kept with the run.
        resources: The resources that the type asked for, by attribute.
        dagster_type: The type whose check it is.
    """

    is_penstock_context = True

    __slots__ = ("dagster_type", "log", "resources", "run_id")

    def __init__(
        self, *, run_id: str, log: logging.Logger, resources: object, dagster_type: RuntimeType
    ) -> None:
        self.run_id: str = run_id
        self.log: logging.Logger = log
        self.resources: object = resources
        self.dagster_type: RuntimeType = dagster_type


TypeCheckFunction: TypeAlias = Callable[[TypeCheckContext, Any], object]
"""Given a context and a value: True, False or a `TypeCheck`."""


class RuntimeType:
    """What a value of an input or output must be.

    Args:
        type_check_fn: Given a context and a value: True, False or a `TypeCheck`.
        key: Identifies the type; the name if None.
        name: The name, unique in a job. A type with a key and no name has none.
        is_builtin: Whether the type is one of Penstock's own.
        description: What the type means, for people.
        loader: Builds a value from run config, for inputs that nothing is connected to.
        required_resource_keys: The resources that the check reads from its context.
        kind: What sort of type it is.
        typing_type: The annotation that the type stands for.
        metadata: Facts about the type; raw values or `MetadataValue`s.

    Attributes:
        always_passes: Whether every value is of the type, so that checking can be left out.

    Raises:
        InvalidDefinitionError: The check does not take two arguments.
        ParameterCheckError: There is neither a key nor a name, or an argument is not what it
            should be.
    """

    always_passes: bool = False

    def __init__(
        self,
        type_check_fn: TypeCheckFunction,
        key: str | None = None,
        name: str | None = None,
        is_builtin: bool = False,  # noqa: FBT001, FBT002 - the public signature
        description: str | None = None,
        loader: TypeLoader | None = None,
        required_resource_keys: Iterable[str] | None = None,
        kind: TypeKind = TypeKind.REGULAR,
        typing_type: object = Any,
        metadata: Mapping[str, object] | None = None,
    ) -> None:
        self.key: str = _key_of(key, name)
        self._name = name
        _check_arguments(type_check_fn, loader, label=self.key)
        self._type_check_fn = type_check_fn
        self.is_builtin = is_builtin
        self.description = description
        self._loader = loader
        self.required_resource_keys: frozenset[str] = frozenset(required_resource_keys or ())
        self.kind = kind
        self._typing_type = typing_type
        self.metadata: dict[str, MetadataUnion] = normalize_metadata(metadata or {})

    def type_check(self, context: TypeCheckContext | None, value: object) -> TypeCheck:
        """Judge a value.

        Args:
            context: What the check may ask; None suits a check that asks nothing.
            value: The value.

        Raises:
            InvariantViolationError: The check returned neither a bool nor a `TypeCheck`.
        """
        verdict = self._type_check_fn(cast("TypeCheckContext", context), value)
        if isinstance(verdict, TypeCheck):
            return verdict
        if is_bool(verdict):
            return TypeCheck(success=bool(verdict))
        raise InvariantViolationError(
            f"The check of type '{self.display_name}' must return True, False or a TypeCheck; it"
            f" returned {verdict!r}, which is a {type(verdict).__name__}."
        )

    @property
    def unique_name(self) -> str:
        """The name of the type.

        Raises:
            ParameterCheckError: It has none; see `has_unique_name`.
        """
        if self._name is None:
            raise ParameterCheckError(
                f"The type '{self.key}' has no unique name. Use its display_name or key."
            )
        return self._name

    @property
    def has_unique_name(self) -> bool:
        """Whether the type has a name."""
        return self._name is not None

    @property
    def display_name(self) -> str:
        """What to call the type, for people."""
        return self._name or self.key

    @property
    def loader(self) -> TypeLoader | None:
        """What builds a value of the type from run config; None if nothing does."""
        return self._loader

    @property
    def loader_schema_key(self) -> str | None:
        """The key of the config type that the loader accepts."""
        return None if self.loader is None else self.loader.schema_type.key

    @property
    def config_type(self) -> ConfigType | None:
        """The config type of the same values; None, because types are apart from config."""
        return None

    @property
    def typing_type(self) -> object:
        """The annotation that the type stands for."""
        return self._typing_type

    @property
    def parts(self) -> tuple[RuntimeType, ...]:
        """The types that this one is directly made of, in order."""
        return ()

    @property
    def inner_types(self) -> list[RuntimeType]:
        """The types that this one is made of, at any depth, each once."""
        found: dict[RuntimeType, None] = {}
        for part in self.parts:
            found[part] = None
            found.update(dict.fromkeys(part.inner_types))
        return list(found)

    @property
    def type_param_keys(self) -> list[str]:
        """The keys of the types that this one is directly made of."""
        return [part.key for part in self.parts]

    @property
    def is_any(self) -> bool:
        """Whether the type is `Any`."""
        return self.kind is TypeKind.ANY

    @property
    def is_nothing(self) -> bool:
        """Whether the type is `Nothing`: no value is passed."""
        return self.kind is TypeKind.NOTHING

    @property
    def supports_fan_in(self) -> bool:
        """Whether several outputs can be connected to one input of the type."""
        return False

    def get_inner_type_for_fan_in(self) -> RuntimeType:
        """Return the type of each of several outputs connected to one input.

        Raises:
            ParameterCheckError: The type does not support it.
        """
        raise ParameterCheckError(
            f"An input of type '{self.display_name}' takes one output only. Make it a List."
        )

    def __eq__(self, other: object) -> bool:
        return isinstance(other, RuntimeType) and (type(self), self.key) == (type(other), other.key)

    def __hash__(self) -> int:
        return hash(self.key)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.display_name}>"


def _key_of(key: str | None, name: str | None) -> str:
    found = key or name
    if found is None:
        raise ParameterCheckError("A DagsterType must have a key or a name. Give it one.")
    return found


def _check_arguments(check: object, loader: object, *, label: str) -> None:
    if not callable(check):
        raise ParameterCheckError(
            f"The type_check_fn of type '{label}' must be a function, not {check!r}."
        )
    if loader is not None and not isinstance(loader, TypeLoader):
        raise ParameterCheckError(
            f"The loader of type '{label}' must be a DagsterTypeLoader, not {loader!r}. Make one"
            " with @dagster_type_loader."
        )
    code = getattr(check, "__code__", None)
    if code is not None and code.co_argcount == 2 and not inspect.ismethod(check):
        return
    try:
        inspect.signature(check).bind(None, None)
    except TypeError as error:
        raise InvalidDefinitionError(
            f"The type_check_fn of type '{label}' must take 2 arguments, a context and the value:"
            f" {error}."
        ) from None
    except ValueError:
        return  # a builtin without a signature


class PythonObjectType(RuntimeType):
    """The type of the instances of a Python class, or of any of several.

    Args:
        python_type: A class, or a tuple of classes.
        key: Identifies the type; the name if None.
        name: The name; that of the class if None.

    Raises:
        ParameterCheckError: `python_type` is not a class.

    Example:
        ```python
        Frame = dg.PythonObjectDagsterType(pandas.DataFrame, name="Frame")
        ```
    """

    def __init__(
        self,
        python_type: type | tuple[type, ...],
        key: str | None = None,
        name: str | None = None,
        **rest: Any,
    ) -> None:
        classes = python_type if isinstance(python_type, tuple) else (python_type,)
        _check_classes(classes)
        self.python_type = python_type
        self.type_str: str = _name_of(python_type)
        rest.setdefault("typing_type", _annotation_of(python_type))
        super().__init__(self._check, key=key, name=name or self.type_str, **rest)

    def _check(self, _context: object, value: object) -> TypeCheck:
        if isinstance(value, self.python_type):
            return PASSED
        return TypeCheck(
            success=False,
            description=not_instance(value, self.type_str),
        )


def _check_classes(classes: tuple[object, ...]) -> None:
    wrong = [each for each in classes if not inspect.isclass(each)]
    if wrong or not classes:
        found = repr(wrong[0]) if wrong else "an empty tuple"
        raise ParameterCheckError(
            f"PythonObjectDagsterType takes a class or a tuple of classes, not {found}."
        )


def _name_of(python_type: type | tuple[type, ...]) -> str:
    if isinstance(python_type, tuple):
        return f"Union[{', '.join(each.__name__ for each in python_type)}]"
    return python_type.__name__


def _annotation_of(python_type: type | tuple[type, ...]) -> object:
    return Union[python_type] if isinstance(python_type, tuple) else python_type  # noqa: UP007


class AnnotatedClassType(RuntimeType):
    """The type of a class that was used as an annotation and never declared as a type.

    It has no name of its own, so a class and a declared type may be called the same.
    """

    def __init__(self, python_type: type) -> None:
        self.python_type = python_type
        qualified = f"{python_type.__module__}.{python_type.__name__}"
        self._instances_of = _instance_check(python_type)
        self._qualified = qualified
        self.always_passes: bool = python_type is object
        super().__init__(
            self._check, key=f"_TypeHintInferred[{qualified}]", typing_type=python_type
        )

    @property
    def display_name(self) -> str:
        """The name of the class."""
        return self.python_type.__name__

    def _check(self, _context: object, value: object) -> TypeCheck:
        if self._instances_of is None or isinstance(value, self._instances_of):
            return PASSED
        return TypeCheck(
            success=False,
            description=not_instance(value, self._qualified),
        )


def _instance_check(python_type: type) -> type | None:
    """Return the class that values must be instances of; None if that cannot be asked."""
    if typing.is_typeddict(python_type):
        return dict
    try:
        isinstance(None, python_type)
    except TypeError:  # a protocol that is not runtime_checkable
        return None
    return python_type
