"""What a run shows while it goes: one block for each step, made from the run's events.

Owns the order of lines: an asset's checks belong under it, though they may be steps of their own
that run later, so a block waits for them. Refuses to know runs, stores and definitions.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from penstock.base.text import duration
from penstock.cli.output import error_lines, indented
from penstock.model.events import (
    AssetMaterialized,
    AssetObserved,
    CheckEvaluated,
    RunEvent,
    StepCanceled,
    StepFailed,
    StepSkipped,
    StepSucceeded,
    StepUpForRetry,
)
from penstock.model.keys import AssetKey


def verdict(*, passed: bool, severity: str) -> str:
    """Write the verdict of a check: PASSED, FAILED or WARNING."""
    if passed:
        return "PASSED"
    return "WARNING" if severity == "WARN" else "FAILED"


class Progress:
    """Turns the events of a run into lines.

    Args:
        write: Takes lines for standard output.
        complain: Takes lines for standard error.
        checks: For each asset the names of the checks that this run may evaluate.
    """

    def __init__(
        self,
        *,
        write: Callable[[str], None],
        complain: Callable[[str], None],
        checks: Mapping[AssetKey, Sequence[str]],
    ) -> None:
        self._write = write
        self._complain = complain
        self._awaited = {key: set(names) for key, names in checks.items()}
        self._made: dict[str, list[AssetKey]] = {}
        self._headlines: dict[AssetKey, str] = {}
        self._verdicts: dict[AssetKey, list[CheckEvaluated]] = {}
        self._kept: dict[str, list[AssetObserved]] = {}
        self.made: int = 0
        self.failed: list[str] = []
        self.skipped: int = 0

    def observe(self, event: RunEvent) -> None:
        """Take the next event of the run."""
        match event:
            case AssetMaterialized():
                made = self._made.setdefault(event.step or "", [])
                if event.asset not in made:
                    made.append(event.asset)
            case AssetObserved():
                self._kept.setdefault(event.step or "", []).append(event)
            case CheckEvaluated():
                self._verdicts.setdefault(event.asset, []).append(event)
                self._awaited.get(event.asset, set()).discard(event.name)
                self._flush_if_complete(event.asset)
            case StepSucceeded():
                self._succeed(event)
            case StepFailed():
                self._fail(event)
            case StepUpForRetry():
                wait = f" in {duration(event.delay)}" if event.delay else ""
                self._complain(
                    f"{event.step}: attempt {event.attempt} failed "
                    f"({event.error.first_line()}); trying again{wait}"
                )
            case StepSkipped():
                self.skipped += 1
                self._write(
                    f"{event.step} - skipped" + (f": {event.because}" * bool(event.because))
                )
            case StepCanceled():
                self._write(f"{event.step} ✗ canceled")
            case _:
                pass

    def close(self) -> None:
        """Write the blocks whose checks never came."""
        for asset in list(self._headlines):
            self._flush(asset)
        for asset in list(self._verdicts):
            self._headlines[asset] = f"{asset}"
            self._flush(asset)

    def _succeed(self, event: StepSucceeded) -> None:
        for asset in self._made.pop(event.step, []):
            self.made += 1
            self._headlines[asset] = f"{asset} ✓ ({duration(event.took)})"
            self._flush_if_complete(asset)
        for kept in self._kept.pop(event.step, []):
            if event.skipped and kept.description:
                self.skipped += 1
                self._write(f"{kept.asset} - skipped: {kept.description}")

    def _fail(self, event: StepFailed) -> None:
        self.failed.append(event.step)
        for asset in self._made.pop(event.step, []):
            self.made += 1
            self._headlines[asset] = f"{asset} ✓ ({duration(event.took)})"
            self._flush(asset)
        self._write(f"{event.step} ✗ ({duration(event.took)})")
        self._complain(indented(error_lines(event.error)))

    def _flush_if_complete(self, asset: AssetKey) -> None:
        if asset in self._headlines and not self._awaited.get(asset):
            self._flush(asset)

    def _flush(self, asset: AssetKey) -> None:
        self._write(self._headlines.pop(asset))
        verdicts = self._verdicts.pop(asset, [])
        for number, check in enumerate(verdicts, 1):
            branch = "└─" if number == len(verdicts) else "├─"
            said = verdict(passed=check.passed, severity=check.severity)
            about = f" {check.description}" if check.description and not check.passed else ""
            self._write(f"  {branch} Check: {check.name} [{said}]{about}")
