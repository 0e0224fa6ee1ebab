"""`Component`: a factory of definitions with attributes, and the decorators around it."""

from __future__ import annotations

import importlib
import inspect
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Self, TypeVar, cast, overload

from pydantic import BaseModel

from penstock.define.definitions import Definitions
from penstock.errors import InvalidDefinitionError, ParameterCheckError
from penstock.library.components.load_context import ComponentLoadContext
from penstock.library.components.resolvable import Model, Resolvable, validated
from penstock.library.components.scaffolding import DefaultScaffolder, scaffold_with
from penstock.library.components.scopes import ObjectScope

F = TypeVar("F", bound=Callable[..., object])

_LOADER_MARK = "penstock_component_loader"
_TEMPLATE_MARK = "penstock_template_var"
_PRODUCES = frozenset(["assets", "asset_checks", "jobs", "schedules", "sensors", "resources"])


def _nothing() -> dict[str, object]:
    return {}


@dataclass(frozen=True, slots=True)
class ComponentTypeSpec:
    """What is said about a class of components, for people.

    Attributes:
        owners: E-mail addresses, or team names as `team:x`.
        produces: The kinds of definitions that it makes, such as `assets`.
    """

    description: str | None = None
    tags: Sequence[str] = ()
    owners: Sequence[str] = ()
    metadata: Mapping[str, object] = field(default_factory=_nothing)
    produces: Sequence[str] = ()

    def __post_init__(self) -> None:
        for owner in self.owners or ():
            if "@" not in owner and not (owner.startswith("team:") and len(owner) > 5):
                raise InvalidDefinitionError(
                    f"'{owner}' is not an owner. Give an e-mail address, or a team as 'team:x'."
                )
        for kind in self.produces or ():
            if getattr(kind, "value", kind) not in _PRODUCES:
                raise ParameterCheckError(
                    f"'{kind}' is nothing that a component produces; that can be "
                    f"{', '.join(sorted(_PRODUCES))}."
                )


class EmptyAttributesModel(Model):
    """The attributes of a component that has none."""


@scaffold_with(DefaultScaffolder)
class Component(ABC):
    """A factory of definitions.

    A subclass makes definitions in `build_defs`. Where it is also a `Resolvable`, its fields are
    the `attributes` of a `defs.yaml`.

    Example:
        >>> import penstock as dg
        >>> class Tables(dg.Component, dg.Resolvable, dg.Model):
        ...     names: list[str]
        ...     def build_defs(self, context: dg.ComponentLoadContext) -> dg.Definitions:
        ...         return dg.Definitions(assets=[dg.AssetSpec(name) for name in self.names])
        >>> defs = dg.component_defs(component=Tables(names=["orders"]))
        >>> [spec.key.to_user_string() for spec in defs.assets]
        ['orders']
    """

    @abstractmethod
    def build_defs(self, context: ComponentLoadContext) -> Definitions:
        """Return the definitions of this component."""

    @classmethod
    def get_schema(cls) -> type[BaseModel] | None:
        """Return the model of the attributes of a component that is no Resolvable."""
        return None

    @classmethod
    def get_spec(cls) -> ComponentTypeSpec:
        """Return what is said about the class."""
        return ComponentTypeSpec()

    @classmethod
    def get_description(cls) -> str | None:
        """Return what the class is, for people."""
        return cls.get_spec().description or inspect.getdoc(cls)

    @classmethod
    def get_model_cls(cls) -> type[BaseModel] | None:
        """Return the model of the attributes."""
        if issubclass(cls, Resolvable):
            return cls.model()
        return cls.get_schema() or EmptyAttributesModel

    @classmethod
    def get_additional_scope(cls) -> Mapping[str, object]:
        """Return what the templates of its attributes can name: its own template variables."""
        return {
            name: function()
            for name, function in class_template_vars(cls).items()
            if not _parameters(function)
        }

    @classmethod
    def load(cls, attributes: BaseModel | None, context: ComponentLoadContext) -> Self:
        """Make a component of what a file says.

        Args:
            attributes: The attributes, read into the model of the class; None if there are none.
            context: Where it is loaded.
        """
        if not issubclass(cls, Resolvable) or attributes is None:
            return cls()
        names = frozenset(["load_component", "build_defs", "project_root"])
        here = context.resolution_context.with_scope(context=ObjectScope(context, names))
        return cast("Self", cls.resolve_from_model(here.at_path("attributes"), attributes))

    @classmethod
    def from_attributes_dict(
        cls, *, attributes: Mapping[str, object], context: ComponentLoadContext | None = None
    ) -> Self:
        """Make a component of the attributes that a file would hold."""
        model = cls.get_model_cls() or EmptyAttributesModel
        made = validated(model, dict(attributes), None)
        return cls.load(made, context or _test_context())


def _test_context() -> ComponentLoadContext:
    # By name: the tree is made of components, so it cannot be imported from here.
    tree = importlib.import_module("penstock.library.components.tree")
    return cast("ComponentLoadContext", tree.ComponentTree.for_test().load_context)


def component_instance(fn: F) -> F:
    """Mark a function of a `component.py` that returns a component.

    Example:
        >>> import penstock as dg
        >>> @dg.component_instance
        ... def load(context: dg.ComponentLoadContext) -> dg.DefsFolderComponent: ...
    """
    setattr(fn, _LOADER_MARK, True)
    return fn


def is_component_loader(thing: object) -> bool:
    """Tell whether a thing was marked with `component_instance`."""
    return getattr(thing, _LOADER_MARK, False) is True


@overload
def template_var(fn: F) -> F: ...


@overload
def template_var() -> Callable[[F], F]: ...


def template_var(fn: F | None = None) -> F | Callable[[F], F]:
    """Mark a function whose result templates can name.

    It takes nothing or the load context, and stands in the module that `template_vars_module`
    names, or is a static method of a component.
    """

    def mark(function: F) -> F:
        setattr(function, _TEMPLATE_MARK, True)
        return function

    return mark if fn is None else mark(fn)


def is_template_var(thing: object) -> bool:
    """Tell whether a thing was marked with `template_var`."""
    return getattr(thing, _TEMPLATE_MARK, False) is True


def class_template_vars(kind: type) -> dict[str, Callable[..., object]]:
    """Return the static methods of a class that are template variables."""
    found: dict[str, Callable[..., object]] = {}
    for base in reversed(kind.__mro__):
        for name, thing in vars(base).items():
            if isinstance(thing, staticmethod) and is_template_var(cast("object", thing.__func__)):
                found[name] = cast("Callable[..., object]", thing.__func__)
    return found


def value_of_template_var(function: Callable[..., object], context: ComponentLoadContext) -> object:
    """Call a template variable with what it takes.

    Raises:
        InvalidDefinitionError: It takes more than the context.
    """
    count = _parameters(function)
    if count > 1:
        name = getattr(function, "__name__", repr(function))
        raise InvalidDefinitionError(
            f"Template variable '{name}' has {count} parameters. It can take the load context, or "
            "nothing."
        )
    return function(context) if count else function()


def _parameters(function: Callable[..., object]) -> int:
    return len(inspect.signature(function).parameters)
