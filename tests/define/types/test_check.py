import logging

import pytest

import penstock as dg
from penstock.define.context import Resources
from penstock.define.types.annotations import resolve_runtime_type
from penstock.define.types.check import check_type, run_type_check
from penstock.errors import (
    InvariantViolationError,
    TypeCheckDidNotPass,
    TypeCheckError,
    UnknownResourceError,
)


def raises(error):
    def check(_context, _value):
        raise error

    return dg.DagsterType(check, name="Raises")


def context_of(type_, **resources):
    return dg.TypeCheckContext(
        run_id="r",
        log=logging.getLogger("t"),
        resources=Resources(resources),
        dagster_type=type_,
    )


def test_a_verdict_is_returned_whatever_it_is():
    never = dg.DagsterType(lambda _c, _v: False, name="Never")

    assert run_type_check(resolve_runtime_type(int), None, 1) == dg.TypeCheck(success=True)
    assert run_type_check(never, None, 1) == dg.TypeCheck(success=False)


@pytest.mark.parametrize("error", [ValueError("boo"), dg.Failure("boo"), dg.RetryRequested()])
def test_a_check_that_raises_is_the_fault_of_user_code(error):
    with pytest.raises(TypeCheckError, match="The check of type 'Raises' raised") as caught:
        run_type_check(raises(error), None, 1)

    assert caught.value.user_exception is error
    assert caught.value.__cause__ is error


def test_a_check_that_answers_wrong_breaks_the_rules():
    bad = dg.DagsterType(lambda _c, _v: "foo", name="Bad")

    with pytest.raises(InvariantViolationError):
        run_type_check(bad, None, 1)


def test_a_failed_verdict_is_reported_with_its_facts():
    type_ = dg.DagsterType(
        lambda _c, _v: dg.TypeCheck(False, description="No rows.", metadata={"rows": 0}),
        name="Rows",
    )

    with pytest.raises(TypeCheckDidNotPass) as caught:
        check_type(type_, [], None, where="step output 'result'")

    assert (
        str(caught.value)
        == "The value of step output 'result' does not fit the type 'Rows'. No rows."
    )
    assert caught.value.dagster_type is type_
    assert caught.value.description == "No rows."
    assert caught.value.metadata == {"rows": dg.MetadataValue.int(0)}


def test_a_verdict_that_passes_is_returned_with_its_facts():
    type_ = dg.DagsterType(lambda _c, v: dg.TypeCheck(True, metadata={"n": v}), name="N")

    assert check_type(type_, 3, None, where="x").metadata == {"n": dg.MetadataValue.int(3)}


def test_a_check_reads_its_resources_from_the_context():
    type_ = dg.DagsterType(
        lambda context, value: value in context.resources.known,
        name="Known",
        required_resource_keys={"known"},
    )
    context = context_of(type_, known={1, 2})

    assert context.dagster_type is type_
    assert run_type_check(type_, context, 1).success
    assert not run_type_check(type_, context, 3).success


def test_outside_a_run_there_is_a_run_id_and_a_log_and_no_resource():
    seen = []

    def check(context, _value):
        seen.append((context.run_id, context.log.name))
        return True

    assert dg.check_dagster_type(dg.DagsterType(check, name="A"), 1).success
    assert seen == [("EPHEMERAL", "penstock.type_check")]
    with pytest.raises(UnknownResourceError, match="Unknown resource 'db'"):
        dg.check_dagster_type(dg.DagsterType(lambda c, _v: c.resources.db, name="B"), 1)


def test_outside_a_run_a_failure_is_a_verdict():
    failed = dg.check_dagster_type(raises(dg.Failure("too old", metadata={"days": 3})), 1)

    assert failed == dg.TypeCheck(
        success=False, description="too old", metadata={"days": dg.MetadataValue.int(3)}
    )


def test_outside_a_run_other_errors_are_raised_as_they_are():
    with pytest.raises(ValueError, match="boo"):
        dg.check_dagster_type(raises(ValueError("boo")), 1)


def test_annotations_can_be_checked_outside_a_run():
    assert dg.check_dagster_type(list[int], [1]).success
    assert not dg.check_dagster_type(int | None, "a").success
