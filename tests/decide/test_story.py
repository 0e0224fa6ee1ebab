from __future__ import annotations

from penstock.decide.story import Story
from penstock.model.events import ErrorInfo, LogLine, RunStarted, StepSucceeded, StepUpForRetry


def test_a_line_tells_the_time_the_kind_and_the_facts_that_matter():
    story = Story()
    story.add(StepUpForRetry("a", ErrorInfo("E", "boom\nand more"), attempt=2, delay=1.5), 0.5)
    story.add(StepSucceeded("a", attempt=3, skipped=("x",)), 86400.0)

    assert story.lines() == (
        "1970-01-01 00:00:00.500 step_up_for_retry step='a' attempt=2 delay=1.5 error='boom'",
        "1970-01-02 00:00:00.000 step_succeeded step='a' attempt=3 skipped=('x',)",
    )


def test_many_notes_of_one_kind_are_one_line():
    story = Story()
    story.add(RunStarted(), 0.0)
    for n in range(1000):
        story.add(LogLine(f"line {n}", step="a"), float(n))

    assert story.lines() == (
        "1970-01-01 00:00:00.000 run_started",
        "1970-01-01 00:00:00.000 log_line (1000 times)",
    )


def test_moves_of_one_kind_are_told_one_by_one():
    story = Story()
    story.add(StepSucceeded("a"), 0.0)
    story.add(StepSucceeded("b"), 0.0)

    assert len(story.lines()) == 2


def test_a_story_without_events_is_empty():
    assert Story().lines() == ()
