"""`apply_freshness_policy`: a freshness policy for specs that exist already."""

from __future__ import annotations

from penstock.define.spec import AssetSpec
from penstock.errors import ParameterCheckError
from penstock.model.freshness import FreshnessPolicy


def apply_freshness_policy(
    spec: AssetSpec,
    policy: FreshnessPolicy,
    overwrite_existing: bool = True,  # noqa: FBT001, FBT002 - public form
) -> AssetSpec:
    """Return a spec with a freshness policy; made to be mapped over many.

    Args:
        spec: The spec of an asset.
        policy: The policy.
        overwrite_existing: False keeps the policy that the spec has.

    Raises:
        ParameterCheckError: The policy is not a `FreshnessPolicy`.

    Example:
        >>> from datetime import timedelta
        >>> daily = FreshnessPolicy.time_window(fail_window=timedelta(days=1))
        >>> apply_freshness_policy(AssetSpec("orders"), daily).freshness_policy == daily
        True
    """
    if not isinstance(policy, FreshnessPolicy):  # pyright: ignore[reportUnnecessaryIsInstance]
        raise ParameterCheckError(
            f"Asset '{spec.key}' is to get {policy!r} as its freshness policy. "
            "Use FreshnessPolicy.time_window(...) or FreshnessPolicy.cron(...)."
        )
    if spec.freshness_policy is not None and not overwrite_existing:
        return spec
    return spec.replace_attributes(freshness_policy=policy)
