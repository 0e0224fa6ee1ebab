"""From the plan of a run and what became of it to the plan of a run that repeats a part of it.

Owns which steps run again, and where they take what steps that do not run again had made: from the
parent run, or from the run that the parent itself had taken it from. Refuses to know stores, IO
managers and how a repetition is asked for.

A template (`double[?]`) whose producer does not run again becomes its copies here, as the mapping
keys are known from the parent; so one copy (`double[a]`) can run alone. Where the producer runs
again its keys are not known yet, and the template stays one. The whole plan, asked for again, is
the plan itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import NamedTuple

import msgspec

from penstock.base.ids import RunId
from penstock.base.text import did_you_mean
from penstock.errors import InvariantViolationError, StepNotFoundError
from penstock.graph.op_selection import parse_query, select_ops
from penstock.model.events import AnyEvent, StepSkipped, StepSucceeded
from penstock.plan.plan import Inherited, Need, Plan, Step

_EVERYTHING = "*"


class PastRun(msgspec.Struct, frozen=True):
    """A run that has ended, with its plan and how its steps ended."""

    run: RunId
    plan: Plan
    events: tuple[AnyEvent, ...]


class ParentFacts(msgspec.Struct, frozen=True, kw_only=True):
    """What the run that is repeated has made, by itself or by repeating another in part.

    Attributes:
        run: The run.
        made: For each step that ended well, or copy of one, the run that it did so in.
        mapped: The mapping keys of dynamic outputs, by step and output.
        absent: The optional outputs that steps which ended well did not produce.
        unfinished: The steps of the run itself that neither ended well nor were skipped.
    """

    run: RunId
    made: Mapping[str, RunId] = {}
    mapped: Mapping[str, Mapping[str, tuple[str, ...]]] = {}
    absent: Mapping[str, frozenset[str]] = {}
    unfinished: frozenset[str] = frozenset()

    def maker(self, step: str, output: str) -> RunId | None:
        """Return the run that made an output; None if none did."""
        return None if output in self.absent.get(step, ()) else self.made.get(step)

    def keys_of(self, template: Step, steps: Sequence[Step]) -> tuple[str, ...] | None:
        """Return the mapping keys of a template's copies; None if there is nothing to copy for.

        That is so where its producer did not end well, or left the optional output out.
        """
        assert template.over is not None
        producer, output = steps[template.over[0]].key, template.over[1]
        if self.maker(producer, output) is None:
            return None
        return self.mapped.get(producer, {}).get(output, ())


def parent_facts(runs: Sequence[PastRun]) -> ParentFacts:
    """Gather what the last of some runs has made.

    Args:
        runs: The run with those that it repeats, the first of them first. What a run was to make
            itself it does not have from an earlier one, also where it failed.
    """
    made: dict[str, RunId] = {}
    mapped: dict[str, Mapping[str, tuple[str, ...]]] = {}
    absent: dict[str, frozenset[str]] = {}
    unfinished: frozenset[str] = frozenset()
    for past in runs:
        ended = {e.step: e for e in past.events if isinstance(e, StepSucceeded)}
        skipped = {e.step for e in past.events if isinstance(e, StepSkipped)}
        planned = {step.key for step in past.plan.steps}
        for key in [key for key in made if key in planned or _template_key(key) in planned]:
            del made[key]
            mapped.pop(key, None)
            absent.pop(key, None)
        for key, event in ended.items():
            made[key] = past.run
            mapped[key] = event.mapped
            absent[key] = frozenset(event.skipped)
        units = _units(past.plan, ended)
        unfinished = frozenset(key for key in units if key not in ended and key not in skipped)
    return ParentFacts(
        run=runs[-1].run, made=made, mapped=mapped, absent=absent, unfinished=unfinished
    )


def _units(plan: Plan, ended: Mapping[str, StepSucceeded]) -> Iterator[str]:
    """Return the keys of what ran: the copies of a template where its producer ended well."""
    for step in plan.steps:
        producer = ended.get(plan.steps[step.over[0]].key) if step.over is not None else None
        if producer is None or step.over is None:
            yield step.key
        else:
            yield from [copy_key(step, key) for key in producer.mapped.get(step.over[1], ())]


def copy_key(template: Step, mapping_key: str) -> str:
    """Return the key of the copy of a template for one mapping key."""
    return template.key.replace("[?]", f"[{mapping_key}]")


def _template_key(key: str) -> str:
    return f"{key.partition('[')[0]}[?]"


def select_steps(plan: Plan, queries: Sequence[str], *, parent: ParentFacts) -> frozenset[str]:
    """Return the steps that queries like `"*name"`, `"name[key]+"` or `"name[?]"` select.

    Raises:
        InvalidSubsetError: A query cannot be read.
        StepNotFoundError: A query names no step, nor a copy that the parent run had.
    """
    edges = _edges(plan, parent)
    named = [parse_query(query).name for query in queries if query != _EVERYTHING]
    unknown = [name for name in named if name not in edges]
    if unknown:
        raise _unknown_steps(unknown, edges, parent)
    found = select_ops(edges, edges, queries)
    whole = {step.key for step in plan.steps if step.over is not None and step.key in found}
    return frozenset(key for key in found if key in whole or _template_key(key) not in whole)


def _edges(plan: Plan, parent: ParentFacts) -> dict[str, list[str]]:
    """Return what each step needs, by key: those of the plan, and the copies of the parent."""
    edges: dict[str, list[str]] = {}
    copies: dict[int, dict[str, str]] = {}
    for number, step in enumerate(plan.steps):
        needs = [need.step for need in step.needs]
        edges[step.key] = [plan.steps[n].key for n in needs]
        if step.over is None:
            edges[step.key] += [copy for n in needs for copy in copies.get(n, {}).values()]
            continue
        keys = parent.keys_of(step, plan.steps) or ()
        copies[number] = {key: copy_key(step, key) for key in keys}
        for key, copy in copies[number].items():
            edges[copy] = [copies.get(n, {}).get(key, plan.steps[n].key) for n in needs]
    return edges


def _unknown_steps(
    names: Sequence[str], known: Iterable[str], parent: ParentFacts
) -> StepNotFoundError:
    noun = "step" if len(names) == 1 else "steps"
    return StepNotFoundError(
        f"Run {parent.run} has no {noun} {', '.join(names)} to run again."
        f"{did_you_mean(names[0], known)} The copies of a step over a dynamic output are named by "
        "mapping key, 'name[key]', and all of them together 'name[?]'."
    )


def unfinished_steps(plan: Plan, parent: ParentFacts) -> frozenset[str]:
    """Return the steps that a run goes on with where its parent stopped.

    Those are the steps that failed and those that did not run because of them, without those that
    would be skipped, as an optional output that they need was not produced.
    """
    gone: set[str] = set()
    for number, step in enumerate(plan.steps):
        keys = parent.keys_of(step, plan.steps) if step.over is not None else None
        if keys is None:
            if _is_gone(plan, number, None, gone=gone, parent=parent):
                gone.add(step.key)
            continue
        gone.update(
            copy_key(step, key)
            for key in keys
            if _is_gone(plan, number, key, gone=gone, parent=parent)
        )
    return parent.unfinished - gone


def _is_gone(
    plan: Plan, number: int, key: str | None, *, gone: AbstractSet[str], parent: ParentFacts
) -> bool:
    """Tell whether a step cannot run, as what it needs was not produced though nothing failed."""
    entries: dict[str | None, list[bool]] = {}
    for need in plan.steps[number].needs:
        if need.output is None:
            continue
        names = _sources_of(plan, need, key, parent)
        missing = [n in gone or need.output in parent.absent.get(n, ()) for n in names]
        is_missing = bool(missing) and all(missing)
        if need.kind == "one" and is_missing:
            return True
        entries.setdefault(need.input, []).append(is_missing)
    return any(all(missing) for missing in entries.values())


def _sources_of(plan: Plan, need: Need, key: str | None, parent: ParentFacts) -> list[str]:
    """Return the steps that a need is for: one, or every copy of a template that is collected."""
    upstream = plan.steps[need.step]
    if upstream.over is None:
        return [upstream.key]
    if need.kind != "collect":
        return [upstream.key if key is None else copy_key(upstream, key)]
    keys = parent.keys_of(upstream, plan.steps)
    return [upstream.key] if keys is None else [copy_key(upstream, each) for each in keys]


def plan_again(plan: Plan, *, selected: AbstractSet[str], parent: ParentFacts) -> Plan:
    """Plan a run of some steps of a plan, beside what an earlier run of it has made.

    A value that no run made is left out of a list, as if its step had been skipped; the step that
    needs it by itself, or that has no entry at all, is planned to fail with the reason.

    Args:
        plan: The plan as a whole.
        selected: The keys of the steps that run; those of templates stand for all copies.
        parent: What the earlier run has made.

    Raises:
        StepNotFoundError: There is no such step, or no such copy.
        InvariantViolationError: Copies can be neither named nor made anew.
    """
    return _Again(plan.steps, selected, parent).plan()


class _Unit(NamedTuple):
    """A step of the plan, or with a mapping key one copy of it."""

    number: int
    key: str | None = None


class _Again:
    """One call of `plan_again`."""

    def __init__(
        self, steps: Sequence[Step], selected: AbstractSet[str], parent: ParentFacts
    ) -> None:
        self._steps = steps
        self._selected = selected
        self._parent = parent
        self._places: dict[_Unit, int] = {}

    def plan(self) -> Plan:
        self._refuse_unknown()
        for number, step in enumerate(self._steps):
            for unit in self._chosen(number, step):
                self._places[unit] = len(self._places)
        return Plan(steps=tuple(self._planned(unit) for unit in self._places))

    def _refuse_unknown(self) -> None:
        templates = [step for step in self._steps if step.over is not None]
        copies = {
            copy_key(step, key): step
            for step in templates
            for key in self._parent.keys_of(step, self._steps) or ()
        }
        known = {step.key for step in self._steps} | copies.keys()
        unknown = sorted(self._selected - known)
        if unknown:
            raise _unknown_steps(unknown, sorted(known), self._parent)
        for name in sorted(self._selected):
            if name in copies and self._is_made_anew(copies[name]):
                producer = self._producer(copies[name])
                raise StepNotFoundError(
                    f"Step '{name}' cannot be chosen beside '{producer}', which runs again and may "
                    f"produce other mapping keys. Choose '{copies[name].key}'."
                )

    def _producer(self, template: Step) -> str:
        assert template.over is not None
        return self._steps[template.over[0]].key

    def _is_made_anew(self, template: Step) -> bool:
        return self._producer(template) in self._selected

    def _chosen(self, number: int, step: Step) -> Iterator[_Unit]:
        if step.over is None or self._is_made_anew(step):
            if step.key in self._selected:
                yield _Unit(number)
            return
        keys = self._parent.keys_of(step, self._steps)
        if keys is None and step.key in self._selected:
            raise InvariantViolationError(
                f"Step '{step.key}' runs once for each value of '{self._producer(step)}', which "
                f"run {self._parent.run} did not produce. Choose '{self._producer(step)}' too."
            )
        for key in keys or ():
            if step.key in self._selected or copy_key(step, key) in self._selected:
                yield _Unit(number, key)

    def _planned(self, unit: _Unit) -> Step:
        step = self._steps[unit.number]
        needs: list[Need] = []
        inherited: list[Inherited] = []
        for need in step.needs:
            for entry in self._entries(unit, need):
                if isinstance(entry, Need):
                    needs.append(entry)
                else:
                    inherited.append(msgspec.structs.replace(entry, place=len(needs)))
        over = None
        if unit.key is None and step.over is not None:
            over = (self._places[_Unit(step.over[0])], step.over[1])
        return msgspec.structs.replace(
            step,
            key=step.key if unit.key is None else copy_key(step, unit.key),
            needs=tuple(needs),
            over=over,
            inherited=tuple(_without_absent(needs, inherited)),
        )

    def _entries(self, unit: _Unit, need: Need) -> Iterator[Need | Inherited]:
        """Return what a need of a step becomes."""
        upstream = self._steps[need.step]
        whole = self._places.get(_Unit(need.step))
        if whole is not None:
            yield msgspec.structs.replace(need, step=whole)
        elif upstream.over is None:
            yield from self._of_step(unit, need, upstream)
        elif unit.key is not None and need.kind != "collect":
            yield from self._of_copy(need, upstream, unit.key, is_collected=False)
        elif need.kind == "collect" or self._steps[unit.number].over is None:
            for key in self._parent.keys_of(upstream, self._steps) or ():
                yield from self._of_copy(need, upstream, key, is_collected=True)
        else:
            raise InvariantViolationError(
                f"Step '{self._steps[unit.number].key}' takes what '{upstream.key}' makes of the "
                f"values of '{self._producer(upstream)}', which runs again and may produce others. "
                f"Choose '{upstream.key}' too."
            )

    def _of_step(self, unit: _Unit, need: Need, upstream: Step) -> Iterator[Inherited]:
        """Return what is taken from a step that does not run again."""
        if need.input is None or need.output is None:
            return
        maker = self._parent.maker(upstream.key, need.output)
        entry = Inherited(need.input, upstream.key, need.output, None, need.kind, maker)
        keys = self._parent.mapped.get(upstream.key, {}).get(need.output)
        if need.kind == "collect" and keys is not None:
            yield from [msgspec.structs.replace(entry, mapping_key=key) for key in keys]
        elif keys is not None:
            yield msgspec.structs.replace(entry, mapping_key=unit.key)
        else:
            yield entry

    def _of_copy(
        self, need: Need, template: Step, key: str, *, is_collected: bool
    ) -> Iterator[Need | Inherited]:
        """Return what is taken from one copy, which runs again or not."""
        place = self._places.get(_Unit(need.step, key))
        if place is not None:
            is_entry = is_collected and need.input is not None
            yield Need(place, need.output, need.input, "fan_in" if is_entry else "one")
        elif need.input is not None and need.output is not None:
            name = copy_key(template, key)
            maker = self._parent.maker(name, need.output)
            yield Inherited(need.input, name, need.output, None, need.kind, maker)


def _without_absent(needs: Iterable[Need], inherited: Iterable[Inherited]) -> Iterator[Inherited]:
    """Leave out of lists what no run made; of a list with nothing else, keep one such entry."""
    values = list(inherited)
    served = {need.input for need in needs}
    served.update(value.input for value in values if value.run is not None)
    for value in values:
        is_absent_entry = value.run is None and value.kind != "one"
        if is_absent_entry and value.input in served:
            continue
        served.add(value.input)
        yield value
