"""`ENGINE`: what the classes of `define` are run by; see `define/engine.py`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from penstock.config.run_config import RunConfig
from penstock.define.engine import Engine, ValueLoader
from penstock.define.job_definition import JobDefinition
from penstock.define.loaded import LoadedDefinitions
from penstock.errors import InvalidInvocationError
from penstock.execute.asset_value_loader import AssetValueLoader
from penstock.execute.jobs import execute_in_process
from penstock.execute.result import ExecuteInProcessResult
from penstock.instance import Instance
from penstock.model.keys import AssetKey


class _Engine:
    def execute_in_process(
        self,
        job: object,
        *,
        run_config: Mapping[str, object] | RunConfig | None,
        instance: object,
        partition_key: str | None,
        raise_on_error: bool,
        op_selection: Sequence[str] | None,
        asset_selection: Sequence[AssetKey] | None,
        run_id: str | None,
        input_values: Mapping[str, object] | None,
        tags: Mapping[str, str],
        resources: Mapping[str, object] | None,
    ) -> ExecuteInProcessResult:
        assert isinstance(job, JobDefinition)
        return execute_in_process(
            job,
            run_config=run_config,
            instance=instance,
            partition_key=partition_key,
            raise_on_error=raise_on_error,
            op_selection=op_selection,
            asset_selection=asset_selection,
            run_id=run_id,
            input_values=input_values,
            tags=tags,
            resources=resources,
        )

    def ephemeral_instance(self) -> object:
        return Instance.ephemeral()

    def value_loader(self, loaded: object, instance: object) -> ValueLoader:
        assert isinstance(loaded, LoadedDefinitions)
        if instance is not None and not isinstance(instance, Instance):
            raise InvalidInvocationError(f"instance= must be an Instance, not {instance!r}.")
        return AssetValueLoader(loaded, instance)


ENGINE: Engine = _Engine()
