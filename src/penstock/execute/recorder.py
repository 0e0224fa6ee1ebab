"""Takes what a step emits: stores values, records assets, and weighs inline checks."""

from __future__ import annotations

from collections.abc import Mapping

from penstock.base.text import listed
from penstock.define.context import AssetExecutionContext
from penstock.define.io_manager import OutputContext
from penstock.define.node import NodeDefinition, NodeOutput
from penstock.define.result import (
    AssetCheckResult,
    AssetCheckSeverity,
    DataVersion,
    MaterializeResult,
    Output,
)
from penstock.errors import (
    CheckFailedError,
    HandleOutputError,
    InvariantViolationError,
    PenstockError,
    StepOutputNotFoundError,
)
from penstock.execute.facts import RunFacts
from penstock.execute.inputs import io_manager
from penstock.execute.outputs import Emission
from penstock.execute.protocol import Report, Task
from penstock.graph.staleness import default_data_version
from penstock.model.events import AssetMaterialized, CheckEvaluated, OutputStored
from penstock.model.keys import AssetKey
from penstock.model.metadata import MetadataUnion
from penstock.plan.plan import PlannedCheck

_USER_VERSION = {"dagster/data_version_is_user_provided": "true"}


class Recorder:
    """Takes the emissions of one attempt."""

    def __init__(
        self,
        facts: RunFacts,
        node: NodeDefinition,
        task: Task,
        *,
        context: AssetExecutionContext,
        report: Report,
    ) -> None:
        self._facts = facts
        self._node = node
        self._task = task
        self._context = context
        self._report = report
        self._outputs = {o.name: o for o in node.outputs}
        self._made: set[str] = set()
        self._judged: set[tuple[AssetKey, str]] = set()
        self._blocked_by: list[str] = []

    def take(self, emitted: Emission) -> None:
        """Take one emission.

        Raises:
            InvariantViolationError: It names something that the step does not make or check.
            HandleOutputError: The IO manager raised.
        """
        match emitted:
            case AssetCheckResult():
                self._judge(emitted)
            case MaterializeResult():
                output = self._output_for(emitted)
                self._materialize(output, emitted.metadata, emitted.data_version, emitted.tags)
            case Output():
                output = self._named(emitted.output_name)
                stored = self._store(output, emitted)
                facts = {**emitted.metadata, **stored}
                self._materialize(output, facts, emitted.data_version, emitted.tags)

    def finish(self) -> tuple[str, ...]:
        """Settle what was not emitted; return the optional outputs that were not produced.

        Raises:
            StepOutputNotFoundError: A required output or a declared check is missing.
            CheckFailedError: A blocking check found an error.
        """
        skipped: list[str] = []
        for planned in self._task.step.assets:
            if planned.output in self._made:
                continue
            output = self._outputs[planned.output]
            if output.spec.skippable:
                skipped.append(output.name)
            elif self._node.emits_implicitly or output.returns_nothing:
                self._materialize(output, {}, None, {})
            elif len(self._node.outputs) == 1 and not self._is_generator():
                self.take(Output[object](None, output.name))
            else:
                raise StepOutputNotFoundError(
                    f"'{self._node.name}' ended without its required output '{output.name}' "
                    f"(asset '{planned.key}'). Return or yield it, or declare it as not required."
                )
        self._require_verdicts()
        if self._blocked_by:
            raise CheckFailedError(
                f"Blocking check {listed(self._blocked_by)} of step '{self._task.step.key}' failed "
                "with severity ERROR, so what depends on its asset does not run."
            )
        return tuple(skipped)

    def _is_generator(self) -> bool:
        code = getattr(self._node.function, "__code__", None)
        return code is not None and bool(code.co_flags & 0x20)

    def _require_verdicts(self) -> None:
        missing = [c.name for c in self._task.step.checks if (c.asset, c.name) not in self._judged]
        if missing and not self._node.is_check:
            raise StepOutputNotFoundError(
                f"'{self._node.name}' ended without a result for its check {listed(missing)}. Give "
                "it in MaterializeResult(check_results=[...])."
            )

    def _named(self, name: str) -> NodeOutput:
        output = self._outputs.get(name)
        if output is None:
            raise InvariantViolationError(
                f"'{self._node.name}' produced output '{name}', which it does not declare. It "
                f"declares {listed(sorted(self._outputs)) or 'none'}."
            )
        return output

    def _output_for(self, result: MaterializeResult) -> NodeOutput:
        if result.asset_key is None:
            if len(self._task.step.assets) == 1:
                return self._outputs[self._task.step.assets[0].output]
            raise InvariantViolationError(
                f"'{self._node.name}' makes {len(self._outputs)} assets, so each MaterializeResult "
                "needs an asset_key."
            )
        for output in self._outputs.values():
            if output.spec.key == result.asset_key:
                return output
        raise InvariantViolationError(
            f"'{self._node.name}' returned a MaterializeResult for asset '{result.asset_key}', "
            "which it does not make."
        )

    def _store(self, output: NodeOutput, emitted: Output[object]) -> Mapping[str, MetadataUnion]:
        if output.returns_nothing and emitted.value is None:
            return {}
        facts = self._facts
        context = OutputContext(
            asset_key=output.spec.key,
            name=output.name,
            step_key=self._task.step.key,
            run_id=facts.run_id,
            partition_keys=facts.partition_keys(self._node),
            partitions=self._node.partitions,
            definition_metadata=output.spec.metadata,
            output_metadata=emitted.metadata,
        )
        try:
            io_manager(facts, output.manager).handle_output(context, emitted.value)
        except PenstockError:
            raise
        except Exception as error:
            raise HandleOutputError(
                f"Output '{output.name}' of '{self._task.step.key}' could not be stored: {error}",
                user_exception=error,
            ) from error
        self._report(OutputStored(self._task.step.key, output.name, context.added_metadata))
        return context.added_metadata

    def _materialize(
        self,
        output: NodeOutput,
        metadata: Mapping[str, MetadataUnion],
        version: DataVersion | None,
        tags: Mapping[str, str],
    ) -> None:
        if output.name in self._made:
            raise InvariantViolationError(
                f"'{self._node.name}' produced output '{output.name}' more than once."
            )
        self._made.add(output.name)
        key = output.spec.key
        version = version or self._context.data_versions.get(key)
        added = self._context.output_metadata.get(output.name)
        facts = {**metadata, **added} if added else dict(metadata)
        for partition in self._facts.partition_keys(self._node) or (None,):
            self._record(output, partition, facts, version, tags)

    def _record(
        self,
        output: NodeOutput,
        partition: str | None,
        metadata: dict[str, MetadataUnion],
        version: DataVersion | None,
        tags: Mapping[str, str],
    ) -> None:
        facts, spec = self._facts, output.spec
        inputs = facts.versions.inputs_of(facts.loaded.graph.node(spec.key), partition)
        if version is None:
            data_version = default_data_version(spec.code_version, inputs, facts.run_id)
        else:
            data_version, tags = version.value, {**_USER_VERSION, **tags}
        facts.versions.made(spec.key, partition, version=data_version)
        self._report(
            AssetMaterialized(
                asset=spec.key,
                partition=partition,
                step=self._task.step.key,
                metadata=metadata,
                data_version=data_version,
                code_version=spec.code_version,
                inputs=inputs,
                tags=dict(tags),
            )
        )

    def _judge(self, result: AssetCheckResult) -> None:
        check = self._check_for(result)
        self._judged.add((check.asset, check.name))
        self._report(
            CheckEvaluated(
                asset=check.asset,
                name=check.name,
                passed=result.passed,
                partition=next(iter(self._facts.partition_keys(self._node)), None),
                step=self._task.step.key,
                severity=result.severity.value,
                blocking=check.blocking,
                metadata=dict(result.metadata),
                description=result.description,
            )
        )
        is_error = result.severity is AssetCheckSeverity.ERROR
        if check.blocking and is_error and not result.passed:
            self._blocked_by.append(check.name)

    def _check_for(self, result: AssetCheckResult) -> PlannedCheck:
        matching = [
            check
            for check in self._task.step.checks
            if result.check_name in (None, check.name) and result.asset_key in (None, check.asset)
        ]
        if len(matching) != 1:
            known = [c.name for c in self._task.step.checks]
            raise InvariantViolationError(
                f"'{self._node.name}' received an unexpected AssetCheckResult for "
                f"'{result.check_name}'. It declares {listed(known) or 'no check'}"
                + ("; name one with check_name=..." if len(matching) > 1 else ".")
            )
        return matching[0]
