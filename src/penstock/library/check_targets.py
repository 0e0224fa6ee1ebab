"""What the check builders have in common: which assets, names of checks, what was made."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence

from penstock.base.text import listed
from penstock.compat.event_entries import EventLogRecord
from penstock.compat.event_filters import EventRecordsFilter
from penstock.compat.event_types import DagsterEventType
from penstock.define.assets_definition import AssetChecksDefinition, AssetsDefinition
from penstock.define.context import AssetCheckExecutionContext
from penstock.define.multi_check import multi_asset_check
from penstock.define.result import AssetCheckResult
from penstock.define.spec import AssetCheckSpec, CoercibleToAsset, key_of
from penstock.errors import InvalidDefinitionError, ParameterCheckError
from penstock.instance import Instance
from penstock.model.keys import AssetKey

CheckedAsset = CoercibleToAsset | AssetsDefinition
Evaluate = Callable[[AssetKey, Instance], AssetCheckResult]


def asset_keys(assets: Sequence[CheckedAsset]) -> list[AssetKey]:
    """Return the keys of assets to be checked; a definition of several stands for each of them.

    Raises:
        ParameterCheckError: They are no list.
        InvalidDefinitionError: One is there twice.
    """
    if isinstance(assets, (str, AssetsDefinition, AssetKey)):
        raise ParameterCheckError(f"assets is a list, not {assets!r}. Put it into a list.")
    found: list[AssetKey] = []
    for asset in assets:
        if isinstance(asset, AssetsDefinition):
            found.extend(sorted(asset.keys))
        else:
            found.append(key_of(asset))
    twice = sorted({str(key) for key in found if found.count(key) > 1})
    if twice:
        raise InvalidDefinitionError(
            f"The argument assets names {listed(twice)} more than once. Name each asset once."
        )
    return found


def checks_of(
    specs: Sequence[AssetCheckSpec], evaluate: Evaluate, *, name: str
) -> Sequence[AssetChecksDefinition]:
    """Return checks that one function evaluates, each for its own asset.

    Args:
        specs: The checks, one for each asset.
        evaluate: Looks at an asset and what is recorded of it.
        name: What the step is called, before the digits that tell it from others.
    """
    identity = "\n".join(sorted(spec.key.to_user_string() for spec in specs))
    digits = hashlib.blake2b(identity.encode(), digest_size=4).hexdigest()

    @multi_asset_check(specs=specs, name=f"{name}_{digits}", can_subset=True)
    def evaluate_all(context: AssetCheckExecutionContext) -> Iterable[AssetCheckResult]:
        instance = context.instance
        for spec in specs:
            if spec.key in context.selected_asset_check_keys:
                yield evaluate(spec.asset_key, instance)

    return [evaluate_all]


def latest_updates(
    instance: Instance, key: AssetKey, *, count: int, observed: bool = False
) -> list[EventLogRecord]:
    """Return the newest materializations of an asset, or its observations, newest first."""
    kind = (
        DagsterEventType.ASSET_OBSERVATION if observed else DagsterEventType.ASSET_MATERIALIZATION
    )
    return instance.get_event_records(EventRecordsFilter(kind, asset_key=key), limit=count)


def last_update(instance: Instance, key: AssetKey) -> float | None:
    """Return when an asset was last made or observed, in seconds since the epoch."""
    found = [
        record.timestamp
        for observed in (False, True)
        for record in latest_updates(instance, key, count=1, observed=observed)
    ]
    return max(found, default=None)
