"""The `penstock` command: a table of commands, each loaded when it is used.

Owns the table and nothing else. Importing it imports click, and of Penstock no more than the error
tree, so that `--help` is quick.
"""

from __future__ import annotations

import importlib
from collections.abc import Generator, Mapping, MutableMapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final, NamedTuple, NoReturn

import click

from penstock.cli.errors import EXIT_CODES, run_guarded

ENV_PREFIX: Final = "PENSTOCK_CLI"
"""How the variables begin that set options: PENSTOCK_CLI_<COMMAND>_<OPTION>."""


class Entry(NamedTuple):
    """Where a command is, and its help in one line."""

    target: str
    summary: str


class LazyGroup(click.Group):
    """A group whose commands are imported when they are used.

    Args:
        entries: For each name where the command is, as `module:attribute`.
    """

    def __init__(
        self,
        name: str | None = None,
        *,
        entries: Mapping[str, Entry],
        help: str | None = None,
        epilog: str | None = None,
    ) -> None:
        super().__init__(name, help=help, epilog=epilog, no_args_is_help=True)
        self._entries = dict(entries)

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names in the order of the table."""
        return list(self._entries)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import a command."""
        entry = self._entries.get(cmd_name)
        if entry is None:
            return None
        module, _, attribute = entry.target.partition(":")
        command = getattr(importlib.import_module(module), attribute)
        assert isinstance(command, click.Command)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the table, without importing anything."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, e.summary) for name, e in self._entries.items()])

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command of the arguments; an unknown one is told with its nearest names."""
        if args and args[0] not in self._entries and not args[0].startswith("-"):
            import difflib  # noqa: PLC0415 - only a mistake pays for it

            near = difflib.get_close_matches(args[0], self._entries, n=1)
            hint = f" Did you mean '{near[0]}'?" if near else ""
            ctx.fail(f"There is no command '{args[0]}'.{hint}")
        return super().resolve_command(ctx, args)


class Root(LazyGroup):
    """The outermost group: the one border where errors become messages and exit codes."""

    def main(  # noqa: D102 - click's
        self,
        args: Sequence[str] | None = None,
        prog_name: str | None = None,
        complete_var: str | None = None,
        standalone_mode: bool = True,  # noqa: FBT001, FBT002 - click's signature
        windows_expand_args: bool = True,  # noqa: FBT001, FBT002 - click's signature
        **extra: Any,
    ) -> NoReturn:
        del standalone_mode
        run = super().main
        with _variables_of_the_folder():
            code = run_guarded(
                lambda: run(
                    args,
                    prog_name or "penstock",
                    complete_var,
                    standalone_mode=False,
                    windows_expand_args=windows_expand_args,
                    **{"auto_envvar_prefix": ENV_PREFIX, **extra},
                )
            )
        raise SystemExit(code)


@contextmanager
def _variables_of_the_folder() -> Generator[None]:
    """Set what `.env` of the working directory says and the environment does not."""
    path = Path(".env")
    if not path.is_file():
        yield
        return
    from penstock.base.env_file import read_env_file  # noqa: PLC0415 - only who has one pays for it
    from penstock.base.settings import changed_variables, read_variable  # noqa: PLC0415 - as above

    said = read_env_file(path)
    with changed_variables({n: text for n, text in said.items() if read_variable(n) is None}):
        yield


_COMMANDS: MutableMapping[str, Entry] = {
    "materialize": Entry("penstock.cli.materialize:materialize", "Make assets now."),
    "backfill": Entry("penstock.cli.backfill:backfill", "Make many partitions; can be resumed."),
    "status": Entry("penstock.cli.status:status", "Show which assets are fresh, stale or missing."),
    "why": Entry("penstock.cli.why:why", "Explain the state of one asset."),
    "logs": Entry("penstock.cli.logs:logs", "Show what happened in a run."),
    "partitions": Entry("penstock.cli.partitions:partitions", "Show where partitions stand."),
    "asset": Entry("penstock.cli.asset:asset", "List, show and materialize assets."),
    "run": Entry("penstock.cli.run:run", "List, show, resume, cancel and launch runs."),
    "store": Entry(
        "penstock.cli.store:store", "Measure, copy, restore, upgrade and trim the store."
    ),
    "doctor": Entry("penstock.cli.doctor:doctor", "Examine the store and the home; mend them."),
    "settings": Entry("penstock.cli.settings:settings", "Show and check penstock.yaml."),
    "definitions": Entry("penstock.cli.definitions:definitions", "Check the definitions."),
    "version": Entry("penstock.cli.version:version", "Print the version."),
}

_HELP = """Penstock makes the data that you declare, and explains what it did.

The definitions come from -m MODULE or -f FILE, from [tool.penstock] in pyproject.toml, or from
assets.yaml. What happened is kept in .penstock beside it, or in PENSTOCK_HOME.
"""

cli: Root = Root(
    "penstock",
    entries=_COMMANDS,
    help=_HELP,
    epilog="Exit codes: " + "; ".join(f"{c.value} {text}" for c, text in EXIT_CODES.items()) + ".",
)


def main() -> NoReturn:
    """Run the command line and exit."""
    cli.main()
