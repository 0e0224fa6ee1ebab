"""`OutputLoader`: the values that a run's ops stored, loaded after the run."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import ExitStack
from typing import cast

from penstock.define.input_manager import InputManager
from penstock.define.io_context import InputContext, OutputContext
from penstock.define.loaded import LoadedDefinitions
from penstock.define.resource_setup import ReadyResources, SetUp, resources_in_use
from penstock.define.step import StepOutput
from penstock.errors import InvalidDefinitionError, InvariantViolationError
from penstock.instance import Instance
from penstock.model.events import OutputStored
from penstock.model.run import RunRecord
from penstock.store.protocol import EventFilter


class OutputLoader:
    """Loads values by the IO managers that stored them, which are set up when first wanted."""

    def __init__(
        self,
        instance: Instance,
        loaded: LoadedDefinitions,
        record: RunRecord,
        *,
        resources: Mapping[str, object],
    ) -> None:
        self._instance = instance
        self._loaded = loaded
        self._record = record
        self._declared = resources
        self._ready = ReadyResources()
        self._stack = ExitStack()

    def close(self) -> None:
        """Tear down what was set up."""
        self._stack.close()
        self._ready = ReadyResources()

    def load(self, step: str, output_name: str) -> object:
        """Load a value; those of a dynamic output, or of copies of a step, by mapping key.

        Raises:
            InvariantViolationError: The run did not produce it.
            InvalidDefinitionError: What stored it is no IO manager.
        """
        output = next(o for o in self._loaded.nodes[step].outputs if o.name == output_name)
        if output.returns_nothing:
            return None
        mapped: dict[str, object] = {}
        log = self._instance.store.events(EventFilter(run=self._record.id))
        for stored in (each.event for each in log):
            if not isinstance(stored, OutputStored) or stored.name != output_name:
                continue
            base, _, copy = stored.step.partition("[")
            if base != step:
                continue
            value = self._value(output, stored)
            if stored.mapping_key is None and not copy:
                return value
            mapped[stored.mapping_key or copy.removesuffix("]")] = value
        if mapped or output.is_dynamic or self._loaded.nodes[step].over is not None:
            return mapped
        raise InvariantViolationError(
            f"Step '{step}' did not produce output '{output_name}' in run {self._record.id}."
        )

    def _value(self, output: StepOutput, stored: OutputStored) -> object:
        manager = self._manager(output.manager)
        written = OutputContext(
            name=output.name,
            step_key=stored.step,
            run_id=self._record.id,
            mapping_key=stored.mapping_key,
            definition_metadata=output.metadata,
            dagster_type=output.type,
            resources=self._ready.needed_by(output.manager),
            resource_config=self._ready.configs.get(output.manager),
            instance=self._instance,
        )
        return manager.load_input(
            InputContext(
                name=output.name,
                run_id=self._record.id,
                upstream_output=written,
                dagster_type=output.type,
                resources=self._ready.needed_by(output.manager),
                resource_config=self._ready.configs.get(output.manager),
                instance=self._instance,
            )
        )

    def _manager(self, key: str) -> InputManager:
        section = self._record.spec.config.get("resources")
        setup = SetUp(
            config=cast("dict[str, object]", section) if isinstance(section, dict) else {},
            environment=self._instance.settings.environment,
            instance=self._instance,
        )
        self._stack.enter_context(
            resources_in_use(self._declared, setup, keys=[key], beside=self._ready)
        )
        manager = self._ready[key]
        if not isinstance(manager, InputManager):
            raise InvalidDefinitionError(
                f"Resource '{key}' is used as an IO manager, but {type(manager).__name__} has no "
                "load_input. Derive it from IOManager."
            )
        return manager
