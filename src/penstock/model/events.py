"""The closed union of everything that happens in a run or to an asset.

Each event is a small frozen Struct whose `kind` is its tag on the wire. What has been written must
decode for ever: fields are only added, with defaults, and `tests/golden/` holds an example of each.
A kind from a newer Penstock decodes as `Unknown` and survives a round trip.
"""

from __future__ import annotations

from typing import cast

import msgspec

from penstock.base.clock import Instant
from penstock.base.codec import decoder, encode
from penstock.base.ids import RunId
from penstock.model.keys import AssetKey
from penstock.model.metadata import MetadataUnion


class ErrorInfo(msgspec.Struct, frozen=True):
    """An exception as data; `stack` begins at the user's first frame."""

    kind: str
    message: str
    stack: str = ""
    cause: ErrorInfo | None = None

    def first_line(self) -> str:
        """Return the message's first line, or the kind where there is no message."""
        return self.message.splitlines()[0] if self.message.strip() else self.kind


class _Event(msgspec.Struct, frozen=True, tag_field="kind", omit_defaults=True):
    pass


class RunQueued(_Event, frozen=True, tag="run_queued"):
    """The run was accepted and waits for a worker; whence its job is, if anybody said."""

    location: str = ""
    repository: str = ""


class RunStarting(_Event, frozen=True, tag="run_starting"):
    """The run left the queue, or never waited, and a worker was asked to carry it out."""

    owner: str = ""


class RunStarted(_Event, frozen=True, tag="run_started"):
    """An owner holds the lease, and steps may start."""

    owner: str = ""


class RunSucceeded(_Event, frozen=True, tag="run_succeeded"):
    """Every step ended well."""


class RunFailed(_Event, frozen=True, tag="run_failed"):
    """The run ended with at least one failed step, or could not run at all.

    `first_failed` is the step whose failure `error` is, the first of the run.
    """

    reason: str
    error: ErrorInfo | None = None
    first_failed: str | None = None


class RunCanceling(_Event, frozen=True, tag="run_canceling"):
    """A cancellation was asked for; no new step starts."""

    by: str = ""


class RunCanceled(_Event, frozen=True, tag="run_canceled"):
    """The run was cancelled, and nothing of it runs any more."""


class LeaseLost(_Event, frozen=True, tag="lease_lost"):
    """The owner died or went silent; its running steps are lost, and the run can be resumed."""

    owner: str = ""
    reason: str = ""


class RunResumed(_Event, frozen=True, tag="run_resumed"):
    """A new owner goes on at the first unfinished step."""

    owner: str = ""


class StepStarted(_Event, frozen=True, tag="step_started"):
    """An attempt of a step begins; the first attempt is 1."""

    step: str
    attempt: int = 1


class StepSucceeded(_Event, frozen=True, tag="step_succeeded"):
    """An attempt ended well.

    `took` is in seconds. `skipped` names the optional outputs that were not produced, `mapped` the
    mapping keys of each dynamic output.
    """

    step: str
    attempt: int = 1
    took: float = 0.0
    skipped: tuple[str, ...] = ()
    mapped: dict[str, tuple[str, ...]] = {}


class StepFailed(_Event, frozen=True, tag="step_failed"):
    """The last attempt of a step failed."""

    step: str
    error: ErrorInfo
    attempt: int = 1
    took: float = 0.0
    metadata: dict[str, MetadataUnion] = {}


class StepUpForRetry(_Event, frozen=True, tag="step_up_for_retry"):
    """An attempt failed, and another follows after `delay` seconds."""

    step: str
    error: ErrorInfo
    attempt: int = 1
    delay: float = 0.0


class StepRestarted(_Event, frozen=True, tag="step_restarted"):
    """The delay before a retry has passed; `attempt` is the number of the new one."""

    step: str
    attempt: int


class StepSkipped(_Event, frozen=True, tag="step_skipped"):
    """A step will not run, because an optional output that it needs was not produced."""

    step: str
    because: str = ""


class StepCanceled(_Event, frozen=True, tag="step_canceled"):
    """A running attempt was interrupted by a cancellation."""

    step: str
    attempt: int = 1


class InputLoaded(_Event, frozen=True, tag="input_loaded"):
    """A value was loaded by an IO manager; `source` and `output` say which step stored it."""

    step: str
    name: str
    asset: AssetKey | None = None
    metadata: dict[str, MetadataUnion] = {}
    manager: str = "io_manager"
    source: str | None = None
    output: str | None = None


class TypeVerdict(msgspec.Struct, frozen=True, omit_defaults=True):
    """What the type of an input or output said about a value."""

    type: str
    passed: bool = True
    description: str | None = None
    metadata: dict[str, MetadataUnion] = {}

    @property
    def is_notable(self) -> bool:
        """Whether it says more than that the value is as it should be."""
        return not self.passed or self.description is not None or bool(self.metadata)


class InputTaken(_Event, frozen=True, tag="input_taken"):
    """A value was checked against the type of an input, and is passed to user code."""

    step: str
    name: str
    verdict: TypeVerdict


class OutputProduced(_Event, frozen=True, tag="output_produced"):
    """User code produced a value; `mapping_key` tells the values of a dynamic output apart."""

    step: str
    name: str
    mapping_key: str | None = None
    verdict: TypeVerdict | None = None
    metadata: dict[str, MetadataUnion] = {}
    version: str | None = None


class OutputStored(_Event, frozen=True, tag="output_stored"):
    """A value was committed by an IO manager; from here on it can be read."""

    step: str
    name: str
    metadata: dict[str, MetadataUnion] = {}
    mapping_key: str | None = None


class ExpectationJudged(_Event, frozen=True, tag="expectation_judged"):
    """User code said whether the data is as it expects; nothing follows from it."""

    step: str
    passed: bool
    label: str | None = None
    description: str | None = None
    metadata: dict[str, MetadataUnion] = {}


class HookCompleted(_Event, frozen=True, tag="hook_completed"):
    """A hook ran after its step."""

    step: str
    hook: str


class HookSkipped(_Event, frozen=True, tag="hook_skipped"):
    """A hook had nothing to do, because its step did not end as the hook waits for."""

    step: str
    hook: str


class HookErrored(_Event, frozen=True, tag="hook_errored"):
    """A hook raised; its step stays as it ended."""

    step: str
    hook: str
    error: ErrorInfo


class AssetMaterialized(_Event, frozen=True, tag="asset_materialized"):
    """An asset, or one partition of it, was made.

    `inputs` holds the data version of each upstream asset at the time, keyed by escaped asset key.
    """

    asset: AssetKey
    partition: str | None = None
    step: str | None = None
    metadata: dict[str, MetadataUnion] = {}
    data_version: str = ""
    code_version: str | None = None
    inputs: dict[str, str] = {}
    tags: dict[str, str] = {}
    description: str | None = None


class AssetObserved(_Event, frozen=True, tag="asset_observed"):
    """Something was learned about an asset without making it."""

    asset: AssetKey
    partition: str | None = None
    step: str | None = None
    metadata: dict[str, MetadataUnion] = {}
    data_version: str = ""
    tags: dict[str, str] = {}
    description: str | None = None


class AssetPlanned(_Event, frozen=True, tag="asset_planned"):
    """The run means to make the asset."""

    asset: AssetKey
    partition: str | None = None
    step: str | None = None


class CheckPlanned(_Event, frozen=True, tag="check_planned"):
    """The run means to evaluate the check."""

    asset: AssetKey
    name: str
    step: str | None = None


class AssetFailed(_Event, frozen=True, tag="asset_failed"):
    """The run ended without making an asset that it meant to make."""

    asset: AssetKey
    partition: str | None = None
    step: str | None = None
    reason: str = ""


class CheckEvaluated(_Event, frozen=True, tag="check_evaluated"):
    """A check gave its verdict; severity is ERROR or WARN."""

    asset: AssetKey
    name: str
    passed: bool
    partition: str | None = None
    step: str | None = None
    severity: str = "ERROR"
    blocking: bool = False
    metadata: dict[str, MetadataUnion] = {}
    description: str | None = None


class LogLine(_Event, frozen=True, tag="log_line"):
    """A message logged by user code; `level` is a number of Python's logging module."""

    message: str
    level: int = 20
    step: str | None = None
    logger: str = ""


class LogsCaptured(_Event, frozen=True, tag="logs_captured"):
    """Standard output and error of an attempt are kept as a log.

    `file_key` is the last part of the log's key, after the run and `compute_logs`. The addresses
    are of pages that show it, where it is kept elsewhere. `path` is where older versions kept the
    files.
    """

    step: str
    attempt: int = 1
    path: str = ""
    file_key: str = ""
    external_url: str | None = None
    external_stdout_url: str | None = None
    external_stderr_url: str | None = None


class TeardownFailed(_Event, frozen=True, tag="teardown_failed"):
    """A resource could not be released; the run is none the worse for it."""

    resource: str
    error: ErrorInfo


class Remark(_Event, frozen=True, tag="remark"):
    """What a part of the engine, or somebody from outside, has to say of a run or an asset.

    `type` is a type of event of `compat/event_types.py`; most say no more than that something
    happens. `marks` names what begins (`start:...`) or ends (`end:...`) with it, for timelines.
    """

    message: str = ""
    type: str = "ENGINE_EVENT"
    step: str | None = None
    level: int = 10
    metadata: dict[str, MetadataUnion] = {}
    error: ErrorInfo | None = None
    marks: tuple[str, ...] = ()
    asset: AssetKey | None = None


class FreshnessJudged(_Event, frozen=True, tag="freshness_judged"):
    """The freshness of an asset was evaluated; `state` is a value of `FreshnessState`."""

    asset: AssetKey
    state: str


class FreshnessChanged(_Event, frozen=True, tag="freshness_changed"):
    """The freshness of an asset is another one since `since`."""

    asset: AssetKey
    state: str
    before: str
    since: Instant = 0.0


class AssetWiped(_Event, frozen=True, tag="asset_wiped"):
    """What was recorded of an asset, or of some of its partitions, was hidden."""

    asset: AssetKey
    partitions: tuple[str, ...] | None = None


class Unknown(msgspec.Struct, frozen=True):
    """An event of a kind that this version does not know."""

    kind: str
    raw: bytes


RunEvent = (
    RunQueued
    | RunStarting
    | RunStarted
    | RunSucceeded
    | RunFailed
    | RunCanceling
    | RunCanceled
    | LeaseLost
    | RunResumed
    | StepStarted
    | StepSucceeded
    | StepFailed
    | StepUpForRetry
    | StepRestarted
    | StepSkipped
    | StepCanceled
    | InputLoaded
    | InputTaken
    | OutputProduced
    | OutputStored
    | ExpectationJudged
    | HookCompleted
    | HookSkipped
    | HookErrored
    | AssetMaterialized
    | AssetObserved
    | AssetPlanned
    | CheckPlanned
    | AssetFailed
    | CheckEvaluated
    | LogLine
    | LogsCaptured
    | TeardownFailed
    | Remark
    | FreshnessJudged
    | FreshnessChanged
    | AssetWiped
)
"""Every event that this version writes."""

AnyEvent = RunEvent | Unknown

# To msgspec a union is a type; to a type checker it is not.
_decoder = cast("msgspec.json.Decoder[RunEvent]", decoder(cast("type[object]", RunEvent)))


class StoredEvent(msgspec.Struct, frozen=True, kw_only=True):
    """An event with its place: `id` increases store-wide; `run` None is outside any run."""

    id: int
    run: RunId | None
    at: Instant
    event: AnyEvent


def kind_of(event: AnyEvent) -> str:
    """Return the tag under which an event is stored."""
    if isinstance(event, Unknown):
        return event.kind
    tag = event.__struct_config__.tag
    assert isinstance(tag, str)
    return tag


def encode_event(event: AnyEvent) -> bytes:
    """Encode an event as JSON; an `Unknown` one becomes what it was read from."""
    return event.raw if isinstance(event, Unknown) else encode(event)


def decode_event(kind: str, data: bytes) -> AnyEvent:
    """Decode an event; one that does not fit any known kind becomes `Unknown`."""
    try:
        return _decoder.decode(data)
    except msgspec.ValidationError:
        return Unknown(kind, data)
