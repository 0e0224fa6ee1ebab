"""`MultiAssetSensorDefinition` and `multi_asset_sensor`: runs that start when assets were made."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import cast

from penstock.define.multi_asset_sensor_context import (
    MonitoredAssets,
    MultiAssetSensorEvaluationContext,
)
from penstock.define.run_request import SensorResult
from penstock.define.sensor import (
    DefaultSensorStatus,
    SensorDefinition,
    SensorFunction,
    SensorType,
)
from penstock.define.sensor_context import SensorEvaluationContext
from penstock.define.sensor_data import Answer, SensorExecutionData, answer_of
from penstock.define.targets import CoercibleToJob, CoercibleToTarget
from penstock.define.tick_results import as_items
from penstock.errors import (
    InvalidDefinitionError,
    InvariantViolationError,
    ParameterCheckError,
)
from penstock.graph.selection import AssetSelection
from penstock.model.keys import AssetKey


class MultiAssetSensorDefinition(SensorDefinition):
    """A sensor that looks at several assets; usually made by `@multi_asset_sensor`.

    Args:
        name: The name.
        monitored_assets: The assets.
        job_name: The job to run, by name.
        asset_materialization_fn: Takes a `MultiAssetSensorEvaluationContext`.
        minimum_interval_seconds: The least time between two evaluations; 30 seconds if None.
        description: What the sensor is for.
        job: The job to run.
        jobs: Several jobs; each request names one of them.
        default_status: Whether it runs until somebody says otherwise.
        request_assets: The assets to run, without a job of their own.
        required_resource_keys: Resources that the function asks for.
        tags: Tags of the sensor.
        metadata: Facts about the sensor.
        target: The job or the assets to run.
        owners: Who is responsible.
    """

    def __init__(
        self,
        name: str,
        monitored_assets: MonitoredAssets,
        job_name: str | None,
        asset_materialization_fn: SensorFunction,
        minimum_interval_seconds: int | None = None,
        description: str | None = None,
        job: CoercibleToJob | None = None,
        jobs: Sequence[CoercibleToJob] | None = None,
        default_status: DefaultSensorStatus = DefaultSensorStatus.STOPPED,
        request_assets: AssetSelection | None = None,
        required_resource_keys: AbstractSet[str] | None = None,
        tags: Mapping[str, object] | None = None,
        metadata: Mapping[str, object] | None = None,
        target: CoercibleToTarget | None = None,
        owners: Sequence[str] | None = None,
    ) -> None:
        self.monitored_assets: MonitoredAssets = _checked_monitored(monitored_assets, name)
        super().__init__(
            name,
            evaluation_fn=asset_materialization_fn,
            job_name=job_name,
            minimum_interval_seconds=minimum_interval_seconds,
            description=description,
            job=job,
            jobs=jobs,
            default_status=default_status,
            asset_selection=request_assets,
            required_resource_keys=required_resource_keys,
            tags=tags,
            metadata=metadata,
            target=target,
            owners=owners,
        )

    @property
    def sensor_type(self) -> SensorType:
        """What it looks at."""
        return SensorType.MULTI_ASSET

    def _of(self, context: SensorEvaluationContext) -> MultiAssetSensorEvaluationContext:
        if isinstance(context, MultiAssetSensorEvaluationContext):
            return context
        return MultiAssetSensorEvaluationContext(self.monitored_assets, context)

    def invoke(self, context: SensorEvaluationContext, resources: Mapping[str, object]) -> object:
        """Call the function with what is new since the cursors."""
        of_assets = self._of(context)
        of_assets.begin()
        return super().invoke(of_assets, resources)

    def evaluate_tick(self, context: SensorEvaluationContext) -> SensorExecutionData:
        """Evaluate the sensor once; see `SensorDefinition.evaluate_tick`."""
        return super().evaluate_tick(self._of(context))

    def answer(self, context: SensorEvaluationContext, resources: Mapping[str, object]) -> Answer:
        """Call the function and read what it gave.

        Raises:
            InvariantViolationError: The function set a cursor of its own.
            InvalidDefinitionError: It requested runs and did not advance the cursor.
        """
        items = as_items(self.invoke(context, resources))
        if any(isinstance(item, SensorResult) and item.cursor is not None for item in items):
            raise InvariantViolationError(
                f"Sensor '{self.name}' gave a SensorResult with cursor=, but the cursor of a "
                "multi_asset_sensor holds how far it is with each asset, and only the context "
                "writes it. Call context.advance_all_cursors() or context.advance_cursor()."
            )
        answer = answer_of(items, name=self.name)
        if answer.run_requests and not context.cursor_updated:
            raise InvalidDefinitionError(
                f"Sensor '{self.name}' requested runs and left its cursor where it was, so the "
                "next tick would request them again. Before the function ends, call "
                "context.advance_all_cursors(), or advance_cursor() with what was handled."
            )
        return answer


def _checked_monitored(monitored: object, name: str) -> MonitoredAssets:
    if isinstance(monitored, AssetSelection):
        return monitored
    if isinstance(monitored, (list, tuple)):
        keys = cast("Sequence[object]", monitored)
        if all(isinstance(key, AssetKey) for key in keys):
            return cast("Sequence[AssetKey]", list(keys))
    raise ParameterCheckError(
        f"Sensor '{name}': monitored_assets takes a list of AssetKeys or an AssetSelection, not "
        f"{monitored!r}."
    )


def multi_asset_sensor(
    monitored_assets: MonitoredAssets,
    *,
    job_name: str | None = None,
    name: str | None = None,
    minimum_interval_seconds: int | None = None,
    description: str | None = None,
    job: CoercibleToJob | None = None,
    jobs: Sequence[CoercibleToJob] | None = None,
    default_status: DefaultSensorStatus = DefaultSensorStatus.STOPPED,
    request_assets: AssetSelection | None = None,
    required_resource_keys: AbstractSet[str] | None = None,
    tags: Mapping[str, object] | None = None,
    metadata: Mapping[str, object] | None = None,
    target: CoercibleToTarget | None = None,
    owners: Sequence[str] | None = None,
) -> Callable[[SensorFunction], MultiAssetSensorDefinition]:
    """Declare a sensor that looks at the materializations of several assets.

    Automation conditions are the newer way. The function advances the cursors of what it handled.

    Args:
        monitored_assets: The assets.
        job_name: The job to run, by name.
        name: The name; the function's if None.
        minimum_interval_seconds: The least time between two evaluations; 30 seconds if None.
        description: What the sensor is for.
        job: The job to run.
        jobs: Several jobs; each request names one of them.
        default_status: Whether it runs until somebody says otherwise.
        request_assets: The assets to run, without a job of their own.
        required_resource_keys: Resources that the function asks for.
        tags: Tags of the sensor.
        metadata: Facts about the sensor.
        target: The job or the assets to run.
        owners: Who is responsible.

    Raises:
        InvalidDefinitionError: Arguments exclude each other, or one is not valid.
        ParameterCheckError: The monitored assets are neither keys nor a selection.
    """

    def decorate(function: SensorFunction) -> MultiAssetSensorDefinition:
        return MultiAssetSensorDefinition(
            name or function.__name__,
            monitored_assets,
            job_name,
            function,
            minimum_interval_seconds=minimum_interval_seconds,
            description=description,
            job=job,
            jobs=jobs,
            default_status=default_status,
            request_assets=request_assets,
            required_resource_keys=required_resource_keys,
            tags=tags,
            metadata=metadata,
            target=target,
            owners=owners,
        )

    return decorate
