"""`penstock definitions validate`."""

from __future__ import annotations

import click

from penstock.base.text import counted
from penstock.cli import wiring
from penstock.cli.options import Target, json_option, target_options
from penstock.cli.output import print_json


@click.group()
def definitions() -> None:
    """Check the definitions."""


@definitions.command(
    epilog="""\b
Examples:
  penstock definitions validate
  penstock definitions validate -m my_project.definitions
"""
)
@json_option
@target_options
def validate(*, target: Target, as_json: bool) -> None:
    """Load the definitions and list every problem, without running anything."""
    loaded = wiring.loaded_definitions(target)
    manifest = loaded.manifest
    if as_json:
        print_json(
            {
                "location": loaded.location,
                "valid": True,
                "assets": len(manifest.assets),
                "checks": len(manifest.checks),
                "jobs": len(manifest.jobs),
                "digest": manifest.digest(),
            }
        )
        return
    parts = [
        counted(len(manifest.assets), "asset"),
        counted(len(manifest.checks), "check"),
        counted(len(manifest.jobs), "job"),
    ]
    click.echo(f"The definitions of {loaded.location} are valid: {', '.join(parts)}.")
