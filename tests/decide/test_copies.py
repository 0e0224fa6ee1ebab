"""Templates, their copies, and lists of inputs, told through the run machine."""

from __future__ import annotations

from random import Random

from hypothesis import given
from hypothesis import strategies as st

from penstock.base.ids import RunId
from penstock.decide.commands import Command, Finish, Launch, Skip
from penstock.decide.copies import Source
from penstock.decide.moves import StepState
from penstock.decide.run import RunMachine
from penstock.model.events import (
    ErrorInfo,
    LeaseLost,
    RunEvent,
    RunResumed,
    RunStarted,
    StepFailed,
    StepSkipped,
    StepStarted,
    StepSucceeded,
)
from penstock.model.run import RunStatus
from penstock.plan.plan import Inherited, Need, Plan, Step

MAPPED = Plan(
    (
        Step("split", "split"),
        Step("double[?]", "double", (Need(0, "out", "x"),), over=(0, "out")),
        Step("show[?]", "show", (Need(1, "result", "x"),), over=(0, "out")),
        Step("total", "total", (Need(2, "result", "xs", "collect"),)),
    )
)
FAN = Plan(
    (
        Step("a", "a"),
        Step("b", "b"),
        Step("join", "join", (Need(0, "x", "xs", "fan_in"), Need(1, "x", "xs", "fan_in"))),
        Step("after", "after", (Need(2, "result", "y"),)),
    )
)


def tell(machine: RunMachine, *events: RunEvent) -> list[Command]:
    return [command for event in events for command in machine.apply(event, 0.0)]


def run(machine: RunMachine, key: str, **facts: object) -> list[Command]:
    ended = StepSucceeded(key, **facts)  # pyright: ignore[reportArgumentType]
    return tell(machine, StepStarted(key), ended)


def test_a_template_runs_once_for_each_mapping_key_and_is_collected_in_order() -> None:
    machine = RunMachine(MAPPED)
    tell(machine, RunStarted())

    launched = run(machine, "split", mapped={"out": ("a", "b")})
    second = run(machine, "double[b]")
    run(machine, "double[a]")
    run(machine, "show[b]")
    collected = run(machine, "show[a]")
    end = run(machine, "total")

    assert launched == [Launch("double[a]", 1), Launch("double[b]", 1)]
    assert second == [Launch("show[b]", 1)]
    assert collected == [Launch("total", 1)]
    assert machine.sources("double[a]") == (Source("x", "split", "out", "a"),)
    assert machine.sources("show[a]") == (Source("x", "double[a]", "result"),)
    assert machine.sources("total") == (
        Source("xs", "show[a]", "result", None, "collect"),
        Source("xs", "show[b]", "result", None, "collect"),
    )
    assert end == [Finish(RunStatus.SUCCESS, "Every step ended well.")]


def test_no_value_means_that_what_collects_takes_an_empty_list() -> None:
    machine = RunMachine(MAPPED)
    tell(machine, RunStarted())

    launched = run(machine, "split", mapped={"out": ()})

    assert launched == [Launch("total", 1)]
    assert machine.sources("total") == ()


def test_a_failed_copy_blocks_what_collects_and_leaves_its_siblings_alone() -> None:
    machine = RunMachine(MAPPED)
    tell(machine, RunStarted())
    run(machine, "split", mapped={"out": ("a", "b")})

    tell(machine, StepStarted("double[a]"), StepFailed("double[a]", ErrorInfo("E", "boom")))
    run(machine, "double[b]")
    end = run(machine, "show[b]")

    assert machine.step_state("total") is StepState.BLOCKED
    assert machine.step_state("show[a]") is StepState.BLOCKED
    assert isinstance(end[0], Finish)
    assert end[0].status is RunStatus.FAILURE


def test_a_skipped_copy_is_left_out_of_the_collection() -> None:
    machine = RunMachine(MAPPED)
    tell(machine, RunStarted())
    run(machine, "split", mapped={"out": ("a", "b")})

    skips = run(machine, "double[a]", skipped=("result",))
    tell(machine, StepSkipped("show[a]"))
    run(machine, "double[b]")
    run(machine, "show[b]")

    assert skips == [Skip("show[a]", "step 'double[a]' did not produce 'result'")]
    assert machine.sources("total") == (Source("xs", "show[b]", "result", None, "collect"),)


def test_what_collects_is_skipped_when_every_copy_was() -> None:
    machine = RunMachine(MAPPED)
    tell(machine, RunStarted())
    run(machine, "split", mapped={"out": ("a",)})

    skips = run(machine, "double[a]", skipped=("result",))

    assert [command.step for command in skips if isinstance(command, Skip)] == ["show[a]", "total"]


def test_copies_survive_the_loss_of_the_owner() -> None:
    machine = RunMachine(MAPPED)
    tell(machine, RunStarted())
    run(machine, "split", mapped={"out": ("a", "b")})
    run(machine, "double[a]")

    resumed = tell(machine, StepStarted("double[b]"), LeaseLost("me"), RunResumed("you"))

    assert Launch("double[b]", 2) in resumed
    assert machine.unfinished() == (
        "double[?]",
        "show[?]",
        "total",
        "double[b]",
        "show[a]",
        "show[b]",
    )


def test_values_of_a_dynamic_output_can_be_collected_without_a_step_between() -> None:
    plan = Plan((Step("split", "s"), Step("all", "a", (Need(0, "out", "xs", "collect"),))))
    machine = RunMachine(plan)
    tell(machine, RunStarted())

    run(machine, "split", mapped={"out": ("k1", "k2")})

    assert machine.sources("all") == (
        Source("xs", "split", "out", "k1", "collect"),
        Source("xs", "split", "out", "k2", "collect"),
    )


def test_a_list_does_without_an_entry_that_was_not_produced() -> None:
    machine = RunMachine(FAN)
    tell(machine, RunStarted())

    run(machine, "a", skipped=("x",))
    launched = run(machine, "b")

    assert launched == [Launch("join", 1)]
    assert machine.sources("join") == (Source("xs", "b", "x", None, "fan_in"),)


def test_a_list_without_any_entry_skips_its_step_and_all_downstream() -> None:
    machine = RunMachine(FAN)
    tell(machine, RunStarted())

    run(machine, "a", skipped=("x",))
    skips = run(machine, "b", skipped=("x",))

    because = "no entry of a list that it takes was produced"
    assert skips[:2] == [Skip("join", because), Skip("after", "step 'join' was skipped")]


def test_a_list_does_without_a_step_that_was_skipped() -> None:
    plan = Plan(
        (
            Step("a", "a"),
            Step("mid", "mid", (Need(0, "x", "v"),)),
            Step("b", "b"),
            Step("join", "j", (Need(1, "r", "xs", "fan_in"), Need(2, "r", "xs", "fan_in"))),
        )
    )
    machine = RunMachine(plan)
    tell(machine, RunStarted())

    run(machine, "b")
    done = run(machine, "a", skipped=("x",))

    assert done == [Skip("mid", "step 'a' did not produce 'x'"), Launch("join", 1)]


def test_a_template_over_an_optional_output_without_a_value_is_skipped_with_its_collector() -> None:
    machine = RunMachine(MAPPED)
    tell(machine, RunStarted())

    skipped = run(machine, "split", skipped=("out",), mapped={"out": ()})

    assert skipped[0] == Skip("total", "step 'show[?]' was skipped")
    assert machine.step_state("double[?]") is StepState.SKIPPED


def test_what_collects_an_output_that_no_copy_produced_is_skipped() -> None:
    machine = RunMachine(MAPPED)
    tell(machine, RunStarted())
    run(machine, "split", mapped={"out": ("a", "b")})
    run(machine, "double[a]")
    run(machine, "double[b]")

    run(machine, "show[a]", skipped=("result",))
    commands = run(machine, "show[b]", skipped=("result",))

    assert commands[0] == Skip("total", "no entry of a list that it takes was produced")


def test_what_is_inherited_stands_in_its_place_among_the_values() -> None:
    machine = RunMachine(
        Plan(
            (
                Step("b", "b"),
                Step(
                    "join",
                    "join",
                    (Need(0, "x", "xs", "fan_in"),),
                    inherited=(
                        Inherited("xs", "a", "x", kind="fan_in", run=RunId("r"), place=0),
                        Inherited("xs", "c", "x", kind="fan_in", run=RunId("r"), place=1),
                    ),
                ),
            )
        )
    )
    tell(machine, RunStarted())

    launched = run(machine, "b")

    assert launched == [Launch("join", 1)]
    assert machine.sources("join") == (
        Source("xs", "a", "x", None, "fan_in", RunId("r"), inherited=True),
        Source("xs", "b", "x", None, "fan_in"),
        Source("xs", "c", "x", None, "fan_in", RunId("r"), inherited=True),
    )


def test_a_list_with_an_inherited_entry_needs_no_other() -> None:
    taken = Inherited("xs", "a", "x", kind="fan_in", run=RunId("r"))
    join = Step("join", "join", (Need(0, "x", "xs", "fan_in"),), inherited=(taken,))
    machine = RunMachine(Plan((Step("b", "b"), join)))
    tell(machine, RunStarted())

    launched = run(machine, "b", skipped=("x",))

    assert launched == [Launch("join", 1)]


@st.composite
def mapped_plans(draw: st.DrawFn) -> tuple[Plan, tuple[str, ...]]:
    """A chain of templates over one dynamic output, then what collects it, and the mapping keys."""
    length = draw(st.integers(1, 3))
    templates = [
        Step(f"t{n}[?]", f"t{n}", (Need(n, "out" if n == 0 else "result", "x"),), over=(0, "out"))
        for n in range(length)
    ]
    collect = Step("all", "all", (Need(length, "result", "xs", "collect"),))
    keys = draw(st.lists(st.sampled_from("abcde"), unique=True, max_size=4))
    return Plan((Step("split", "split"), *templates, collect)), tuple(keys)


@given(mapped_plans(), st.randoms(use_true_random=False))
def test_in_any_order_and_after_any_crash_each_copy_succeeds_once(
    case: tuple[Plan, tuple[str, ...]], random: Random
) -> None:
    plan, keys = case
    log: list[RunEvent] = [RunStarted()]
    machine = RunMachine(plan)
    ready = machine.apply(log[0], 0.0)
    finished: Finish | None = None
    while finished is None:
        if random.random() < 0.2:
            log += [LeaseLost("me"), RunResumed("you")]
            machine = RunMachine(plan)
            ready = [c for event in log for c in machine.apply(event, 0.0)]
            ready = [c for c in ready if isinstance(c, Launch) and is_open(machine, c)]
        launch = ready.pop(random.randrange(len(ready)))
        assert isinstance(launch, Launch)
        events: list[RunEvent] = [
            StepStarted(launch.step, launch.attempt),
            StepSucceeded(
                launch.step, launch.attempt, mapped={"out": keys} if launch.step == "split" else {}
            ),
        ]
        log += events
        commands = [c for event in events for c in machine.apply(event, 0.0)]
        finished = next((c for c in commands if isinstance(c, Finish)), None)
        ready += [c for c in commands if isinstance(c, Launch)]

    succeeded = [event.step for event in log if isinstance(event, StepSucceeded)]
    copies = [f"{step.node}[{key}]" for step in plan.steps if step.over for key in keys]
    assert finished.status is RunStatus.SUCCESS
    assert sorted(succeeded) == sorted(["split", "all", *copies])
    assert [source.step for source in machine.sources("all")] == [
        f"{plan.steps[-2].node}[{key}]" for key in keys
    ]


def is_open(machine: RunMachine, launch: Launch) -> bool:
    """Whether a launch is the newest one of a step that has not ended."""
    is_newest = machine.attempt(launch.step) == launch.attempt
    return is_newest and not machine.step_state(launch.step).is_final
