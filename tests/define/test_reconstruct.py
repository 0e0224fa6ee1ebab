"""Jobs by reference: found again by module and name, or refused."""

from __future__ import annotations

import pytest

from penstock.define.graph import graph
from penstock.define.job import JobDefinition, job
from penstock.define.op import op
from penstock.define.reconstruct import build_reconstructable_job, reconstructable
from penstock.errors import InvariantViolationError, LoadError


@op
def one():
    return 1


@job
def decorated():
    one()


@graph
def shape():
    one()


def made() -> JobDefinition:
    return shape.to_job(name="made_by_function")


def made_of(name: str, *, suffix: str) -> JobDefinition:
    return shape.to_job(name=name + suffix)


def test_a_job_of_a_module_is_found_again() -> None:
    assert decorated is reconstructable(decorated).get_definition()
    assert reconstructable(made).job_name == "made_by_function"
    part = reconstructable(decorated).get_subset(op_selection=["one"])
    assert [step.name for step in part.get_definition().steps] == ["one"]


def test_a_job_that_cannot_be_found_again_is_refused() -> None:
    def local() -> JobDefinition:
        return decorated

    with pytest.raises(InvariantViolationError, match="was given a lambda"):
        reconstructable(lambda: decorated)
    with pytest.raises(InvariantViolationError, match="to the top level of a module"):
        reconstructable(local)
    with pytest.raises(InvariantViolationError, match="job from a function of a module"):
        reconstructable(made())
    with pytest.raises(
        InvariantViolationError, match="takes a job, or a function that returns one"
    ):
        reconstructable(shape)


def test_a_job_can_be_made_by_a_function_with_arguments() -> None:
    reference = build_reconstructable_job(__name__, "made_of", ("night",), {"suffix": "ly"})

    assert reference.job_name == "nightly"
    with pytest.raises(LoadError, match="has no 'gone'"):
        build_reconstructable_job(__name__, "gone").get_definition()
    with pytest.raises(LoadError, match="cannot be imported"):
        build_reconstructable_job("no_such_module", "x").get_definition()
