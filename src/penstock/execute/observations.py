"""What a function says that looks at an asset: a version, versions by partition, or results."""

from __future__ import annotations

from penstock.base.tags import DATA_VERSION_IS_USER_PROVIDED_TAG, DATA_VERSION_TAG
from penstock.define.context import OpExecutionContext
from penstock.define.result import (
    AssetObservation,
    DataVersion,
    DataVersionsByPartition,
    ObserveResult,
)
from penstock.define.step import StepDefinition
from penstock.errors import InvariantViolationError


def as_observation(step: StepDefinition, returned: object, context: OpExecutionContext) -> object:
    """Return what an observing function returned as results; versions become observations.

    Args:
        step: The step that observes.
        returned: What its function returned.
        context: The context; the versions of partitions are recorded through it.

    Raises:
        InvariantViolationError: Versions by partition of an asset that is not split.
    """
    match returned:
        case DataVersion():
            return ObserveResult(data_version=returned)
        case DataVersionsByPartition():
            if step.partitions is None:
                raise InvariantViolationError(
                    f"'{step.name}' returned DataVersionsByPartition, but its asset has no "
                    "partitions. Return a DataVersion."
                )
            for partition, version in returned.data_versions_by_partition.items():
                context.log_event(_observation(context, partition, version))
            return iter(())
        case _:
            return returned


def _observation(
    context: OpExecutionContext, partition: str, version: DataVersion
) -> AssetObservation:
    tags = {DATA_VERSION_TAG: version.value, DATA_VERSION_IS_USER_PROVIDED_TAG: "true"}
    return AssetObservation(context.asset_key, partition=partition, tags=tags)
