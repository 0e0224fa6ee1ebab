"""`penstock store`: measure, copy, restore, upgrade, export and trim the store."""

from __future__ import annotations

import sys
from collections.abc import Callable, Generator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import click

from penstock.base.clock import SystemClock
from penstock.base.settings import Settings, load_settings
from penstock.base.text import counted
from penstock.cli import store_files, wiring
from penstock.cli.options import json_option
from penstock.cli.output import print_json, print_table
from penstock.control.retention import LAST_DONE, Forgotten, RetentionLoop
from penstock.decide.retention import Ages, retention
from penstock.errors import InvariantViolationError, UsageError
from penstock.execute.owners import others_alive, process_of
from penstock.instance import Instance
from penstock.model.run import RunFilter, RunStatus
from penstock.settings.ages import ages_of
from penstock.settings.document import NOTHING_SAID, find_file, read_file
from penstock.settings.instance_class import class_of
from penstock.settings.read import read_settings
from penstock.settings.stores import FILE, open_store
from penstock.settings.values import InstanceSettings, PostgresChoice, SqliteChoice
from penstock.store import sqlite_copy

_UNFINISHED = tuple(status for status in RunStatus if not status.is_finished)


@click.group()
def store() -> None:
    """Measure, copy, restore, upgrade and trim the store.

    It holds what is known: runs, events, the state of assets. Your data is elsewhere.
    """


@contextmanager
def progressing(what: str, *, silent: bool) -> Generator[Callable[[str], None]]:
    """Show how far something is, on one line of a terminal."""
    if silent or not sys.stderr.isatty():
        yield lambda _: None
        return
    try:
        yield lambda far: click.echo(f"\r\x1b[K{what}: {far}", nl=False, err=True)
    finally:
        click.echo("\r\x1b[K", nl=False, err=True)


def size_text(count: float) -> str:
    """Write a number of bytes for people."""
    for unit in ("bytes", "kB", "MB", "GB"):
        if abs(count) < 1000:
            return f"{count:.0f} {unit}" if unit == "bytes" else f"{count:.1f} {unit}"
        count /= 1000
    return f"{count:.1f} TB"


@store.command(epilog="\b\nExamples:\n  penstock store info\n  penstock store info --json")
@json_option
def info(*, as_json: bool) -> None:
    """Show what the store is, what it holds, and what it forgets."""
    with wiring.opened_instance() as instance:
        identity, size = instance.store.identity(), instance.store.size()
        counters = instance.store.counters()
        ages = ages_of(instance.config.retention)
        last = instance.store.values([LAST_DONE]).get(LAST_DONE)
        schema = store_files.schema_of(instance.store)
        place = store_files.place_of(instance.config.storage, instance.settings.home)
    facts: dict[str, object] = {
        "place": place,
        "id": identity.id,
        "epoch": identity.epoch,
        "schema": schema,
        "bytes": size.bytes,
        **counters,
    }
    if as_json:
        kept = {"events": dict(ages.events), "runs": ages.runs}
        done = None if last is None else float(last)
        told = {"bytes_per_kind": size.bytes_per_kind, "retention_days": kept, "trimmed": done}
        print_json(facts | told)
        return
    rows = [
        (name, size_text(size.bytes) if name == "bytes" else str(fact))
        for name, fact in facts.items()
    ]
    print_table(("FACT", "VALUE"), rows)
    click.echo("\nEvents by kind, the largest first:")
    largest = sorted(size.bytes_per_kind.items(), key=lambda each: -each[1])[:10]
    print_table(("KIND", "ABOUT"), [(kind, size_text(count)) for kind, count in largest])
    click.echo("\nForgotten after days: " + (_ages_text(ages) or "nothing"))


def _ages_text(ages: Ages) -> str:
    told = [f"{group} {days}" for group, days in ages.events.items()]
    return ", ".join([*told, *([] if ages.runs is None else [f"runs {ages.runs}"])])


@store.command(
    epilog="\b\nExamples:\n  penstock store backup /backups/monday.db\n"
    "  penstock store backup monday.db --json"
)
@click.argument("to", metavar="TO", type=click.Path(dir_okay=False, path_type=Path))
@json_option
def backup(*, to: Path, as_json: bool) -> None:
    """Write a copy of the store to the new file TO, while others go on.

    The copy is checked before it gets its name. A store on Postgres is copied with pg_dump; the
    message has the command.
    """
    with wiring.opened_instance() as instance, progressing("Copying", silent=as_json) as tell:
        instance.store.backup(to, progress=lambda done: tell(f"{done:.0%}"))
    held = sqlite_copy.check_copy(to)
    size = to.stat().st_size
    if as_json:
        counts = {"runs": held.runs, "events": held.events, "assets": held.assets}
        print_json({"backup": str(to), "bytes": size, "schema": held.schema, **counts})
        return
    click.echo(
        f"{to} holds {counted(held.runs, 'run')} and {counted(held.events, 'event')} in "
        f"{size_text(size)}; it was checked."
    )


@store.command(
    epilog="\b\nExamples:\n  penstock store restore /backups/monday.db\n"
    "  penstock store restore monday.db --yes"
)
@click.argument("from_", metavar="FROM", type=click.Path(dir_okay=False, path_type=Path))
@click.option("-y", "--yes", is_flag=True, help="Do not ask.")
@json_option
def restore(*, from_: Path, yes: bool, as_json: bool) -> None:
    """Put the backup FROM in the place of the store, which is kept aside.

    Nothing of this home may be at work. Runs that were under way when the backup was made are
    suspended afterwards, and can be resumed.
    """
    process = load_settings()
    path = _file(process, "restored with pg_restore")
    _refuse_living(process.home)
    held = sqlite_copy.check_copy(from_)
    if not (yes or as_json):
        what = f"{counted(held.runs, 'run')} and {counted(held.events, 'event')}"
        click.confirm(f"Put {from_} ({what}) in the place of {path}?", abort=True)
    stamp = datetime.fromtimestamp(SystemClock().now(), UTC).strftime("%Y%m%d-%H%M%S")
    aside = path.with_name(f"{path.stem}-until-{stamp}{path.suffix}")
    had_one = path.exists()
    sqlite_copy.put_in_place(from_, path, aside=aside)
    suspended = _take_stock(process)
    if as_json:
        kept = str(aside) if had_one else None
        print_json({"restored": str(from_), "aside": kept, "suspended": suspended})
        return
    click.echo(f"{path} holds {counted(held.runs, 'run')} and {counted(held.events, 'event')} now.")
    if had_one:
        click.echo(f"What was there is in {aside}.")
    for run in suspended:
        click.echo(f"Run {run} was under way. Go on with: penstock run resume {run}")


def _refuse_living(home: Path) -> None:
    living = others_alive(home)
    if living:
        pid = process_of(home, living[0])
        who = f"process {pid}" if pid is not None else f"owner {living[0]}"
        raise InvariantViolationError(
            f"{counted(len(living), 'process', 'processes')} of {home} are at work, such as {who}. "
            "End them, and restore again."
        )


def _take_stock(process: Settings) -> list[str]:
    """Open what was restored, and suspend the runs that were under way in it."""
    with wiring.opened_instance(process) as instance:
        store_files.suspend_starting(instance)
        runs = instance.store.runs(RunFilter(statuses=(RunStatus.SUSPENDED,)))
    return [run.id for run in runs]


@store.command(epilog="\b\nExamples:\n  penstock store migrate --dry-run\n  penstock store migrate")
@click.option("--dry-run", is_flag=True, help="Say what would be done, and do nothing.")
@json_option
def migrate(*, dry_run: bool, as_json: bool) -> None:
    """Bring the store of an older Penstock up to date.

    Any command does so when it opens the store; this one says what it does. It can be interrupted:
    what is not done is done the next time. Back the store up first.
    """
    process = load_settings()
    choice = _config(process).storage
    upgrade = store_files.upgrade_of(choice, home=process.home)
    if not dry_run and upgrade.steps:
        if isinstance(choice, PostgresChoice):
            choice = PostgresChoice(url=choice.url)
        open_store(choice, home=process.home).close()
    if as_json:
        steps = [{"schema": step.number, "what": step.summary} for step in upgrade.steps]
        facts = {"found": upgrade.found, "known": upgrade.known, "steps": steps}
        print_json({**facts, "done": not dry_run})
        return
    if not upgrade.steps:
        click.echo(f"The store has schema {upgrade.found}, which is up to date.")
        return
    click.echo(f"The store has schema {upgrade.found}, and this Penstock uses {upgrade.known}.")
    for step in upgrade.steps:
        click.echo(f"  {step.summary}")
    click.echo("Nothing was changed." if dry_run else "Done.")


@store.command(
    epilog="\b\nExamples:\n  penstock store export events.jsonl.gz\n"
    "  penstock store export lines.jsonl --kind log_line --since 2024-10-01"
)
@click.argument("to", metavar="TO", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--since", metavar="DATE", type=click.DateTime(), help="Only events from then on.")
@click.option(
    "--kind", "kinds", multiple=True, metavar="KIND", help="Only such events; repeatable."
)
@json_option
def export(*, to: Path, since: datetime | None, kinds: tuple[str, ...], as_json: bool) -> None:
    """Write runs and events as lines of JSON to the new file TO; .gz is compressed."""
    begin = None if since is None else since.replace(tzinfo=UTC).timestamp()
    with wiring.opened_instance() as instance, progressing("Writing", silent=as_json) as tell:
        runs, events = store_files.export(
            instance.store,
            to,
            since=begin,
            kinds=kinds or None,
            progress=lambda count: tell(counted(count, "line")),
        )
    if as_json:
        print_json({"export": str(to), "runs": runs, "events": events})
        return
    click.echo(f"{to} holds {counted(runs, 'run')} and {counted(events, 'event')}.")


@store.command(epilog="\b\nExamples:\n  penstock store trim --dry-run\n  penstock store trim")
@click.option("--dry-run", is_flag=True, help="Say what would be forgotten, and forget nothing.")
@json_option
def trim(*, dry_run: bool, as_json: bool) -> None:
    """Forget what is past its age, as 'retention' in penstock.yaml says.

    What is known of assets and partitions stays, and so does what runs need that have not ended.
    Commands that run things forget a little by themselves, once an hour.
    """
    with wiring.opened_instance() as instance:
        if dry_run:
            gone = _would_go(instance)
        else:
            now = instance.clock.now()
            duty = RetentionLoop(instance.store, ages_of(instance.config.retention))
            with progressing("Forgetting", silent=as_json) as tell:
                gone = duty.run(now, goes_on=lambda so_far: tell(_gone_text(so_far)) is None)
    if as_json:
        counts = {"events": gone.events, "runs": gone.runs, "ticks": gone.ticks}
        print_json({**counts, "dry_run": dry_run})
        return
    click.echo(f"{_gone_text(gone)} {'would be' if dry_run else 'are'} forgotten.")


def _would_go(instance: Instance) -> Forgotten:
    due = retention(ages_of(instance.config.retention), now=instance.clock.now())
    kept = instance.store
    finished = tuple(status for status in RunStatus if status.is_finished)
    runs = 0
    if due.runs is not None:
        runs = kept.count_runs(RunFilter(statuses=finished, updated_before=due.runs))
    return Forgotten(
        events=sum(kept.count_old_events(kinds, before=before) for kinds, before in due.events),
        runs=runs,
        ticks=sum(
            len(kept.ticks(each.id, before=before, statuses=[status]))
            for kind, status, before in due.ticks
            for each in kept.instigators(kind=kind)
        ),
    )


def _gone_text(gone: Forgotten) -> str:
    return (
        f"{counted(gone.events, 'event')}, {counted(gone.runs, 'run')} and "
        f"{counted(gone.ticks, 'tick')}"
    )


def _config(process: Settings) -> InstanceSettings:
    """Read the settings without opening anything."""
    path = find_file(process)
    said = NOTHING_SAID if path is None else read_file(path)
    _, extra = class_of(said, of=Instance)
    return read_settings(said, environment=process.environment, extra=extra)


def _file(process: Settings, otherwise: str) -> Path:
    choice = _config(process).storage
    if not isinstance(choice, SqliteChoice):
        raise UsageError(f"Only a store in SQLite is restored so. One on Postgres is {otherwise}.")
    return (choice.folder or process.home) / FILE
