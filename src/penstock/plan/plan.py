"""`Plan`: the steps of a run and what each waits for.

Steps are integers inside, keys at the edges. Built by `plan/build.py` and never changed. A plan
does not name a partition, so all runs of a backfill share one stored plan.
"""

from __future__ import annotations

import hashlib

import msgspec

from penstock.base.codec import decoder, encode
from penstock.base.ids import RunId
from penstock.model.keys import AssetKey
from penstock.model.manifest import NeedKind
from penstock.model.retry import RetryPolicy


class Need(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """A step that must end before; with an output, one that must also have been produced.

    `input` names the parameter that takes the output. Of the outputs in a `fan_in` to one input at
    least one must have been produced; `collect` takes all values of a dynamic output, also none.
    """

    step: int
    output: str | None = None
    input: str | None = None
    kind: NeedKind = "one"


class Inherited(msgspec.Struct, frozen=True, array_like=True):
    """A value that a step takes from an earlier run, as its own run does not make it.

    Attributes:
        input: The parameter that takes it.
        step: The step that made it, or a copy of one.
        output: The output that carries it.
        mapping_key: Which value of a dynamic output it is.
        kind: How the step takes it.
        run: The run that made it; None where no run did, so the step cannot but fail.
        place: How many of the step's needs come before it.
    """

    input: str
    step: str
    output: str
    mapping_key: str | None = None
    kind: NeedKind = "one"
    run: RunId | None = None
    place: int = 0


class PlannedAsset(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """An asset that a step makes, and the output that carries it."""

    key: AssetKey
    output: str
    is_partitioned: bool = False


class PlannedCheck(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """A check that a step evaluates."""

    asset: AssetKey
    name: str
    blocking: bool = False


class Step(msgspec.Struct, frozen=True, gc=False):
    """One unit of user code in a run; `node` names it in the definitions.

    A step with `over` (a step and its dynamic output) is a template: its key ends in `[?]`, and it
    runs once for each value, with the value's mapping key in place of the question mark. What it
    has `inherited` was made by an earlier run, which this one repeats in part.
    """

    key: str
    node: str
    needs: tuple[Need, ...] = ()
    assets: tuple[PlannedAsset, ...] = ()
    checks: tuple[PlannedCheck, ...] = ()
    retry: RetryPolicy | None = None
    over: tuple[int, str] | None = None
    inherited: tuple[Inherited, ...] = ()


class Plan(msgspec.Struct, frozen=True):
    """The steps of a run, each after all that it needs."""

    steps: tuple[Step, ...]

    def index(self) -> dict[str, int]:
        """Return the position of each step by its key."""
        return {step.key: n for n, step in enumerate(self.steps)}

    def dependants(self) -> tuple[tuple[int, ...], ...]:
        """Return, for each step, the steps that need it."""
        found: list[list[int]] = [[] for _ in self.steps]
        for number, step in enumerate(self.steps):
            for need in {n.step for n in step.needs}:
                found[need].append(number)
        return tuple(tuple(numbers) for numbers in found)


_decoder = decoder(Plan)


def encode_plan(plan: Plan) -> tuple[str, bytes]:
    """Return a plan's digest (32 hex digits) and its stored form."""
    data = encode(plan)
    return hashlib.blake2b(data, digest_size=16).hexdigest(), data


def decode_plan(data: bytes) -> Plan:
    """Read a plan's stored form."""
    return _decoder.decode(data)
