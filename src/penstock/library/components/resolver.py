"""`Resolver`: how one field of a component is made from what its file says."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Annotated, Literal, TypeVar

from penstock.errors import ParameterCheckError
from penstock.library.components.form import ComponentFormConfig
from penstock.library.components.resolution import ResolutionContext

T = TypeVar("T")

ResolveFunction = Callable[..., object]
"""Takes a `ResolutionContext` and a value, or the whole model, and returns the field's value."""

How = Literal["function", "model", "default", "passthrough", "union"]


class Resolver:
    """How one field is made from what the file says; attached with `Annotated`.

    Args:
        fn: Called with the context and what the file says.
        model_field_name: The name in the file, where it is not the field's.
        model_field_type: The type in the file, where it is not the field's.
        description: What the field is, for its schema.
        examples: Values that fit, for its schema.
        inject_before_resolve: Whether templates are rendered first; a template that gives no text
            is then the field's value, and the function is not asked.
        json_schema_extra: More entries for its schema.
        form_config: What a form is told about it.

    Example:
        >>> import penstock as dg
        >>> class Port(dg.Resolvable, dg.Model):
        ...     number: Annotated[int, Resolver(lambda _, text: int(text), model_field_type=str)]
        >>> Port.resolve_from_yaml("number: '80'").number
        80
    """

    def __init__(
        self,
        fn: ResolveFunction,
        *,
        model_field_name: str | None = None,
        model_field_type: object = None,
        description: str | None = None,
        examples: Sequence[object] | None = None,
        inject_before_resolve: bool = True,
        json_schema_extra: Mapping[str, object] | None = None,
        form_config: ComponentFormConfig | None = None,
    ) -> None:
        if not callable(fn):
            raise ParameterCheckError(f"Resolver needs a function, not {fn!r}.")
        self.fn = fn
        self.how: How = "function"
        self.options: Sequence[tuple[object, Resolver]] = ()
        self.model_field_name = model_field_name
        self.model_field_type = model_field_type
        self.description = description
        self.examples = examples
        self.inject_before_resolve = inject_before_resolve
        form = form_config.to_field_json_schema_extra() if form_config is not None else {}
        self.json_schema_extra: dict[str, object] = {**(json_schema_extra or {}), **form}

    @staticmethod
    def from_model(
        fn: ResolveFunction,
        *,
        model_field_name: str | None = None,
        model_field_type: object = None,
        description: str | None = None,
        examples: Sequence[object] | None = None,
    ) -> Resolver:
        """Return a resolver whose function is given all that the file says, not one field."""
        made = Resolver(
            fn,
            model_field_name=model_field_name,
            model_field_type=model_field_type,
            description=description,
            examples=examples,
        )
        made.how = "model"
        return made

    @staticmethod
    def union(arg_resolver_pairs: Sequence[tuple[object, Resolver]]) -> Resolver:
        """Return a resolver that takes the first of several that fits."""
        made = Resolver(_as_it_is)
        made.how = "union"
        made.options = tuple(arg_resolver_pairs)
        return made

    @staticmethod
    def default(
        *,
        model_field_name: str | None = None,
        model_field_type: object = None,
        description: str | None = None,
        examples: Sequence[object] | None = None,
        json_schema_extra: Mapping[str, object] | None = None,
        form_config: ComponentFormConfig | None = None,
    ) -> Resolver:
        """Return a resolver that renders templates, and else goes by the field's type."""
        made = Resolver(
            _rendered,
            model_field_name=model_field_name,
            model_field_type=model_field_type,
            description=description,
            examples=examples,
            inject_before_resolve=False,
            json_schema_extra=json_schema_extra,
            form_config=form_config,
        )
        made.how = "default"
        return made

    @staticmethod
    def passthrough(
        description: str | None = None, examples: Sequence[object] | None = None
    ) -> Resolver:
        """Return a resolver that leaves everything as the file says it, templates too."""
        made = Resolver(
            _as_it_is, description=description, examples=examples, inject_before_resolve=False
        )
        made.how = "passthrough"
        return made

    @property
    def is_default(self) -> bool:
        """Whether the field's type decides."""
        return self.how == "default"

    @property
    def resolves_from_parent_object(self) -> bool:
        """Whether the function is given all that the file says."""
        return self.how == "model"


def _rendered(context: ResolutionContext, value: object) -> object:
    return context.resolve_value(value)


def _as_it_is(context: ResolutionContext, value: object) -> object:
    return value


Injected = Annotated[T, Resolver.default(model_field_type=str)]
"""A value that only a template can give: `policy: Injected[FreshnessPolicy]`."""
