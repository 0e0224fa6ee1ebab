"""`AutomationConditionSensorDefinition`: which assets' conditions are evaluated, and how often.

A declaration only: the conditions themselves are evaluated by `penstock.automation`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from typing import NoReturn

from penstock.automation.condition import AutomationCondition
from penstock.define.attributes import checked_type
from penstock.define.names import text_tags
from penstock.define.sensor import DefaultSensorStatus, SensorDefinition, SensorType
from penstock.define.sensor_context import SensorEvaluationContext
from penstock.define.sensor_data import SensorExecutionData
from penstock.errors import InvalidInvocationError, ParameterCheckError
from penstock.graph.asset_graph import AssetGraph
from penstock.graph.selection import AssetSelection, CoercibleToAssetSelection
from penstock.model.keys import AssetKey

DEFAULT_AUTOMATION_SENSOR = "default_automation_condition_sensor"
"""The name of the sensor that covers what no other one does."""

EMIT_BACKFILLS = "dagster/emit_backfills"


class AutomationConditionSensorDefinition(SensorDefinition):
    """A sensor that evaluates the automation conditions of assets and checks.

    Args:
        name: The name.
        target: The assets.
        tags: Tags of the sensor.
        run_tags: Tags of its runs.
        default_status: Whether it runs until somebody says otherwise.
        minimum_interval_seconds: The least time between two evaluations; 30 seconds if None.
        description: What the sensor is for.
        metadata: Facts about the sensor.
        emit_backfills: Whether several partitions of an asset become a backfill, not runs.
        use_user_code_server: Whether the conditions are evaluated where user code is, as conditions
            of the user's own need it.
        default_condition: The condition of assets that have none; needs `use_user_code_server`.

    Raises:
        InvalidDefinitionError: The name or a tag is not valid.
        ParameterCheckError: An argument is of the wrong type, or there is a default condition
            without `use_user_code_server`.

    Example:
        >>> AutomationConditionSensorDefinition("nightly", target="group:finance").sensor_type.value
        'AUTO_MATERIALIZE'
    """

    def __init__(
        self,
        name: str,
        *,
        target: CoercibleToAssetSelection,
        tags: Mapping[str, object] | None = None,
        run_tags: Mapping[str, object] | None = None,
        default_status: DefaultSensorStatus = DefaultSensorStatus.STOPPED,
        minimum_interval_seconds: int | None = None,
        description: str | None = None,
        metadata: Mapping[str, object] | None = None,
        emit_backfills: bool = True,
        use_user_code_server: bool = False,
        default_condition: AutomationCondition | None = None,
    ) -> None:
        words = f"Sensor '{name}'"
        checked_type(emit_backfills, bool, argument="emit_backfills", of=words)
        checked_type(use_user_code_server, bool, argument="use_user_code_server", of=words)
        checked_type(default_condition, AutomationCondition, argument="default_condition", of=words)
        if default_condition is not None and not use_user_code_server:
            raise ParameterCheckError(
                f"{words} has a default_condition without use_user_code_server=True. Give both, or "
                "set automation_condition= on the assets."
            )
        self.run_tags: Mapping[str, str] = text_tags(run_tags, owner=words)
        self.emit_backfills = emit_backfills
        self.use_user_code_server = use_user_code_server
        self.default_condition = default_condition
        super().__init__(
            name,
            evaluation_fn=_never,
            minimum_interval_seconds=minimum_interval_seconds,
            description=description,
            default_status=default_status,
            asset_selection=target,
            tags=tags,
            metadata={**(metadata or {}), EMIT_BACKFILLS: emit_backfills},
        )

    @property
    def sensor_type(self) -> SensorType:
        """What it looks at."""
        if self.use_user_code_server:
            return SensorType.AUTOMATION
        return SensorType.AUTO_MATERIALIZE

    def __call__(self, *args: object, **kwargs: object) -> NoReturn:
        """Refuse: there is no function.

        Raises:
            InvalidInvocationError: Always.
        """
        raise _not_callable(self.name)

    def evaluate_tick(self, context: SensorEvaluationContext) -> SensorExecutionData:
        """Refuse: conditions are evaluated against an instance and all definitions.

        Raises:
            InvalidInvocationError: Always.
        """
        raise _not_callable(self.name)


def implicit_sensor(
    sensors: Iterable[SensorDefinition],
    graph: AssetGraph,
    *,
    conditioned: AbstractSet[AssetKey],
) -> AutomationConditionSensorDefinition | None:
    """Return the sensor of the assets with a condition that no declared sensor covers.

    Args:
        sensors: The declared sensors.
        graph: The assets.
        conditioned: The assets that have a condition, or a check with one.

    Returns:
        A stopped sensor over all that the others leave; None if they leave no condition, or one of
        them has the name.
    """
    declared = list(sensors)
    left = AssetSelection.all(include_sources=True)
    for each in declared:
        if each.name == DEFAULT_AUTOMATION_SENSOR:
            return None
        if isinstance(each, AutomationConditionSensorDefinition) and each.asset_selection:
            left = left - each.asset_selection
    if conditioned.isdisjoint(left.resolve(graph)):
        return None
    return AutomationConditionSensorDefinition(DEFAULT_AUTOMATION_SENSOR, target=left)


def _never(context: SensorEvaluationContext) -> None:
    """Stand in for the function that this kind of sensor does not have."""
    del context


def _not_callable(name: str) -> InvalidInvocationError:
    return InvalidInvocationError(
        f"Sensor '{name}' watches automation conditions and has no function to call. Use "
        "evaluate_automation_conditions(defs, instance)."
    )
