"""`penstock doctor`: examine the store and the home, and mend what can be mended."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import click

from penstock.base.settings import load_settings
from penstock.base.text import counted
from penstock.cli import leftovers, store_files, wiring
from penstock.cli.errors import ExitCode
from penstock.cli.options import json_option
from penstock.cli.output import print_json
from penstock.cli.store import progressing, size_text
from penstock.control import examination as looks
from penstock.control.examination import Examined, Finding, Space, Weight
from penstock.errors import OutageError, PenstockError, StoreUnavailableError, UsageError
from penstock.instance import Instance
from penstock.settings.ages import ages_of
from penstock.settings.parts import PART_TYPES, make_part
from penstock.settings.values import SqliteChoice
from penstock.store.audit import Difference
from penstock.store.repair import Repaired, repair
from penstock.store.sql_store import SqlStore

_FAR = 3_650
"""Days beyond which nobody wants to know when the disk is full."""

_EXAMPLES = """\b
Examples:
  penstock doctor
  penstock doctor --json
  penstock doctor --repair
"""


@click.command(epilog=_EXAMPLES)
@click.option("--repair", "mends", is_flag=True, help="Make what is wrong as the events say.")
@click.option("--no-backup", is_flag=True, help="Repair without a backup, which Postgres needs.")
@json_option
@click.pass_context
def doctor(ctx: click.Context, *, mends: bool, no_backup: bool, as_json: bool) -> None:
    """Examine the store and the home.

    Damage, what is known of assets and runs against their events, space and how it grows, slow
    statements, clocks, and what was left behind. Nothing is changed without --repair, which makes a
    backup first. The exit code is 1 if there are problems, and 4 if the store cannot be used.
    """
    with Instance.open(load_settings()) as instance:  # as it is: no run is recovered first
        examined, space = _examine(instance, silent=as_json)
        told: list[str] = []
        if mends:
            told = _mend(instance, examined, backs_up=not no_backup)
            examined, space = _examine(instance, silent=as_json)
        facts = _facts(instance, space)
    if as_json:
        found = [_as_json(each) for each in examined.findings]
        print_json({**facts, "findings": found, "examined": examined.told, "repaired": told})
    else:
        _print(facts, space, examined, told)
    problems = any(each.weight is Weight.PROBLEM for each in examined.findings)
    ctx.exit(ExitCode.FAILED if problems else ExitCode.OK)


def _examine(instance: Instance, *, silent: bool) -> tuple[Examined, Space | None]:
    store, home, now = instance.store, instance.settings.home, instance.clock.now()
    examined = Examined()
    space: list[Space] = []

    def measured() -> Iterator[Finding]:
        ages = ages_of(instance.config.retention)
        space.append(looks.measure_space(store, home=home, ages=ages, now=now))
        return looks.examine_space(space[0])

    with progressing("Examining", silent=silent) as tell:
        examinations: dict[str, Callable[[], Iterator[Finding]]] = {
            "soundness": lambda: looks.examine_soundness(store),
            "projections": lambda: looks.examine_projections(store, examined.told, tell=tell),
            "space": measured,
            "speed": lambda: looks.examine_speed(store, instance.clock),
            "clock": lambda: looks.examine_clock(store, now=now),
            "locks": lambda: leftovers.examine_locks(home, now=now),
            "logs": lambda: leftovers.examine_logs(instance),
            "settings": lambda: _examine_parts(instance),
        }
        for name, examination in examinations.items():
            tell(name)
            examined.told.setdefault(name, "examined")
            looks.carried_out(name, examined, examination)
    return examined, space[0] if space else None


def _examine_parts(instance: Instance) -> Iterator[Finding]:
    """Make each part that the settings name."""
    for key, data in instance.config.parts.items():
        if key not in PART_TYPES:
            continue
        try:
            make_part(data, key, PART_TYPES[key])
        except PenstockError as error:
            yield Finding(
                weight=Weight.PROBLEM,
                examination="settings",
                subject=key,
                what=str(error),
                do="Correct it in penstock.yaml; `penstock settings check` says more.",
            )


def _mend(instance: Instance, examined: Examined, *, backs_up: bool) -> list[str]:
    """Repair what can be, and say what was changed.

    Raises:
        StoreUnavailableError: The file is damaged, so nothing that is read of it is certain.
        UsageError: The store cannot be backed up from here.
    """
    problems = [each for each in examined.findings if each.weight is Weight.PROBLEM]
    damages = [each for each in problems if each.do == looks.RESTORE]
    if damages:
        raise StoreUnavailableError(
            f"Nothing was repaired, because no event can mend this: {damages[0].what} "
            f"{damages[0].do}"
        )
    told: list[str] = []
    if any(each.is_mendable for each in problems):
        told += _mend_store(instance, backs_up=backs_up)
    home = instance.settings.home
    for path in leftovers.stale_locks(home, now=instance.clock.now()):
        path.unlink(missing_ok=True)
        told.append(f"Removed {path}.")
    return told


def _mend_store(instance: Instance, *, backs_up: bool) -> list[str]:
    store = instance.store
    if not isinstance(store, SqlStore):
        raise UsageError(f"{type(store).__name__} cannot be repaired from here.")
    told: list[str] = []
    if backs_up:
        choice = instance.config.storage
        if not isinstance(choice, SqliteChoice):
            raise UsageError(
                "Copy the store with pg_dump first; `penstock store backup` has the command. "
                "Then repair it with --no-backup."
            )
        copy = _backup_path(instance, choice)
        store.backup(copy)
        told.append(f"What was there is in {copy}.")
    return told + _repaired_text(repair(store.database))


def _backup_path(instance: Instance, choice: SqliteChoice) -> Path:
    stamp = wiring.now_of(instance).strftime("%Y%m%d-%H%M%S-%f")
    return (choice.folder or instance.settings.home) / f"penstock-before-repair-{stamp}.db"


def _repaired_text(done: Repaired) -> list[str]:
    told = [f"Mended {_name(each)}: {each.what}" for each in done.differences]
    if done.counted:
        told.append(f"Counted the partitions of {counted(done.counted, 'asset')} anew.")
    if done.is_recounted:
        told.append("Counted the events anew.")
    return told


def _name(each: Difference) -> str:
    return f"{each.kind} {each.subject}"


def _facts(instance: Instance, space: Space | None) -> dict[str, object]:
    facts: dict[str, object] = {
        "place": store_files.place_of(instance.config.storage, instance.settings.home)
    }
    try:
        facts["schema"] = store_files.schema_of(instance.store)
        facts["epoch"] = instance.store.identity().epoch
    except OutageError:
        pass  # a finding says so already
    if space is not None:
        expected = space.forecast
        facts |= {
            "bytes": space.size.bytes,
            "events": space.size.events,
            "runs": space.size.runs,
            "free_bytes": space.free,
            "bytes_per_day": {kind: round(rate) for kind, rate in space.rates.items()},
            "settles_at_bytes": None if expected is None else expected.level,
            "lasting_bytes_per_day": None if expected is None else expected.lasting,
            "days_until_full": None if expected is None else expected.days_left,
        }
    return facts


def _as_json(each: Finding) -> dict[str, object]:
    return {
        "weight": each.weight.value,
        "examination": each.examination,
        "subject": each.subject,
        "what": each.what,
        "do": each.do,
        "mendable": each.is_mendable,
    }


def _print(
    facts: dict[str, object], space: Space | None, examined: Examined, told: list[str]
) -> None:
    click.echo(f"Store {facts['place']}, schema {facts.get('schema', 'unknown')}")
    if space is not None:
        for line in _space_lines(space):
            click.echo(f"  {line}")
    if told:
        click.echo("\nRepaired:")
        for line in told:
            click.echo(f"  {line}")
    for each in sorted(examined.findings, key=lambda finding: list(Weight).index(finding.weight)):
        click.echo(f"\n{each.weight.value.upper()}  {each.subject}")
        click.echo(f"  {each.what}")
        click.echo(f"  To do: {each.do}")
    found = {each.examination for each in examined.findings}
    fine = [
        name if said == "examined" else f"{name} ({said})"
        for name, said in examined.told.items()
        if name not in found
    ]
    if fine:
        click.echo(f"\nFine: {', '.join(fine)}.")


def _space_lines(space: Space) -> Iterator[str]:
    size = space.size
    held = f"{counted(size.events, 'event')} and {counted(size.runs, 'run')}"
    yield f"{held} in {size_text(size.bytes)}" + (
        "" if space.free is None else f"; {size_text(space.free)} are free"
    )
    expected = space.forecast
    if expected is None:
        yield "Too little has happened to tell how it grows."
        return
    largest = sorted(space.rates.items(), key=lambda each: -each[1])[:3]
    kinds = ", ".join(f"{kind} {size_text(rate)}" for kind, rate in largest)
    yield f"It gains {size_text(expected.per_day)} a day: {kinds}."
    if expected.level is not None:
        yield f"With what it forgets it settles at about {size_text(expected.level)}."
    else:
        yield f"Of that {size_text(expected.lasting)} a day is never forgotten."
    if expected.days_left is not None and expected.days_left < _FAR:
        yield f"The disk is full in about {counted(round(expected.days_left), 'day')}."
