"""The worker of a launched run: a process that opens the instance, loads the code, carries it out.

`python -m penstock.cli.worker` reads its order on standard input; `DefaultRunLauncher` starts it.
It is the leader of its process group, so that whoever ends the run ends all that the run started.
Secrets are hidden in what it prints outside of steps, as that goes into a file.
"""

from __future__ import annotations

import io
import signal
import sys
from pathlib import Path
from typing import TextIO

import msgspec

from penstock.base.ids import RunId
from penstock.base.secrets import masked, remember_environment, remember_secret
from penstock.base.settings import changed_variables
from penstock.cli import wiring
from penstock.cli.errors import ExitCode, run_guarded
from penstock.cli.options import Target
from penstock.cli.step_code import execution_of
from penstock.execute import owners
from penstock.execute.launched import carry_out_run, fail_before_start
from penstock.execute.run_records import existing
from penstock.execute.runs import interrupt_all
from penstock.instance import Instance
from penstock.model.run import RunStatus
from penstock.settings.run_launcher import WorkerOrder

TARGET_TAG = ".penstock/definitions"
"""Tag of a run whose definitions are not the project's: `module:attribute`, or a file likewise."""


class _Masking(io.TextIOBase):
    """Writes to a stream with secrets hidden."""

    def __init__(self, real: TextIO) -> None:
        super().__init__()
        self._real = real

    def write(self, text: str, /) -> int:
        self._real.write(masked(text))
        return len(text)

    def flush(self) -> None:
        self._real.flush()

    def fileno(self) -> int:
        return self._real.fileno()


def carry_out(order: WorkerOrder) -> int:
    """Carry out the run of an order; return the exit code."""
    ref = order.instance
    if order.owner is not None and order.descriptor is not None:
        owners.inherit(Path(ref.home), order.owner, order.descriptor)
    with Instance.from_ref(ref) as instance:
        record = existing(instance, RunId(order.run))
        location = dict(record.spec.tags).get("dagster/code_location")
        secrets = instance.secrets_loader.get_secrets_for_environment(location)
        for name, value in secrets.items():
            remember_secret(name, value)
        with changed_variables(dict(secrets)):
            try:
                target = _target_of(dict(record.spec.tags).get(TARGET_TAG, ""))
                loaded = wiring.loaded_definitions(target, instance.settings)
                execution = execution_of(
                    loaded, target, record.spec.config, instance, job=record.spec.job
                )
            except Exception as error:
                fail_before_start(instance, record, error)
                raise
            finished = carry_out_run(loaded, instance, record.id, execution=execution)
    return ExitCode.OK if finished.status is RunStatus.SUCCESS else ExitCode.FAILED


def _target_of(text: str) -> Target:
    """Return where definitions are; the project's if the text is empty."""
    place, _, attribute = text.rpartition(":") if ":" in text else (text, "", "")
    is_file = place.endswith((".py", ".yaml", ".yml"))
    return Target(
        module=None if is_file or not place else place,
        python_file=place if is_file else None,
        attribute=attribute or None,
    )


def _on_signal(number: int, frame: object) -> None:
    del number, frame
    if not interrupt_all():
        raise KeyboardInterrupt


def main() -> None:
    """Read the order and carry it out."""
    order = msgspec.json.decode(sys.stdin.buffer.read(), type=WorkerOrder)
    remember_environment(order.instance.process_settings().environment)
    sys.stdout, sys.stderr = _Masking(sys.stdout), _Masking(sys.stderr)
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _on_signal)
    code = run_guarded(lambda: carry_out(order))
    sys.stdout.flush()
    log = None if order.log is None else Path(order.log)
    if log is not None and log.exists() and log.stat().st_size == 0:
        log.unlink()
    raise SystemExit(code)


if __name__ == "__main__":
    main()
