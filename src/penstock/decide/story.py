"""`Story`, what happened to a run, told on demand.

Keeps the events and their times and writes them out only when somebody asks: an error, a person.
Consecutive notes of one kind (a thousand log lines) are one entry with a count, so that a talkative
step does not fill the memory.
"""

from __future__ import annotations

from datetime import UTC, datetime

from penstock.base.clock import Instant
from penstock.decide.moves import NOTES
from penstock.model.events import AnyEvent, ErrorInfo, kind_of

_TOLD = ("step", "attempt", "owner", "by", "reason", "because", "skipped", "delay", "error")


class Story:
    """The events of a run so far, oldest first."""

    def __init__(self) -> None:
        self._entries: list[tuple[Instant, AnyEvent, int]] = []

    def add(self, event: AnyEvent, at: Instant) -> None:
        """Add what happened at `at`."""
        if self._entries and kind_of(event) in NOTES:
            began, last, times = self._entries[-1]
            if type(last) is type(event):
                self._entries[-1] = (began, last, times + 1)
                return
        self._entries.append((at, event, 1))

    def lines(self) -> tuple[str, ...]:
        """Tell the story, one line for each entry, with times in UTC."""
        return tuple(_line(*entry) for entry in self._entries)


def _line(at: Instant, event: AnyEvent, times: int) -> str:
    when = datetime.fromtimestamp(at, UTC).isoformat(sep=" ", timespec="milliseconds")
    told = f"{when.removesuffix('+00:00')} {kind_of(event)}"
    return f"{told}{describe(event)}" if times == 1 else f"{told} ({times} times)"


def describe(event: AnyEvent) -> str:
    """Write the facts of an event that matter to its run: " step='a' attempt=2"."""
    facts: list[str] = []
    for name in _TOLD:
        value: object = getattr(event, name, None)
        if isinstance(value, ErrorInfo):
            value = value.first_line()
        if value not in (None, "", ()):
            facts.append(f" {name}={value!r}")
    return "".join(facts)
