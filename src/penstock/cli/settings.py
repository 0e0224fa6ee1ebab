"""`penstock settings show`, `check` and `schema`."""

from __future__ import annotations

import json
from pathlib import Path

import click

from penstock.base.settings import Settings, load_settings
from penstock.cli.options import json_option
from penstock.cli.output import print_json, print_table
from penstock.errors import InvalidConfigError, PenstockError
from penstock.host.load import make_importable
from penstock.instance import Instance
from penstock.settings.document import (
    NAME,
    NOTHING_SAID,
    Document,
    find_file,
    read_file,
)
from penstock.settings.instance_class import class_of
from penstock.settings.json_schema import json_schema
from penstock.settings.parts import PART_TYPES, make_part
from penstock.settings.read import read_settings
from penstock.settings.shown import shown_settings
from penstock.settings.values import CustomChoice, InstanceSettings


@click.group()
def settings() -> None:
    """Show and check the settings of the instance.

    They are in penstock.yaml: in the home where PENSTOCK_HOME names one, else beside
    pyproject.toml.
    """


@settings.command(epilog="\b\nExample:\n  penstock settings show --source")
@click.option("--source", is_flag=True, help="Tell where each value comes from.")
@json_option
def show(*, source: bool, as_json: bool) -> None:
    """Show the settings that count; secrets are hidden."""
    process = load_settings()
    document = _document(None)
    _read(document, process)
    shown = shown_settings(document, process)
    if as_json:
        facts: list[dict[str, object]] = [
            {"key": each.key, "value": each.value, "source": each.source} for each in shown
        ]
        print_json({"file": _file_of(document), "settings": facts})
        return
    click.echo(f"Settings from {_file_of(document) or 'no file: all defaults'}\n")
    if source:
        rows = [(each.key, json.dumps(each.value), each.source) for each in shown]
        print_table(("KEY", "VALUE", "FROM"), rows)
    else:
        print_table(("KEY", "VALUE"), [(each.key, json.dumps(each.value)) for each in shown])


@settings.command(epilog="\b\nExample:\n  penstock settings check deploy/penstock.yaml")
@click.argument(
    "path", metavar="[FILE]", required=False, type=click.Path(exists=True, dir_okay=False)
)
@json_option
def check(*, path: str | None, as_json: bool) -> None:
    """Check the settings, with the classes that they name; nothing is opened.

    The exit code is 2 if something does not fit.
    """
    document = _document(path)
    _check(document)
    if as_json:
        print_json({"file": _file_of(document), "keys": sorted(document.values)})
    elif document is NOTHING_SAID:
        click.echo(f"There is no {NAME}: every setting has its default.")
    else:
        click.echo(f"{document.source} is fine.")


@settings.command(epilog="\b\nExample:\n  penstock settings schema > penstock.schema.json")
def schema() -> None:
    """Print the JSON schema of penstock.yaml, for editors."""
    click.echo(json.dumps(json_schema(), indent=2))


def _document(path: str | None) -> Document:
    found = find_file(load_settings()) if path is None else Path(path)
    return NOTHING_SAID if found is None else read_file(found)


def _file_of(document: Document) -> str | None:
    return None if document is NOTHING_SAID else document.source


def _read(document: Document, process: Settings) -> InstanceSettings:
    _, extra = class_of(document, of=Instance)
    return read_settings(document, environment=process.environment, extra=extra)


def _check(document: Document) -> None:
    """Check everything that can be without opening the store.

    Raises:
        InvalidConfigError: Something does not fit.
    """
    process = load_settings()
    make_importable(process.project.root)
    config = _read(document, process)
    told: list[str] = []
    for key, data in config.parts.items():
        if key == "instance_class":
            continue
        try:
            make_part(data, key, PART_TYPES[key])
        except PenstockError as error:
            told.append(f"{document.place_of(f'root:{key}')}: {error}")
    if isinstance(config.storage, CustomChoice):
        try:
            config.storage.made_by.find_class()
        except PenstockError as error:
            told.append(f"{document.place_of('root:storage')}: {error}")
    if told:
        listed = "\n".join(f"  {each}" for each in told)
        raise InvalidConfigError(f"The settings do not fit:\n{listed}")
