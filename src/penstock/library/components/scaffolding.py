"""Making the files of a new component."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, Literal, TypeVar, cast

import yaml
from pydantic import BaseModel

from penstock.errors import InvalidDefinitionError, ParameterCheckError

T = TypeVar("T")
P = TypeVar("P", bound=BaseModel)

_MARK = "penstock_scaffolder"


class NoParams(BaseModel):
    """The parameters of a scaffolder that takes none."""


@dataclass
class ScaffoldRequest(Generic[P]):
    """What to make.

    Attributes:
        type_name: The full name of the class, such as `my_project.components.Table`.
        target_path: The folder, or the file to add to.
        scaffold_format: Whether to write YAML or Python.
        project_root: The folder of the project.
        params: The parameters of the scaffolder.
        append: Whether to add to a file that is there.
    """

    type_name: str
    target_path: Path
    scaffold_format: Literal["yaml", "python"]
    project_root: Path | None
    params: P
    append: bool = False


class Scaffolder(ABC, Generic[P]):
    """Makes the files of a new component of one class; attached with `scaffold_with`."""

    @classmethod
    def get_scaffold_params(cls) -> type[P]:
        """Return the model of its parameters."""
        return cast("type[P]", NoParams)

    @abstractmethod
    def scaffold(self, request: ScaffoldRequest[P]) -> None:
        """Make the files."""


@dataclass(frozen=True)
class ScaffolderUnavailableReason:
    """Why a class has no scaffolder."""

    message: str


class DefaultScaffolder(Scaffolder[NoParams]):
    """Writes a `defs.yaml` without attributes, or a `component.py`."""

    def scaffold(self, request: ScaffoldRequest[NoParams]) -> None:
        """Make the files."""
        scaffold_component(request, {})


def scaffold_with(
    scaffolder_cls: type[Scaffolder[P]] | ScaffolderUnavailableReason,
) -> Callable[[T], T]:
    """Attach a scaffolder to a class."""

    def attach(thing: T) -> T:
        setattr(thing, _MARK, scaffolder_cls)
        return thing

    return attach


def scaffolder_of(thing: object) -> Scaffolder[BaseModel]:
    """Return a scaffolder of a class.

    Raises:
        InvalidDefinitionError: It has none.
    """
    found: object = getattr(thing, _MARK, None)
    if isinstance(found, ScaffolderUnavailableReason):
        raise InvalidDefinitionError(f"{thing!r} cannot be scaffolded: {found.message}")
    if found is None:
        raise InvalidDefinitionError(f"{thing!r} has no scaffolder. Attach one with scaffold_with.")
    return cast("type[Scaffolder[BaseModel]]", found)()


class _Dumper(yaml.SafeDumper):
    """Indents the items of lists, as people do."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:  # noqa: FBT001, FBT002 - the signature is yaml's
        super().increase_indent(flow, indentless=False)


def scaffold_component(
    request: ScaffoldRequest[P], yaml_attributes: Mapping[str, object] | None = None
) -> None:
    """Write the file of a component: `defs.yaml` with its attributes, or `component.py`.

    Raises:
        ParameterCheckError: The type has no module, or the format is neither YAML nor Python.
    """
    if request.scaffold_format == "yaml":
        _write_yaml(request, yaml_attributes or {})
    elif request.scaffold_format == "python":
        _write_python(request)
    else:
        raise ParameterCheckError(
            f"scaffold_format must be 'yaml' or 'python', not {request.scaffold_format!r}."
        )


def _write_yaml(request: ScaffoldRequest[P], attributes: Mapping[str, object]) -> None:
    facts = {"type": request.type_name, "attributes": dict(attributes)}
    sections = [
        yaml.dump({key: value}, Dumper=_Dumper, sort_keys=False) for key, value in facts.items()
    ]
    text = "\n".join(sections)
    if request.append:
        with request.target_path.open("a", encoding="utf-8") as file:
            file.write(f"---\n{text}")
    else:
        (request.target_path / "defs.yaml").write_text(text, encoding="utf-8")


def _write_python(request: ScaffoldRequest[P]) -> None:
    module, dot, name = request.type_name.rpartition(".")
    if not dot:
        raise ParameterCheckError(f"'{request.type_name}' has no module. Write 'module.Class'.")
    lines = [
        "import penstock as dg",
        f"from {module} import {name}",
        "",
        "",
        "@dg.component_instance",
        f"def load(context: dg.ComponentLoadContext) -> {name}: ...",
        "",
    ]
    (request.target_path / "component.py").write_text("\n".join(lines), encoding="utf-8")
