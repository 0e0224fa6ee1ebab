"""`AssetSensorDefinition` and `asset_sensor`: runs that start when an asset was made.

Owns the cursor: the id of the newest materialization that the function has seen. It is called once
for the newest one, however many there were since.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from collections.abc import Set as AbstractSet

from penstock.define.run_request import SensorResult, SkipReason
from penstock.define.sensor import (
    DefaultSensorStatus,
    SensorDefinition,
    SensorFunction,
    SensorType,
)
from penstock.define.sensor_context import SensorEvaluationContext
from penstock.define.sensor_log import newest_materialization
from penstock.define.targets import CoercibleToJob, CoercibleToTarget
from penstock.define.tick_results import as_items
from penstock.errors import InvariantViolationError, ParameterCheckError
from penstock.model.keys import AssetKey


class AssetSensorDefinition(SensorDefinition):
    """A sensor that looks at one asset; usually made by `@asset_sensor`.

    Args:
        name: The name.
        asset_key: The asset.
        job_name: The job to run, by name.
        asset_materialization_fn: Takes the context and the newest materialization.
        minimum_interval_seconds: The least time between two evaluations; 30 seconds if None.
        description: What the sensor is for.
        job: The job to run.
        jobs: Several jobs; each request names one of them.
        default_status: Whether it runs until somebody says otherwise.
        required_resource_keys: Resources that the function asks for.
        tags: Tags of the sensor.
        metadata: Facts about the sensor.
        target: The job or the assets to run.
        owners: Who is responsible.
    """

    def __init__(
        self,
        name: str,
        asset_key: AssetKey,
        job_name: str | None,
        asset_materialization_fn: SensorFunction,
        minimum_interval_seconds: int | None = None,
        description: str | None = None,
        job: CoercibleToJob | None = None,
        jobs: Sequence[CoercibleToJob] | None = None,
        default_status: DefaultSensorStatus = DefaultSensorStatus.STOPPED,
        required_resource_keys: AbstractSet[str] | None = None,
        tags: Mapping[str, object] | None = None,
        metadata: Mapping[str, object] | None = None,
        target: CoercibleToTarget | None = None,
        owners: Sequence[str] | None = None,
    ) -> None:
        if not isinstance(asset_key, AssetKey):  # pyright: ignore[reportUnnecessaryIsInstance] - a user's argument
            raise ParameterCheckError(
                f"Asset sensor '{name}': asset_key must be an AssetKey, not {asset_key!r}. Write "
                "AssetKey(...)."
            )
        self.asset_key = asset_key
        super().__init__(
            name,
            evaluation_fn=asset_materialization_fn,
            job_name=job_name,
            minimum_interval_seconds=minimum_interval_seconds,
            description=description,
            job=job,
            jobs=jobs,
            default_status=default_status,
            required_resource_keys=required_resource_keys,
            tags=tags,
            metadata=metadata,
            target=target,
            owners=owners,
        )

    @property
    def sensor_type(self) -> SensorType:
        """What it looks at."""
        return SensorType.ASSET

    def invoke(
        self, context: SensorEvaluationContext, resources: Mapping[str, object]
    ) -> list[object]:
        """Call the function with the newest materialization since the cursor, if there is one.

        Raises:
            InvariantViolationError: The function set a cursor, or there is no instance.
        """
        found = newest_materialization(
            context.instance, self.asset_key, after=int_cursor(context.cursor)
        )
        if found is None:
            return [
                SkipReason(
                    f"Asset '{self.asset_key}' has no materialization that the sensor did not see."
                )
            ]
        given = self._function.call(context, found.event_log_entry, resources=resources)
        items = as_items(given)
        if any(isinstance(item, SensorResult) and item.cursor is not None for item in items):
            raise InvariantViolationError(
                f"Sensor '{self.name}' returned a SensorResult with a cursor, but an asset sensor "
                "sets its cursor itself, to the newest materialization that it saw. Leave it out."
            )
        context.update_cursor(str(found.storage_id))
        return items


def int_cursor(cursor: str | None) -> int | None:
    """Return the id that a cursor names; None if there is no cursor, or one of another kind."""
    return int(cursor) if cursor is not None and cursor.isdecimal() else None


def asset_sensor(
    asset_key: AssetKey,
    *,
    job_name: str | None = None,
    name: str | None = None,
    minimum_interval_seconds: int | None = None,
    description: str | None = None,
    job: CoercibleToJob | None = None,
    jobs: Sequence[CoercibleToJob] | None = None,
    default_status: DefaultSensorStatus = DefaultSensorStatus.STOPPED,
    required_resource_keys: AbstractSet[str] | None = None,
    tags: Mapping[str, object] | None = None,
    metadata: Mapping[str, object] | None = None,
    target: CoercibleToTarget | None = None,
    owners: Sequence[str] | None = None,
) -> Callable[[SensorFunction], AssetSensorDefinition]:
    """Declare a sensor that is called with the newest materialization of an asset.

    The function may take the context, then the `EventLogEntry`, and resources by annotation.

    Args:
        asset_key: The asset.
        job_name: The job to run, by name.
        name: The name; the function's if None.
        minimum_interval_seconds: The least time between two evaluations; 30 seconds if None.
        description: What the sensor is for.
        job: The job to run.
        jobs: Several jobs; each request names one of them.
        default_status: Whether it runs until somebody says otherwise.
        required_resource_keys: Resources that the function asks for.
        tags: Tags of the sensor.
        metadata: Facts about the sensor.
        target: The job or the assets to run.
        owners: Who is responsible.

    Raises:
        InvalidDefinitionError: Arguments exclude each other, or one is not valid.
    """

    def decorate(function: SensorFunction) -> AssetSensorDefinition:
        return AssetSensorDefinition(
            name or function.__name__,
            asset_key,
            job_name,
            function,
            minimum_interval_seconds=minimum_interval_seconds,
            description=description,
            job=job,
            jobs=jobs,
            default_status=default_status,
            required_resource_keys=required_resource_keys,
            tags=tags,
            metadata=metadata,
            target=target,
            owners=owners,
        )

    return decorate
