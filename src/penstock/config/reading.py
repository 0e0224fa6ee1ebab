"""Raw config into models: variables fetched, enums found by name, every misfit collected.

Owns the pass over raw values and the translation of pydantic's errors into `Problem`s. It reads no
environment itself: the variables are an argument. Values of variables never reach a `Problem`.
"""

from __future__ import annotations

import re
from collections.abc import Hashable, Mapping, Sequence
from typing import cast

from pydantic import BaseModel, TypeAdapter, ValidationError
from pydantic_core import ErrorDetails

from penstock.base.secrets import remember_secret
from penstock.base.text import did_you_mean, listed
from penstock.config.annotations import (
    WRITTEN_AS_TEXT,
    choose_model,
    container_in,
    enums_in,
    expected_words,
    is_implied,
    item_annotation,
    keys_of,
    members,
    models_in,
    takes_variable,
)
from penstock.config.config_type import UNFIT, Unfit
from penstock.config.env import (
    EnvVar,
    IntEnvVar,
    Variable,
    boolean_of,
    integer_of,
    number_of,
    variable_of,
)
from penstock.config.problems import Problem, ProblemReason, found_words, misfit
from penstock.config.sourced import Template, build, remember_sources, variable_defaults


def _fit(made: BaseModel | None) -> BaseModel | Unfit:
    return UNFIT if made is None else made


class Reading:
    """One pass over raw config.

    Args:
        environment: The variables that config may name. None looks no variable up: what names one
            is neither a problem nor built.

    Attributes:
        problems: Everything that did not fit, in the order of reading.
    """

    def __init__(self, environment: Mapping[str, str] | None) -> None:
        self.problems: list[Problem] = []
        self._environment = environment
        self._fetched: dict[str, tuple[Variable, str]] = {}

    def read_model(
        self, model: type[BaseModel], raw: Mapping[str, object], *, path: str
    ) -> BaseModel | None:
        """Build a model of raw config; None if something does not fit, which is then recorded."""
        keys = keys_of(model)
        known = self._known_keys(model, raw, path)
        values: dict[str, object] = {}
        sources: dict[str, object] = {}
        unfit: set[str] = set()
        for key, value in {**_implied(model, raw), **known}.items():
            name = keys.get(key, key)
            field = model.model_fields.get(name)
            fetched_before = len(self._fetched)
            read = self.read(field.annotation if field else object, value, path=f"{path}:{key}")
            if isinstance(read, Unfit):
                unfit.add(key)
                continue
            if len(self._fetched) > fetched_before and not isinstance(read, BaseModel):
                sources[name] = value
            values[key] = read
        made = self._validated(model, values, unfit=unfit, path=path)
        if made is None or unfit or len(known) < len(raw):
            return None
        remember_sources(made, sources)
        return made

    def read(self, annotation: object, value: object, *, path: str) -> object:
        """Turn one raw value into what its annotation wants, as far as that can be told."""
        if isinstance(value, Template):
            return self._read_template(value, path)
        if isinstance(value, EnvVar | IntEnvVar) or takes_variable(annotation):
            variable = variable_of(value)
            if variable is not None:
                value = self._fetch(variable, annotation, path)
        if isinstance(value, Mapping):
            return self._read_mapping(annotation, cast("Mapping[str, object]", value), path)
        if isinstance(value, list | tuple):
            return self._read_items(annotation, cast("Sequence[object]", value), path)
        return value if isinstance(value, Unfit) else self._read_leaf(annotation, value, path)

    def _read_template(self, template: Template, path: str) -> object:
        if template.at_launch and not template.values:
            self.problems.append(
                misfit(
                    path,
                    found="a resource that is configured at launch",
                    expected="its values in run config, or the same resource among the resources",
                )
            )
            return UNFIT
        return _fit(self.read_model(template.model, template.values, path=path))

    def _read_mapping(self, annotation: object, raw: Mapping[str, object], path: str) -> object:
        models = models_in(annotation)
        if models:
            chosen = choose_model(models, raw)
            if chosen is None:
                names = listed([model.__name__ for model in models], "or")
                self.problems.append(
                    misfit(path, found="a mapping", expected=f"the fields of {names}")
                )
                return UNFIT
            return _fit(self.read_model(chosen[0], chosen[1], path=path))
        inner = item_annotation(annotation, of_mapping=True)
        read = {key: self.read(inner, item, path=f"{path}:{key}") for key, item in raw.items()}
        return UNFIT if any(isinstance(item, Unfit) for item in read.values()) else read

    def _read_items(self, annotation: object, raw: Sequence[object], path: str) -> object:
        read = [
            self.read(
                item_annotation(annotation, of_mapping=False, index=index),
                item,
                path=f"{path}[{index}]",
            )
            for index, item in enumerate(raw)
        ]
        if any(isinstance(item, Unfit) for item in read):
            return UNFIT
        container = container_in(annotation)
        if container is None or (
            container is not tuple and not all(isinstance(item, Hashable) for item in read)
        ):
            return read
        return cast("object", container(read))

    def _read_leaf(self, annotation: object, value: object, path: str) -> object:
        if not isinstance(value, str):
            return value
        enums = enums_in(annotation)
        if enums and not isinstance(value, enums):
            for enum in enums:
                if value in enum.__members__:
                    return enum[value]
            if str not in members(annotation):
                self._misfit(path, value, annotation)
                return UNFIT
        return _written(annotation, value)

    def _fetch(self, variable: Variable, annotation: object, path: str) -> object:
        if self._environment is None:
            return UNFIT
        text = self._environment.get(variable.env_var_name)
        if text is None:
            self.problems.append(
                Problem(
                    path=path,
                    text=f"the environment variable '{variable.env_var_name}' is not set",
                    hint=f" Set it to {expected_words(annotation)}.",
                    reason=ProblemReason.FAILED_POST_PROCESSING,
                )
            )
            return UNFIT
        remember_secret(variable.env_var_name, text)
        self._fetched[path] = (variable, text)
        value = _value_of(variable, text, annotation)
        if value is None:
            self._misfit(path, text, int if isinstance(variable, IntEnvVar) else annotation)
            return UNFIT
        return value

    def _known_keys(
        self, model: type[BaseModel], raw: Mapping[str, object], path: str
    ) -> dict[str, object]:
        """Return the entries whose key names a field, and record a problem for each other one."""
        if model.model_config.get("extra") == "allow":
            return dict(raw)
        keys = keys_of(model)
        for key in raw:
            if key not in keys:
                hint = did_you_mean(str(key), keys)
                expected = f"one of the fields {listed(list(keys))}" if keys else "no field"
                self.problems.append(
                    misfit(
                        f"{path}:{key}",
                        found="an unknown field",
                        expected=expected,
                        hint=hint,
                        reason=ProblemReason.FIELD_NOT_DEFINED,
                    )
                )
        return {key: value for key, value in raw.items() if key in keys}

    def _validated(
        self, model: type[BaseModel], values: Mapping[str, object], *, unfit: set[str], path: str
    ) -> BaseModel | None:
        try:
            return build(model, values)
        except ValidationError as error:
            details = error.errors(include_url=False)
        keys = keys_of(model)
        unfit_names = {keys.get(key, key) for key in unfit}
        told: dict[str, Problem] = {}
        for detail in details:
            key = str(detail["loc"][0]) if detail["loc"] else ""
            if keys.get(key, key) in unfit_names or (not key and unfit):
                continue
            problem = self._translated(model, values, detail=detail, path=path)
            told.setdefault(problem.path, problem)
        self.problems.extend(told.values())
        return None

    def _translated(
        self,
        model: type[BaseModel],
        values: Mapping[str, object],
        *,
        detail: ErrorDetails,
        path: str,
    ) -> Problem:
        kind, message = detail["type"], self._redacted(detail["msg"])
        if not detail["loc"]:
            return Problem(path=path, text=_own_words(message))
        key = str(detail["loc"][0])
        field = model.model_fields.get(keys_of(model).get(key, key))
        annotation: object = field.annotation if field else object
        if kind == "missing" and key not in values:
            return misfit(
                f"{path}:{key}",
                found="nothing",
                expected=expected_words(annotation),
                reason=ProblemReason.MISSING_REQUIRED_FIELD,
            )
        where, annotation, value = _located(f"{path}:{key}", annotation, values.get(key), detail)
        found = self._found(where, value)
        if kind in {"value_error", "assertion_error"}:
            return Problem(path=where, text=f"found {found}; {_own_words(message)}")
        if kind.endswith("_type") or kind in _ABOUT_TYPE:
            return misfit(where, found=found, expected=expected_words(annotation))
        return misfit(where, found=found, expected=_constraint(message))

    def _misfit(self, path: str, value: object, annotation: object) -> None:
        self.problems.append(
            misfit(path, found=self._found(path, value), expected=expected_words(annotation))
        )

    def _found(self, path: str, value: object) -> str:
        for place, (variable, _) in self._fetched.items():
            if place == path or place.startswith((f"{path}:", f"{path}[")):
                return f"the value of {variable!r}"
        return self._redacted(found_words(value))

    def _redacted(self, message: str) -> str:
        """Replace the text of every variable fetched so far by the variable's name."""
        for variable, text in self._fetched.values():
            if text:
                message = message.replace(text, repr(variable))
        return message


def _implied(model: type[BaseModel], raw: Mapping[str, object]) -> dict[str, object]:
    """Return what config says by leaving fields out: variables, and models with only defaults."""
    given = {keys_of(model).get(key, key) for key in raw}
    implied = {
        name: dict[str, object]()
        for name, field in model.model_fields.items()
        if name not in given and field.is_required() and is_implied(field.annotation)
    }
    return {**implied, **variable_defaults(model, raw)}


_ABOUT_TYPE = frozenset({"int_from_float", "literal_error", "enum", "is_instance_of", "missing"})


def _located(
    where: str, annotation: object, value: object, detail: ErrorDetails
) -> tuple[str, object, object]:
    """Follow an error into lists and mappings, as far as its place names real items."""
    for step in detail["loc"][1:]:
        if isinstance(value, list | tuple) and isinstance(step, int):
            annotation = item_annotation(annotation, of_mapping=False, index=step)
            where, value = f"{where}[{step}]", cast("Sequence[object]", value)[step]
        elif isinstance(value, Mapping) and step in cast("Mapping[object, object]", value):
            annotation = item_annotation(annotation, of_mapping=True)
            where, value = f"{where}:{step}", cast("Mapping[object, object]", value)[step]
    return where, annotation, cast("object", value)


def _own_words(message: str) -> str:
    return re.sub(r"^(Value error|Assertion failed), ", "", message).rstrip(".")


def _constraint(message: str) -> str:
    """Turn 'Input should be less than 5' into 'a value less than 5'."""
    message = re.sub(r"^Input should be ", "a value ", message)
    message = re.sub(r"^(\w+) should have ", lambda m: f"a {m[1].lower()} with ", message)
    return re.sub(r"^(\w+) should ", lambda m: f"a {m[1].lower()} that should ", message)


def _written(annotation: object, text: str) -> object:
    """Read a path, date or the like from its text; the text itself if it is not one."""
    wanted = members(annotation)
    for part in WRITTEN_AS_TEXT:
        if part in wanted and str not in wanted:
            try:
                return cast("object", TypeAdapter(part).validate_python(text))
            except ValidationError:
                return text
    return text


def _value_of(variable: Variable, text: str, annotation: object) -> object:
    """Return the value that a variable's text stands for in a field; None if it has none."""
    if isinstance(variable, IntEnvVar):
        return integer_of(text)
    wanted = members(annotation)
    if str in wanted or not {bool, int, float} & set(wanted):
        return text
    if bool in wanted and (truth := boolean_of(text)) is not None:
        return truth
    if int in wanted and (value := integer_of(text)) is not None:
        return value
    return number_of(text) if float in wanted else None
