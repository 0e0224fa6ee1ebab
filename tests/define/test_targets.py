"""What schedules and sensors run: jobs, graphs, names and assets as targets."""

from __future__ import annotations

import pytest

import penstock as dg
from penstock.define.targets import AutomationTarget, target_of, targets_of


@dg.asset
def orders() -> None: ...


@dg.job
def load() -> None: ...


def test_a_job_is_its_own_target() -> None:
    assert target_of(load, name="nightly") == AutomationTarget("load", load)


def test_assets_become_a_job_named_after_who_runs_them() -> None:
    target = target_of([orders], name="nightly")

    assert target.job_name == "__anonymous_asset_job_nightly"
    assert target.is_anonymous
    assert str(target.assets) == 'key:"orders"'
    assert target.given == [orders, target.job_def]


def test_a_text_is_a_selection() -> None:
    assert str(target_of("group:raw", name="nightly").assets) == 'group:"raw"'


def test_a_name_is_a_target_of_which_nothing_else_is_known() -> None:
    (target,) = targets_of(
        of="SensorDefinition", name="x", job_name="load", job=None, jobs=None, target=None
    )

    assert target == AutomationTarget("load")
    assert target.given == []


def test_what_is_no_job_is_refused_as_one() -> None:
    with pytest.raises(dg.ParameterCheckError, match="is not a job"):
        dg.SensorDefinition("x", evaluation_fn=lambda: None, job=orders)  # pyright: ignore[reportArgumentType]
