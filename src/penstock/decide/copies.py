"""The copies of templates: steps that run once for each value of a dynamic output.

Owns how a template becomes steps and where the values of inputs come from. Refuses to know states:
whether a step has produced something is asked of the machine. A template stays in the plan as the
join of its copies, so what collects them waits for one step.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

import msgspec

from penstock.base.ids import RunId
from penstock.model.manifest import NeedKind
from penstock.plan.plan import Inherited, Need, Plan, Step


class Source(msgspec.Struct, frozen=True, array_like=True):
    """Where a value of an input comes from: an output of a step, or one value of a dynamic one.

    `inherited` marks a value of an earlier run; `run` is that run, None where no run made it.
    """

    input: str
    step: str
    output: str
    mapping_key: str | None = None
    kind: NeedKind = "one"
    run: RunId | None = None
    inherited: bool = False


class Copies:
    """The templates of a plan, with their copies as the run makes them."""

    __slots__ = ("_absent", "_copies", "_has_fans", "_mapped", "_template", "_templates")

    def __init__(self, plan: Plan) -> None:
        self._templates: dict[int, list[int]] = {}
        self._has_fans = False
        for number, step in enumerate(plan.steps):
            if step.over is not None:
                self._templates.setdefault(step.over[0], []).append(number)
            self._has_fans = self._has_fans or any(n.kind != "one" for n in step.needs)
        self._copies: dict[int, list[int]] = {}
        self._template: dict[int, int] = {}
        self._mapped: dict[int, Mapping[str, tuple[str, ...]]] = {}
        self._absent: dict[int, frozenset[str]] = {}

    def templates_of(self, producer: int) -> Sequence[int]:
        """Return the templates over the outputs of a step, in the order of the plan."""
        return self._templates.get(producer, ())

    def template_of(self, copy: int) -> int | None:
        """Return the template that a step is a copy of."""
        return self._template.get(copy)

    def of(self, template: int) -> Sequence[int]:
        """Return the copies of a template."""
        return self._copies.get(template, ())

    def note_mapped(self, producer: int, mapped: Mapping[str, tuple[str, ...]]) -> None:
        """Keep the mapping keys that a step produced."""
        self._mapped[producer] = mapped

    def note_absent(self, producer: int, outputs: Iterable[str]) -> None:
        """Keep the optional outputs that a step did not produce."""
        self._absent[producer] = frozenset(outputs)

    def make(
        self, template: int, mapped: Mapping[str, tuple[str, ...]], steps: Sequence[Step]
    ) -> list[Step]:
        """Return the copies of a template; the first is to get the number `len(steps)`."""
        step = steps[template]
        assert step.over is not None
        keys = mapped.get(step.over[1], ())
        self._copies[template] = list(range(len(steps), len(steps) + len(keys)))
        self._template.update(dict.fromkeys(self._copies[template], template))
        return [self._copy(step, place, key) for place, key in enumerate(keys)]

    def _copy(self, template: Step, place: int, mapping_key: str) -> Step:
        needs = tuple(
            Need(self._copies[need.step][place], need.output, need.input, need.kind)
            if need.step in self._copies and need.kind != "collect"
            else need
            for need in template.needs
        )
        return msgspec.structs.replace(
            template, key=template.key.replace("[?]", f"[{mapping_key}]"), needs=needs, over=None
        )

    def lacks_all(self, step: Step, was_produced: Callable[[int], bool]) -> bool:
        """Tell whether a list that a step takes has no entry, because none was produced."""
        if not self._has_fans:
            return False
        entries: dict[str | None, bool] = {}
        for need in step.needs:
            if need.kind != "one":
                found = self._has_entry(need, was_produced)
                entries[need.input] = entries.get(need.input, False) or found
        entries.update((value.input, True) for value in step.inherited)
        return not all(entries.values())

    def _has_entry(self, need: Need, was_produced: Callable[[int], bool]) -> bool:
        if need.kind == "fan_in":
            return self._is_there(need, was_produced)
        copies = self._copies.get(need.step, ())
        return not copies or any(self._made(copy, need.output, was_produced) for copy in copies)

    def _made(self, step: int, output: str | None, was_produced: Callable[[int], bool]) -> bool:
        return was_produced(step) and output not in self._absent.get(step, frozenset())

    def _is_there(self, need: Need, was_produced: Callable[[int], bool]) -> bool:
        return self._made(need.step, need.output, was_produced)

    def sources(
        self, step: Step, steps: Sequence[Step], was_produced: Callable[[int], bool]
    ) -> tuple[Source, ...]:
        """Return where the inputs of a step come from, in the order of its needs."""
        found: list[Source] = []
        earlier: dict[int, list[Source]] = {}
        for value in step.inherited:
            earlier.setdefault(value.place, []).append(_inherited(value))
        for place, need in enumerate(step.needs):
            found += earlier.pop(place, ())
            if need.input is None or need.output is None:
                continue
            if need.kind == "collect":
                found += self._collected(need, need.input, need.output, steps, was_produced)
            elif self._is_there(need, was_produced):
                key = self._mapping_key(step, need, steps)
                found.append(Source(need.input, steps[need.step].key, need.output, key, need.kind))
        return (*found, *earlier.get(len(step.needs), ()))

    def _collected(
        self,
        need: Need,
        name: str,
        output: str,
        steps: Sequence[Step],
        was_produced: Callable[[int], bool],
    ) -> list[Source]:
        if need.step in self._copies:
            return [
                Source(name, steps[copy].key, output, None, "collect")
                for copy in self._copies[need.step]
                if self._made(copy, output, was_produced)
            ]
        keys = self._mapped.get(need.step, {}).get(output, ())
        return [Source(name, steps[need.step].key, output, key, "collect") for key in keys]

    def _mapping_key(self, step: Step, need: Need, steps: Sequence[Step]) -> str | None:
        """Return which value of a dynamic output a copy takes; None where it is no dynamic one."""
        if need.step not in self._mapped or need.output not in self._mapped[need.step]:
            return None
        return step.key.rpartition("[")[2].removesuffix("]")


def _inherited(value: Inherited) -> Source:
    return Source(
        value.input,
        value.step,
        value.output,
        value.mapping_key,
        value.kind,
        value.run,
        inherited=True,
    )
