"""`Resolvable` and `Model`: classes whose objects are made from YAML as well as from Python.

For each class a pydantic model of what the file may say is derived from its fields: every field
that is not text may be a template instead. The model checks the file; the shapes of the fields make
the object.
"""

from __future__ import annotations

import re
import weakref
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar, Self, cast

import yaml
from pydantic import BaseModel, ConfigDict, Field, PydanticSchemaGenerationError, ValidationError
from pydantic import create_model as make_model
from pydantic.config import JsonDict
from pydantic_core import InitErrorDetails, PydanticCustomError

from penstock.errors import PenstockError, ResolutionError
from penstock.library.components.fields import FieldFacts, fields_of
from penstock.library.components.form import ComponentFormConfig
from penstock.library.components.resolution import ResolutionContext, Source
from penstock.library.components.resolver import Resolver
from penstock.library.components.shapes import Compiler, Custom, Either, Plain, Shape
from penstock.library.located import parse_located

_SIMPLE = (int, float, str, bool, type(None))


class Model(BaseModel):
    """A pydantic model that refuses fields which it does not have.

    Example:
        >>> import penstock as dg
        >>> class Table(dg.Resolvable, dg.Model):
        ...     name: str
        >>> Table.resolve_from_yaml("name: orders").name
        'orders'
    """

    model_config: ClassVar[ConfigDict] = ConfigDict(extra="forbid", arbitrary_types_allowed=True)


class Resolvable:
    """Base of classes whose objects can be made from YAML.

    A subclass is a dataclass, a pydantic model, or has an `__init__` with annotations.
    """

    @classmethod
    def model(cls) -> type[BaseModel]:
        """Return the pydantic model of what a file may say.

        Raises:
            ResolutionError: A field has a type of which nothing says how it is made.
        """
        return _blueprint(cls).model

    @classmethod
    def get_form_config(cls) -> ComponentFormConfig | None:
        """Return what a form is told about the class; None keeps it out of forms."""
        return None

    @classmethod
    def resolve_from_model(cls, context: ResolutionContext, model: BaseModel) -> Self:
        """Make an object from a model that a file was read into.

        Raises:
            ResolutionError: A template or a resolver fails.
        """
        return cls(**resolve_fields(model, cls, context))

    @classmethod
    def resolve_from_yaml(cls, yaml: str, *, scope: Mapping[str, object] | None = None) -> Self:
        """Make an object from YAML text.

        Args:
            yaml: The text.
            scope: More that templates can name.

        Raises:
            ValidationError: The text does not fit the model (pydantic's error).
            ResolutionError: A template or a resolver fails.
            YamlMistake: The text is not YAML.
        """
        model = cls.model()
        document = next(parse_located(yaml), None)
        source = None if document is None else Source(root=document)
        value = None if document is None else document.plain()
        made = model() if value is None else validated(model, value, source)
        context = ResolutionContext.default(source).with_scope(**(scope or {}))
        return cls.resolve_from_model(context, made)

    @classmethod
    def resolve_from_dict(cls, dictionary: Mapping[str, object]) -> Self:
        """Make an object from plain values, as a file would hold them."""
        return cls.resolve_from_yaml(yaml.safe_dump(dict(dictionary), sort_keys=False))


def resolve_fields(
    model: BaseModel, resolved_cls: type, context: ResolutionContext
) -> dict[str, object]:
    """Return the fields that a file says, as arguments of the class.

    Raises:
        ResolutionError: A template or a resolver fails.
    """
    found: dict[str, object] = {}
    for name, field in _blueprint(resolved_cls).fields.items():
        if field.name_in_file in model.model_fields_set:
            found[field.argument or name] = _resolved(field, model, context)
    return found


def validated(
    model: type[BaseModel], value: object, source: Source | None, *, below: Sequence[str] = ()
) -> BaseModel:
    """Read plain values into a model.

    Args:
        model: The model.
        value: What the file says.
        source: The document, for the places in the error.
        below: The path in the document under which the values stand.

    Raises:
        ValidationError: They do not fit; each fault is told with its place.
    """
    try:
        return model.model_validate(value)
    except ValidationError as error:
        if source is None:
            raise
        raise _with_places(error, model, source, below) from None


@dataclass(frozen=True, slots=True)
class _Field:
    """One field, compiled.

    Attributes:
        name_in_file: What the file calls it.
        argument: What the class calls it when an object is made, if that is not its name.
    """

    facts: FieldFacts
    shape: Shape
    resolver: Resolver | None
    name_in_file: str
    argument: str | None


@dataclass(frozen=True, slots=True)
class _Blueprint:
    """What is known of a class: its fields, and the model of what a file may say."""

    fields: Mapping[str, _Field]
    model: type[BaseModel]


_blueprints: weakref.WeakKeyDictionary[type, _Blueprint] = weakref.WeakKeyDictionary()


def is_resolvable(annotation: object) -> bool:
    """Tell whether a type is a subclass of Resolvable."""
    return isinstance(annotation, type) and issubclass(annotation, Resolvable)


_COMPILER = Compiler(is_resolvable)


def _blueprint(kind: type) -> _Blueprint:
    found = _blueprints.get(kind)
    if found is None:
        fields = {name: _compiled(name, facts) for name, facts in fields_of(kind).items()}
        _require_one_id(kind, fields)
        found = _blueprints[kind] = _Blueprint(fields, _model_of(kind, fields))
    return found


def _compiled(name: str, facts: FieldFacts) -> _Field:
    shape, resolver = _COMPILER.field(facts.annotation, name)
    in_file = resolver.model_field_name if resolver is not None else None
    return _Field(
        facts,
        shape,
        resolver,
        in_file or name,
        facts.info.alias if facts.info is not None else None,
    )


def _model_of(kind: type, fields: Mapping[str, _Field]) -> type[BaseModel]:
    entries = {field.name_in_file: _entry(field) for field in fields.values()}
    form = kind.get_form_config() if issubclass(kind, Resolvable) else None
    extra = form.to_component_json_schema_extra() if form is not None else {}
    try:
        made = make_model(f"{kind.__name__}Model", __base__=Model, **entries)  # pyright: ignore[reportCallIssue, reportArgumentType, reportUnknownVariableType] - fields made at run time
    except PydanticSchemaGenerationError as error:
        raise ResolutionError(f"No model can be derived for {kind.__name__}: {error}") from error
    model = cast("type[BaseModel]", made)
    shown = {"title": _spaced(kind.__name__), "ui:order": list(entries), **extra}
    model.model_config["json_schema_extra"] = cast("JsonDict", shown)
    return model


def _entry(field: _Field) -> tuple[object, object]:
    """Return a field of the model as pydantic wants it: its type and its facts."""
    schema = field.shape.schema
    if schema is not str:
        schema = schema | str  # pyright: ignore[reportOperatorIssue, reportUnknownVariableType]
    resolver, info = field.resolver, field.facts.info
    default = ... if field.facts.is_required else field.facts.default
    if default is not ... and type(default) not in _SIMPLE:
        default = None
    described = info.description if info is not None else None
    facts = Field(  # pyright: ignore[reportCallIssue, reportUnknownVariableType] - facts made at run time
        default=default,  # pyright: ignore[reportArgumentType]
        alias=info.alias if info is not None else None,
        title=info.title if info is not None else None,
        description=(resolver.description if resolver is not None else None) or described,
        examples=_examples(field),
        json_schema_extra=_extra(field),  # pyright: ignore[reportArgumentType] - any JSON will do
    )
    return schema, cast("object", facts)


def _examples(field: _Field) -> list[object] | None:
    if field.resolver is not None and field.resolver.examples is not None:
        return list(field.resolver.examples)
    return field.facts.info.examples if field.facts.info is not None else None


def _extra(field: _Field) -> dict[str, object] | None:
    info = field.facts.info
    given = info.json_schema_extra if info is not None else None
    mine = field.resolver.json_schema_extra if field.resolver is not None else {}
    found = {**(given if isinstance(given, dict) else {}), **mine}
    return found or None


def _require_one_id(kind: type, fields: Mapping[str, _Field]) -> None:
    named = [
        name
        for name, field in fields.items()
        if field.resolver is not None and field.resolver.json_schema_extra.get("x-app-id-source")
    ]
    optional = [name for name in named if not fields[name].facts.is_required]
    if optional:
        raise ResolutionError(
            f"{kind.__name__}.{optional[0]} has id_source=True, but it has a default. Only a "
            "required field can name a component."
        )
    if len(named) > 1:
        raise ResolutionError(
            f"{kind.__name__} has id_source=True on '{named[0]}' and '{named[1]}'. Keep one."
        )


def _resolved(field: _Field, model: BaseModel, context: ResolutionContext) -> object:
    here = context.at_path(field.name_in_file)
    value: object = getattr(model, field.name_in_file)
    shape = field.shape
    try:
        if isinstance(shape, Custom) and shape.resolver.resolves_from_parent_object:
            return shape.resolver.fn(context, model)
        if isinstance(value, str) and not isinstance(shape, Custom | Plain | Either):
            return here.resolve_value(value, as_type=object)
        return shape.resolve(here, value)
    except PenstockError:
        raise
    except Exception as error:  # the border to user code: a resolver raised
        raise here.error(
            f"The resolver of '{field.name_in_file}' failed: {type(error).__name__}: {error}"
        ) from error


def _with_places(
    error: ValidationError, model: type[BaseModel], source: Source, below: Sequence[str]
) -> ValidationError:
    faults = error.errors(include_url=False)
    # Each field may be a template too, so pydantic says of each fault that text would have done.
    telling = [f for f in faults if f["loc"][-1:] != ("str",)] or faults
    details: list[InitErrorDetails] = []
    for fault in telling:
        path = (*below, *_in_document(source, below, fault["loc"]))
        message = f"{source.told(path)}: {fault['msg']}".replace("{", "{{").replace("}", "}}")
        details.append(
            InitErrorDetails(
                type=PydanticCustomError(fault["type"], message),  # pyright: ignore[reportArgumentType]
                loc=fault["loc"],
                input=fault["input"],
            )
        )
    return ValidationError.from_exception_data(model.__name__, details)


def _in_document(
    source: Source, below: Sequence[str], location: Sequence[str | int]
) -> tuple[str | int, ...]:
    """Return the steps of pydantic's path that are in the document: not its names of types."""
    path: list[str | int] = []
    here = source.root.at(tuple(below))
    for number, step in enumerate(location):
        is_there = step in here.entries or (isinstance(step, int) and step < len(here.items))
        is_last = number == len(location) - 1
        if is_there:
            path.append(step)
            here = here.at((step,))
        elif is_last and isinstance(step, str) and here.is_mapping:
            path.append(step)
    return tuple(path)


def _spaced(name: str) -> str:
    """Write a class name as words: `CSVAsset` becomes `CSV Asset`."""
    words = re.findall(r"[A-Z]+(?=[A-Z][a-z0-9])|[A-Z][a-z0-9]*|[a-z0-9]+", name)
    return " ".join(words) or name
