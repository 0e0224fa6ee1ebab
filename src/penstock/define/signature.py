"""What the parameters of a user's function ask for: context, config, resources or inputs.

Reads the code object first and resolves annotations only where there are any, because ten thousand
assets are declared in one go.
"""

from __future__ import annotations

import builtins
import inspect
import sys
import typing
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import cast

from penstock.config.config_type import ABSENT
from penstock.config.configured import DefinitionSchema, parameter_schema
from penstock.define.resource import ResourceDefinition
from penstock.errors import InvalidConfigDefinitionError, InvalidDefinitionError

CONTEXT_NAMES = frozenset({"context", "_context", "context_", "_", "__"})
_RESOURCE_MARK = "penstock_resource"
_UNRESOLVED = object()


@dataclass(frozen=True, slots=True, kw_only=True)
class Signature:
    """The parameters of a function, sorted by what they ask for.

    Attributes:
        context: Whether the first parameter is the context.
        config: The annotation of the `config` parameter, if there is one.
        config_schema: What that annotation says of the config.
        resources: The parameters that are resources; each is its own resource key.
        inputs: The remaining parameters, in order.
        defaults: The inputs that have a default, with it.
        takes_any: Whether it has `**kwargs`.
        returns_nothing: Whether its annotation says that no value is returned.
        context_type: The annotation of the context, if it has one.
    """

    context: bool
    config: object
    resources: tuple[str, ...]
    inputs: tuple[str, ...]
    defaults: Mapping[str, object]
    takes_any: bool
    returns_nothing: bool
    context_type: object = None
    config_schema: DefinitionSchema | None = field(default=None, compare=False)

    def has_config(self, value: object) -> bool:
        """Tell whether a value is an object of the `Config` class of the parameter."""
        return is_config_class(self.config) and isinstance(value, cast("type", self.config))


_NO_PARAMETERS = Signature(
    context=False,
    config=None,
    resources=(),
    inputs=(),
    defaults={},
    takes_any=False,
    returns_nothing=False,
)
_NOTHING_FROM_NOTHING = replace(_NO_PARAMETERS, returns_nothing=True)
_TAKES_MORE = inspect.CO_VARARGS | inspect.CO_VARKEYWORDS


def read_signature(
    function: Callable[..., object], *, nothing_types: tuple[type, ...] = ()
) -> Signature:
    """Sort a function's parameters.

    Args:
        function: A plain function.
        nothing_types: Return annotations that, beside None, mean "no value".

    Raises:
        InvalidDefinitionError: It takes `*args`.
    """
    code = getattr(function, "__code__", None)
    if code is None or getattr(function, "__wrapped__", None) is not None:
        return _read_any(function, nothing_types)
    takes_none = not (code.co_argcount or code.co_kwonlyargcount or code.co_flags & _TAKES_MORE)
    if takes_none:
        returned = annotations_of(function).get("return", inspect.Parameter.empty)
        is_nothing = returned in (None, type(None), *nothing_types)
        return _NOTHING_FROM_NOTHING if is_nothing else _NO_PARAMETERS
    if code.co_flags & inspect.CO_VARARGS:
        raise _takes_args(function)
    names = code.co_varnames[: code.co_argcount + code.co_kwonlyargcount]
    return _sort(
        function,
        names,
        _defaults_of(function, names[: code.co_argcount]),
        takes_any=bool(code.co_flags & inspect.CO_VARKEYWORDS),
        nothing_types=nothing_types,
    )


def _takes_args(function: Callable[..., object]) -> InvalidDefinitionError:
    name = getattr(function, "__name__", repr(function))
    return InvalidDefinitionError(f"'{name}' takes *args; name its parameters.")


def _defaults_of(function: Callable[..., object], names: tuple[str, ...]) -> dict[str, object]:
    found: dict[str, object] = dict(getattr(function, "__kwdefaults__", None) or {})
    values = getattr(function, "__defaults__", None) or ()
    found.update(zip(names[len(names) - len(values) :], values, strict=True))
    return found


def _read_any(function: Callable[..., object], nothing_types: tuple[type, ...]) -> Signature:
    parameters = inspect.signature(function).parameters.values()
    if any(p.kind is p.VAR_POSITIONAL for p in parameters):
        raise _takes_args(function)
    names = tuple(p.name for p in parameters if p.kind is not p.VAR_KEYWORD)
    defaults = {p.name: p.default for p in parameters if p.default is not p.empty}
    takes_any = any(p.kind is p.VAR_KEYWORD for p in parameters)
    return _sort(function, names, defaults, takes_any=takes_any, nothing_types=nothing_types)


def _sort(
    function: Callable[..., object],
    names: tuple[str, ...],
    defaults: Mapping[str, object],
    *,
    takes_any: bool,
    nothing_types: tuple[type, ...],
) -> Signature:
    hints = annotations_of(function)
    context = bool(names) and (names[0] in CONTEXT_NAMES or _is_context(hints.get(names[0])))
    rest = names[1:] if context else names
    resources: list[str] = []
    inputs: list[str] = []
    config: DefinitionSchema | None = None
    for name in rest:
        hint = hints.get(name)
        if name == "config":
            config = _config_schema(function, hint, defaults.get(name, ABSENT))
        elif hint is not None and is_resource_type(hint):
            refuse_factory(name, hint)
            resources.append(name)
        else:
            if hint is not None:
                _check_input(function, name, hint)
            inputs.append(name)
    returned = hints.get("return", inspect.Parameter.empty)
    return Signature(
        context=context,
        config=None if config is None else hints["config"],
        config_schema=config,
        resources=tuple(resources),
        inputs=tuple(inputs),
        defaults={k: v for k, v in defaults.items() if k in inputs},
        takes_any=takes_any,
        returns_nothing=returned in (None, type(None), *nothing_types),
        context_type=hints.get(names[0]) if context else None,
    )


def is_config_class(hint: object) -> bool:
    """Tell whether an annotation is a `Config` class."""
    return isinstance(hint, type) and hasattr(hint, "__config_type__")


def _config_schema(
    function: Callable[..., object], hint: object, default: object
) -> DefinitionSchema:
    name = getattr(function, "__name__", repr(function))
    if hint is None:
        raise InvalidConfigDefinitionError(
            f"'{name}': the parameter 'config' has no annotation that can be resolved. Annotate it"
            " with a Config class, or with a type like dict or str."
        )
    return parameter_schema(hint, default=default, owner=f"'{name}'")


def _check_input(function: Callable[..., object], name: str, hint: object) -> None:
    """Look at an annotation that makes no resource of a parameter but resembles one that does."""
    refuse_factory(name, hint)
    if is_config_class(hint):
        owner = getattr(function, "__name__", repr(function))
        warnings.warn(
            f"'{owner}' takes its input '{name}' as a Config class. Run config reaches a function"
            " through the parameter 'config' only: rename the parameter if that is meant.",
            stacklevel=5,
        )


def refuse_factory(name: str, hint: object) -> None:
    """Refuse an annotation that names what makes a resource, not the resource.

    Raises:
        InvalidDefinitionError: It does.
    """
    if not isinstance(hint, type):
        return
    module = sys.modules.get("penstock.config.resource")
    makes = issubclass(hint, ResourceDefinition) or (
        module is not None
        and issubclass(hint, module.ConfigurableResourceFactory)
        and not issubclass(hint, module.ConfigurableResource)
    )
    if makes:
        raise InvalidDefinitionError(
            f"The parameter '{name}' is annotated with '{hint.__name__}', which makes a resource"
            " and is not what user code receives. Annotate it with the type of what is made, as"
            " in ResourceParam[Client], or ResourceParam[Any] for an object of any type."
        )


def annotations_of(function: Callable[..., object]) -> Mapping[str, object]:
    """Return a function's annotations, with text resolved to types.

    An annotation with a name that only exists for type checkers is left out: its parameter counts
    as an input, and a function that returns such a type returns a value.
    """
    raw: Mapping[str, object] = getattr(function, "__annotations__", None) or {}
    if not any(isinstance(hint, str) for hint in raw.values()):
        return raw
    plain = _plain_names(function, raw)
    if plain is not None:
        return plain
    try:
        return typing.get_type_hints(function, include_extras=True)
    except (NameError, AttributeError, TypeError):
        resolved = {name: _resolve(function, hint) for name, hint in raw.items()}
        return {name: hint for name, hint in resolved.items() if hint is not _UNRESOLVED}


def _plain_names(
    function: Callable[..., object], raw: Mapping[str, object]
) -> Mapping[str, object] | None:
    """Return annotations that are names of the module or built in; None if one is anything else.

    This is what nearly all annotations are, and looking names up is far quicker than compiling
    each of them.
    """
    names: Mapping[str, object] = getattr(function, "__globals__", {})
    nonlocals = getattr(getattr(function, "__code__", None), "co_freevars", ())
    found: dict[str, object] = {}
    for parameter, hint in raw.items():
        if not isinstance(hint, str) or hint in nonlocals:
            return None
        if hint == "None":
            found[parameter] = type(None)
            continue
        value = names.get(hint, getattr(builtins, hint, None) if hint.isidentifier() else None)
        if not isinstance(value, type):
            return None
        found[parameter] = value
    return found


def _resolve(function: Callable[..., object], hint: object) -> object:
    if not isinstance(hint, str):
        return hint
    namespace = dict(getattr(function, "__globals__", {}))
    if inspect.isfunction(function):
        namespace.update(inspect.getclosurevars(function).nonlocals)
    try:
        return eval(hint, namespace)  # noqa: S307 - the user's own annotation
    except (NameError, AttributeError, TypeError, SyntaxError):
        return _UNRESOLVED


def _is_context(hint: object) -> bool:
    return isinstance(hint, type) and getattr(hint, "is_penstock_context", False) is True


def is_resource_type(hint: object) -> bool:
    """Tell whether an annotation asks for a resource.

    The module of `ConfigurableResource` needs pydantic; where it was never loaded, no annotation
    can be one of its classes, so it is looked up and not imported.
    """
    if _RESOURCE_MARK in getattr(hint, "__metadata__", ()):
        return True
    if getattr(hint, "is_penstock_resource", False) is True:
        return True
    module = sys.modules.get("penstock.config.resource")
    if module is None:
        return False
    return isinstance(hint, type) and issubclass(hint, module.ConfigurableResourceFactory)
