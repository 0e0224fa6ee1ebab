"""A freshness policy is put on specs that exist already."""

from datetime import timedelta

import pytest

from penstock.define.freshness import apply_freshness_policy
from penstock.define.spec import AssetSpec
from penstock.errors import ParameterCheckError
from penstock.model.freshness import FreshnessPolicy

DAILY = FreshnessPolicy.time_window(fail_window=timedelta(days=1))
HOURLY = FreshnessPolicy.time_window(fail_window=timedelta(hours=1))


def test_a_spec_gets_a_policy():
    assert apply_freshness_policy(AssetSpec("a", group_name="g"), DAILY) == AssetSpec(
        "a", group_name="g", freshness_policy=DAILY
    )


def test_a_policy_is_overwritten_unless_it_is_not_to_be():
    spec = AssetSpec("a", freshness_policy=HOURLY)

    assert apply_freshness_policy(spec, DAILY).freshness_policy == DAILY
    assert apply_freshness_policy(spec, DAILY, overwrite_existing=False) == spec
    assert (
        apply_freshness_policy(AssetSpec("a"), DAILY, overwrite_existing=False).freshness_policy
        == DAILY
    )


def test_only_a_policy_is_one():
    with pytest.raises(ParameterCheckError, match="Asset 'a' is to get '1 day'"):
        apply_freshness_policy(AssetSpec("a"), "1 day")  # pyright: ignore[reportArgumentType]
