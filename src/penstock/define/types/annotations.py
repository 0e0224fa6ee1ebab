"""Which type an annotation stands for: `resolve_runtime_type`, and classes declared as types.

Owns the one table from annotations to types; what was resolved once is looked up from then on. It
refuses to know functions and their parameters: who reads those resolves text to types before.
"""

from __future__ import annotations

import collections.abc
import inspect
import types
import typing
from collections.abc import Callable, Iterable, Mapping
from typing import Final, TypeVar, Union, cast, get_args, get_origin, overload

from penstock.define.types.builtin import (
    ANY_TYPE,
    BOOL_TYPE,
    DICT_TYPE,
    FLOAT_TYPE,
    INT_TYPE,
    NOTHING_TYPE,
    SET_TYPE,
    STRING_TYPE,
    TUPLE_TYPE,
)
from penstock.define.types.definition import AnnotatedClassType, PythonObjectType, RuntimeType
from penstock.define.types.generic import (
    LIST_TYPE,
    DictType,
    GenericName,
    ListType,
    OptionalType,
    SetType,
    TupleType,
)
from penstock.define.types.loader import TypeLoader
from penstock.errors import InvalidDefinitionError, InvariantViolationError, ParameterCheckError

C = TypeVar("C", bound=type)

_NATIVE: Final[Mapping[object, RuntimeType]] = {
    None: ANY_TYPE,
    typing.Any: ANY_TYPE,
    type(None): NOTHING_TYPE,
    int: INT_TYPE,
    float: FLOAT_TYPE,
    bool: BOOL_TYPE,
    str: STRING_TYPE,
    list: LIST_TYPE,
    dict: DICT_TYPE,
    set: SET_TYPE,
    tuple: TUPLE_TYPE,
}

_PLAIN_ORIGINS: Final[Mapping[object, RuntimeType]] = {
    list: LIST_TYPE,
    dict: DICT_TYPE,
    set: SET_TYPE,
    tuple: TUPLE_TYPE,
    collections.abc.Sequence: LIST_TYPE,
    collections.abc.Mapping: DICT_TYPE,
}

_resolved: dict[object, RuntimeType] = dict(_NATIVE)


def resolve_runtime_type(annotation: object) -> RuntimeType:
    """Return the type that an annotation stands for.

    Args:
        annotation: A type, a class, or an annotation of `typing`; None stands for `Any`, as where
            nothing is said.

    Raises:
        InvalidDefinitionError: It stands for no type.
        InvariantViolationError: It is a `DynamicOutput` outside a list.
        ParameterCheckError: It is a class of types and not a type.
    """
    if isinstance(annotation, RuntimeType):
        return annotation
    try:
        found = _resolved.get(annotation)
    except TypeError:
        raise InvalidDefinitionError(
            f"{_refusal(annotation)} It is not hashable: did you give an instance in place of its"
            " class?"
        ) from None
    if found is None:
        found = _resolve(annotation)
        _resolved[annotation] = found
    return found


def _resolve(annotation: object) -> RuntimeType:
    if isinstance(annotation, GenericName):
        return annotation.runtime_type
    origin = get_origin(annotation)
    wrapper = _wrapper_name(origin or annotation)
    if wrapper is not None:
        return _resolve_wrapped(wrapper, annotation)
    if origin is None:
        return _resolve_class(annotation)
    arguments = get_args(annotation)
    if origin is Union or origin is types.UnionType:
        return _resolve_union(annotation, arguments)
    if not arguments:
        return _plain(annotation, origin)
    return _resolve_container(annotation, origin, arguments)


def _resolve_class(annotation: object) -> RuntimeType:
    if not inspect.isclass(annotation):
        raise InvalidDefinitionError(_refusal(annotation))
    if issubclass(annotation, RuntimeType):
        raise ParameterCheckError(
            f"'{annotation.__name__}' is a class of types, not a type. Make one, as in"
            f" {annotation.__name__}(...)."
        )
    return AnnotatedClassType(annotation)


def _resolve_union(annotation: object, arguments: tuple[object, ...]) -> RuntimeType:
    members = [each for each in arguments if each is not type(None)]
    if len(members) != 1:
        raise InvalidDefinitionError(
            f"{_refusal(annotation)} Of unions, only one type or None can be: Optional[int]. For"
            " several classes, make a PythonObjectDagsterType((int, str))."
        )
    return OptionalType(resolve_runtime_type(members[0]))


def _plain(annotation: object, origin: object) -> RuntimeType:
    """Return the type of `typing.List` and its like, written without parts."""
    found = _PLAIN_ORIGINS.get(origin)
    if found is None or annotation == typing.Tuple[()]:  # noqa: UP006 - which is not typing.Tuple
        raise InvalidDefinitionError(_refusal(annotation))
    return found


def _resolve_container(
    annotation: object, origin: object, arguments: tuple[object, ...]
) -> RuntimeType:
    if origin is list or origin is collections.abc.Sequence:
        if _wrapper_name(get_origin(arguments[0]) or arguments[0]) == "DynamicOutput":
            return _resolve_of_value(arguments[0])
        return ListType(resolve_runtime_type(arguments[0]))
    if origin is dict or origin is collections.abc.Mapping:
        key, value = arguments
        return DictType(resolve_runtime_type(key), resolve_runtime_type(value))
    if origin is set:
        return SetType(resolve_runtime_type(arguments[0]))
    if origin is tuple:
        if Ellipsis in arguments:
            raise InvalidDefinitionError(
                f"{_refusal(annotation)} A tuple has a fixed length: tuple[int, str]. For any"
                " length, use list[int] or plain tuple."
            )
        return TupleType(*[resolve_runtime_type(each) for each in arguments])
    raise InvalidDefinitionError(_refusal(annotation))


_VALUE_WRAPPERS: Final = frozenset(
    {"Output", "DynamicOutput", "MaterializeResult", "ObserveResult"}
)


def _wrapper_name(candidate: object) -> str | None:
    """Return the name of the result class that an annotation wraps its value's type in, if any.

    By name, because the results stand beside this package and must be free to use it.
    """
    if not isinstance(candidate, type) or candidate.__name__ not in _VALUE_WRAPPERS:
        return None
    return candidate.__name__ if candidate.__module__.startswith("penstock.define.") else None


def _resolve_wrapped(wrapper: str, annotation: object) -> RuntimeType:
    if wrapper == "DynamicOutput":
        raise InvariantViolationError(
            f"{annotation!r} can only be used in a list: an op gives any number of dynamic outputs."
            " Write list[DynamicOutput[int]], or Output[int] for one output."
        )
    return NOTHING_TYPE if wrapper == "ObserveResult" else _resolve_of_value(annotation)


def _resolve_of_value(annotation: object) -> RuntimeType:
    arguments = get_args(annotation)
    return resolve_runtime_type(arguments[0] if arguments else None)


def _refusal(annotation: object) -> str:
    return (
        f"{annotation!r} is not a type for an input or output. Use a class, a DagsterType, or a"
        " list, dict, set, tuple or Optional of these."
    )


def resolve_input_annotation(annotation: object, *, parameter: str) -> RuntimeType:
    """Return the type of an input from the annotation of its parameter.

    Args:
        annotation: What is written; `inspect.Parameter.empty` if nothing is.
        parameter: The name of the parameter, for messages.

    Raises:
        InvalidDefinitionError: It stands for no type.
    """
    return _resolve_annotation(
        annotation,
        where=f"the annotation of parameter '{parameter}'",
        instead=f"ins={{'{parameter}': In(...)}}",
    )


def resolve_output_annotation(annotation: object) -> RuntimeType:
    """Return the type of an output from the return annotation of its function.

    Args:
        annotation: What is written; `inspect.Parameter.empty` if nothing is. None is `Nothing`.

    Raises:
        InvalidDefinitionError: It stands for no type.
        InvariantViolationError: It is a `DynamicOutput` outside a list.
    """
    return _resolve_annotation(annotation, where="the return annotation", instead="out=Out(...)")


def _resolve_annotation(annotation: object, *, where: str, instead: str) -> RuntimeType:
    if annotation is inspect.Parameter.empty:
        return ANY_TYPE
    if annotation is None:
        return NOTHING_TYPE
    try:
        return resolve_runtime_type(annotation)
    except InvalidDefinitionError as error:
        raise InvalidDefinitionError(
            f"Problem with {where}: {error} Correct it, or set the type by {instead}."
        ) from None


def make_python_type_usable_as_runtime_type(
    python_type: type[object], dagster_type: RuntimeType
) -> None:
    """Declare which type a Python class stands for as an annotation.

    Args:
        python_type: The class.
        dagster_type: The type that it is to stand for.

    Raises:
        InvalidDefinitionError: The class stands for another type already, because it was declared,
            or because it was used as an annotation before.
        ParameterCheckError: An argument is not what it should be.
    """
    if not inspect.isclass(python_type):
        raise ParameterCheckError(f"{python_type!r} is not a class, so it cannot be made a type.")
    if not isinstance(dagster_type, RuntimeType):  # pyright: ignore[reportUnnecessaryIsInstance] - users' code is unchecked
        raise ParameterCheckError(f"{dagster_type!r} is not a DagsterType.")
    known = _resolved.setdefault(python_type, dagster_type)
    if known is not dagster_type:
        raise InvalidDefinitionError(
            f"The class '{python_type.__name__}' already stands for the type"
            f" '{known.display_name}'. {_why_taken(python_type, known)}"
        )


def _why_taken(python_type: type, known: RuntimeType) -> str:
    if python_type in _NATIVE:
        return "It is built in. Give your type to In and Out in place of the class."
    if isinstance(known, AnnotatedClassType):
        return "It was used as an annotation before. Declare it above the first use."
    return "It was declared before, and a class stands for one type only."


@overload
def usable_as_runtime_type(name: C) -> C: ...


@overload
def usable_as_runtime_type(
    name: str | None = None,
    description: str | None = None,
    loader: TypeLoader | None = None,
) -> Callable[[C], C]: ...


def usable_as_runtime_type(
    name: str | C | None = None,
    description: str | None = None,
    loader: TypeLoader | None = None,
) -> C | Callable[[C], C]:
    """Declare a class as a type, so that it can be given a name, a description and a loader.

    Args:
        name: The name of the type; that of the class if None.
        description: What the type means, for people.
        loader: Builds a value from run config.

    Example:
        ```python
        @dg.usable_as_dagster_type(description="Orders of one day")
        class Orders: ...
        ```
    """

    def declare(python_type: C) -> C:
        if not inspect.isclass(python_type):
            raise ParameterCheckError(
                f"@usable_as_dagster_type decorates a class, not {python_type!r}."
            )
        called = name if isinstance(name, str) else python_type.__name__
        declared = PythonObjectType(
            python_type, name=called, description=description, loader=loader
        )
        make_python_type_usable_as_runtime_type(python_type, declared)
        return cast("C", python_type)

    if name is None or isinstance(name, str):
        return declare
    return declare(name)


def check_distinct_names(used: Iterable[RuntimeType]) -> dict[str, RuntimeType]:
    """Return types and all they are made of, by name; two of one name cannot be told apart.

    Args:
        used: The types of the inputs and outputs of one job.

    Raises:
        InvalidDefinitionError: Two different types have the same name.
    """
    named: dict[str, RuntimeType] = {}
    for top in used:
        for each in (top, *top.inner_types):
            if not each.has_unique_name:
                continue
            if named.setdefault(each.unique_name, each) is not each:
                raise InvalidDefinitionError(
                    f"Two different types are both named '{each.unique_name}'. Give one of them"
                    " another name, or use one type in both places."
                )
    return named
