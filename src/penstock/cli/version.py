"""`penstock version`."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError
from importlib.metadata import version as installed_version

import click


@click.command()
def version() -> None:
    """Print the version of Penstock."""
    try:
        click.echo(f"penstock {installed_version('penstock')}")
    except PackageNotFoundError:
        click.echo("penstock (not installed as a package)")
