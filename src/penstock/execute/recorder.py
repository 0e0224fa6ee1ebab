"""Takes what a step emits: stores values, records assets, and weighs inline checks."""

from __future__ import annotations

from collections.abc import Mapping

from penstock.base import faults
from penstock.base.tags import text_tags
from penstock.base.text import listed
from penstock.define.context import OpExecutionContext
from penstock.define.result import (
    AssetCheckResult,
    AssetCheckSeverity,
    DataVersion,
    DynamicOutput,
    MaterializeResult,
    ObserveResult,
    Output,
)
from penstock.define.returned import Told
from penstock.define.spec import AssetSpec
from penstock.define.step import NO_VALUE, StepDefinition, StepOutput
from penstock.errors import (
    CheckFailedError,
    HandleOutputError,
    InvariantViolationError,
    PenstockError,
    StepOutputNotFoundError,
)
from penstock.execute.check_verdicts import check_of, is_of
from penstock.execute.facts import RunFacts
from penstock.execute.hooks import Produced
from penstock.execute.inputs import io_manager, output_context
from penstock.execute.native_events import native_event
from penstock.execute.outputs import Emission
from penstock.execute.protocol import Report, Task
from penstock.execute.typing import check_value
from penstock.graph.staleness import default_data_version
from penstock.model.events import (
    AssetMaterialized,
    AssetObserved,
    CheckEvaluated,
    OutputProduced,
    OutputStored,
    TypeVerdict,
)
from penstock.model.keys import AssetKey
from penstock.model.metadata import MetadataUnion

_USER_VERSION = {"dagster/data_version_is_user_provided": "true"}


class Recorder:
    """Takes the emissions of one attempt."""

    def __init__(
        self,
        facts: RunFacts,
        node: StepDefinition,
        task: Task,
        *,
        context: OpExecutionContext,
        report: Report,
        produced: Produced,
    ) -> None:
        self._produced = produced
        self._facts = facts
        self._node = node
        self._task = task
        self._context = context
        self._report = report
        self._outputs = {o.name: o for o in node.outputs}
        self._by_asset = {p.key: self._outputs[p.output] for p in task.step.assets}
        self._made: set[str] = set()
        self._mapped: dict[str, list[str]] = {}
        self._judged: set[tuple[AssetKey, str]] = set()
        self._blocked_by: list[str] = []

    def take(self, emitted: Emission | Told) -> None:
        """Take one emission.

        Raises:
            InvariantViolationError: It names something that the step does not make or check.
            HandleOutputError: The IO manager raised.
        """
        match emitted:
            case AssetCheckResult() if self._node.is_op:
                self._take_verdict(emitted)
            case AssetCheckResult():
                self._judge(emitted)
            case ObserveResult():
                self._observe(emitted)
            case MaterializeResult():
                self._take_result(emitted)
            case Output():
                self._take_output(self._named(emitted.output_name), emitted)
            case DynamicOutput():
                self._take_dynamic(self._named(emitted.output_name), emitted)
            case _:
                self._context.log_event(emitted)

    def _take_result(self, result: MaterializeResult[object]) -> None:
        output = self._output_for(result)
        if result.value is NO_VALUE:
            self._produced.note(output.name, NO_VALUE, result.metadata)
            self._tell(output, result.metadata)
            self._materialize(output, result.metadata, result.data_version, result.tags)
            return
        self._take_output(
            output,
            Output[object](
                result.value,
                output.name,
                metadata=result.metadata,
                data_version=result.data_version,
                tags=result.tags,
            ),
        )

    def _take_output(self, output: StepOutput, emitted: Output[object]) -> None:
        if output.is_dynamic:
            raise InvariantViolationError(
                f"'{self._node.name}' must yield DynamicOutput for its dynamic output "
                f"'{output.name}', and produced an Output."
            )
        if output.name in self._made:
            raise self._produced_twice(output)
        if output.returns_nothing and emitted.value is None and self._is_left_out(output):
            return
        self._require_selected(output)
        facts = {**emitted.metadata, **self._context.output_metadata.get(output.name, {})}
        self._produced.note(output.name, emitted.value, facts)
        version = emitted.data_version.value if emitted.data_version is not None else None
        self._check(output, emitted.value, facts, version=version)
        stored = self._store(output, emitted.value, facts)
        if self._facts.spec_of(output) is None:
            self._made.add(output.name)
            return
        merged = {**emitted.metadata, **stored}
        self._materialize(output, merged, emitted.data_version, emitted.tags)

    def _take_verdict(self, result: AssetCheckResult) -> None:
        """Take a verdict from an op in a graph of assets: it is also the value of its output."""
        declared = [spec for spec in self._node.checks if is_of(result, spec)]
        planned = {(check.asset, check.name) for check in self._task.step.checks}
        is_planned = any((spec.asset_key, spec.name) in planned for spec in declared)
        if is_planned or (not declared and self._node.asset_outputs):
            self._judge(result)
        unmade = [o for o in self._node.outputs if o.name not in self._made and o.spec is None]
        if len(unmade) == 1 and len(self._node.outputs) == 1 and not unmade[0].is_dynamic:
            self._take_output(unmade[0], Output[object](result, unmade[0].name))

    def _take_dynamic(self, output: StepOutput, emitted: DynamicOutput[object]) -> None:
        if not output.is_dynamic:
            raise InvariantViolationError(
                f"'{self._node.name}' produced a DynamicOutput for '{output.name}', which is not "
                "dynamic. Declare it with DynamicOut()."
            )
        keys = self._mapped.setdefault(output.name, [])
        if emitted.mapping_key in keys:
            raise InvariantViolationError(
                f"'{self._node.name}' used mapping_key '{emitted.mapping_key}' twice for output "
                f"'{output.name}'. Each value needs a key of its own."
            )
        keys.append(emitted.mapping_key)
        added = self._context.output_metadata_of(output.name, emitted.mapping_key)
        facts = {**emitted.metadata, **added}
        self._produced.note(output.name, emitted.value, facts, mapping_key=emitted.mapping_key)
        self._check(output, emitted.value, facts, mapping_key=emitted.mapping_key)
        self._store(output, emitted.value, facts, mapping_key=emitted.mapping_key)

    def _check(
        self,
        output: StepOutput,
        value: object,
        metadata: Mapping[str, MetadataUnion],
        *,
        mapping_key: str | None = None,
        version: str | None = None,
    ) -> None:
        """Check a value against the type of its output, and tell what there is to tell of it.

        That the value is there is told by its being stored, so an event of its own is only for
        what that one cannot say.
        """
        step, is_op = self._task.step.key, self._node.is_op

        def note(verdict: TypeVerdict | None) -> None:
            if is_op or metadata or (verdict is not None and verdict.is_notable):
                self._report(
                    OutputProduced(step, output.name, mapping_key, verdict, dict(metadata), version)
                )

        if output.type is not None:
            where = f"step output '{output.name}' of '{step}'"
            check_value(self._facts, output.type, value, where=where, note=note)
        elif metadata or (is_op and (version or output.returns_nothing)):
            note(None)

    def _tell(self, output: StepOutput, metadata: Mapping[str, MetadataUnion]) -> None:
        """Tell of an output without a value, if there is anything to tell."""
        facts = {**metadata, **self._context.output_metadata.get(output.name, {})}
        if facts:
            self._report(OutputProduced(self._task.step.key, output.name, metadata=facts))

    def _observe(self, result: ObserveResult) -> None:
        output = self._output_for(result)
        assert output.spec is not None
        self._made.add(output.name)
        version = result.data_version
        for partition in self._facts.partition_keys(self._node) or (None,):
            self._report(
                AssetObserved(
                    asset=output.spec.key,
                    partition=partition,
                    step=self._task.step.key,
                    metadata=dict(result.metadata),
                    data_version=version.value if version is not None else "",
                    tags={**(_USER_VERSION if version is not None else {}), **result.tags},
                )
            )

    def _produced_twice(self, output: StepOutput) -> InvariantViolationError:
        return InvariantViolationError(
            f"'{self._node.name}' gave output '{output.name}' a second value. Give it one."
        )

    @property
    def mapped(self) -> dict[str, tuple[str, ...]]:
        """The mapping keys of each dynamic output, in the order in which they were produced."""
        return {
            output.name: tuple(self._mapped.get(output.name, ()))
            for output in self._node.outputs
            if output.is_dynamic
        }

    def finish(self) -> tuple[str, ...]:
        """Settle what was not emitted; return the optional outputs that were not produced.

        Raises:
            StepOutputNotFoundError: A required output or a declared check is missing.
            CheckFailedError: A blocking check found an error.
        """
        skipped = self._settle_op() if self._node.is_op else []
        for planned in self._task.step.assets:
            output = self._outputs[planned.output]
            if planned.output in self._made or output.spec is None:
                continue
            if output.spec.skippable or output.spec.key in self._context.unchanged:
                skipped.append(output.name)
            elif self._node.observes:
                continue
            elif self._node.emits_implicitly and self._node.can_subset:
                skipped.append(output.name)
            elif self._node.emits_implicitly or output.returns_nothing:
                self._tell(output, {})
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

    def _settle_op(self) -> list[str]:
        """Return the optional outputs of an op that were not produced."""
        skipped: list[str] = []
        for output in self._node.outputs:
            if output.name in self._made or self._mapped.get(output.name):
                continue
            if output.is_dynamic:
                skipped += [] if output.is_required else [output.name]
                continue
            if self._is_left_out(output):
                continue
            if output.returns_nothing and output.is_required:
                self._take_output(output, Output[object](None, output.name))
            elif not output.is_required:
                skipped.append(output.name)
            else:
                raise StepOutputNotFoundError(
                    f"Op '{self._node.name}' ended without its required output '{output.name}'. "
                    "Return or yield it, or declare it with is_required=False."
                )
        return skipped

    def unmade(self) -> list[str]:
        """Return the outputs that the run asks for, must have, and were not produced."""
        specs = {
            planned.output: self._outputs[planned.output].spec for planned in self._task.step.assets
        }
        return [
            name
            for name, spec in specs.items()
            if spec is not None and not spec.skippable and name not in self._made
        ]

    def _is_generator(self) -> bool:
        code = getattr(self._node.function, "__code__", None)
        return code is not None and bool(code.co_flags & 0x20)

    def _require_verdicts(self) -> None:
        missing = [c.name for c in self._task.step.checks if (c.asset, c.name) not in self._judged]
        if missing and not self._node.is_check and not self._node.can_subset:
            raise StepOutputNotFoundError(
                f"'{self._node.name}' ended without a result for its check {listed(missing)}. Give "
                "it in MaterializeResult(check_results=[...])."
            )

    def _is_left_out(self, output: StepOutput) -> bool:
        """Whether an output's asset is not asked for by the run, and no step takes the value."""
        if output.spec is None or output.spec.key in self._by_asset:
            return False
        return (self._node.name, output.name) not in self._facts.consumed

    def _require_selected(self, output: StepOutput) -> None:
        if self._is_left_out(output):
            raise InvariantViolationError(
                f"'{self._node.name}' produced '{output.name}', for which this run did not ask. "
                "Produce only what context.selected_output_names has."
            )

    def _require_order(self, spec: AssetSpec) -> None:
        """Refuse an asset that the step made before one that it depends on."""
        for dep in spec.deps:
            output = self._by_asset.get(dep.asset_key)
            if output is not None and output.spec is not spec and output.name not in self._made:
                raise InvariantViolationError(
                    f"'{self._node.name}' made '{spec.key}' first, which depends on "
                    f"'{dep.asset_key}'. Yield them in the order of their dependencies."
                )

    def _named(self, name: str) -> StepOutput:
        output = self._outputs.get(name)
        if output is None:
            raise InvariantViolationError(
                f"'{self._node.name}' declares no output '{name}', and produced it all the same. "
                f"It declares {listed(sorted(self._outputs)) or 'none'}."
            )
        return output

    def _output_for(self, result: MaterializeResult[object] | ObserveResult) -> StepOutput:
        if result.asset_key is None:
            if len(self._task.step.assets) == 1:
                return self._outputs[self._task.step.assets[0].output]
            raise InvariantViolationError(
                f"'{self._node.name}' makes {len(self._outputs)} assets, so each MaterializeResult "
                "needs an asset_key."
            )
        for output in self._outputs.values():
            if output.spec is not None and output.spec.key == result.asset_key:
                return output
        raise InvariantViolationError(
            f"'{self._node.name}' does not make '{result.asset_key}', and gave a "
            f"{type(result).__name__} for it. Name one of its own assets."
        )

    def _store(
        self,
        output: StepOutput,
        value: object,
        metadata: Mapping[str, MetadataUnion],
        *,
        mapping_key: str | None = None,
    ) -> Mapping[str, MetadataUnion]:
        """Have a value stored; return the facts that the IO manager adds."""
        facts, step = self._facts, self._task.step.key
        if facts.captured is not None:
            facts.captured[step, output.name, mapping_key] = value
        if output.returns_nothing and value is None:
            return {}
        context = output_context(facts, self._node, output, step_key=step, mapping_key=mapping_key)
        context.output_metadata = metadata
        faults.reached("output.before_write")
        try:
            returned: object = io_manager(facts, output.manager).handle_output(context, value)
            context.take_returned(returned)
        except PenstockError:
            raise
        except Exception as error:
            raise HandleOutputError(
                f"Output '{output.name}' of '{step}' could not be stored: {error}",
                user_exception=error,
            ) from error
        faults.reached("output.after_write")
        self._report(OutputStored(step, output.name, context.added_metadata, mapping_key))
        for event in context.consume_events():
            self._report(native_event(event, step))
        return context.added_metadata

    def _materialize(
        self,
        output: StepOutput,
        metadata: Mapping[str, MetadataUnion],
        version: DataVersion | None,
        tags: Mapping[str, str],
    ) -> None:
        if output.name in self._made:
            raise self._produced_twice(output)
        assert output.spec is not None
        self._require_selected(output)
        if len(self._by_asset) > 1:
            self._require_order(output.spec)
        self._made.add(output.name)
        key = output.spec.key
        version = version or self._context.data_versions.get(key)
        added = self._context.output_metadata.get(output.name)
        facts = {**metadata, **added} if added else dict(metadata)
        told = self._context.partition_metadata
        if whole := told.get((output.name, "")):
            facts.update(whole)
        for partition in self._facts.partition_keys(self._node) or (None,):
            own = told.get((output.name, partition or ""))
            self._record(output.spec, partition, {**facts, **own} if own else facts, version, tags)

    def _record(
        self,
        spec: AssetSpec,
        partition: str | None,
        metadata: dict[str, MetadataUnion],
        version: DataVersion | None,
        tags: Mapping[str, str],
    ) -> None:
        facts = self._facts
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
                tags=text_tags(tags),
            )
        )

    def _judge(self, result: AssetCheckResult) -> None:
        check = check_of(result, self._node, self._task.step.checks, self._context.log)
        self._judged.add((check.asset, check.name))
        is_split = any(
            spec.partitions_def is not None
            for spec in self._node.checks
            if spec.asset_key == check.asset and spec.name == check.name
        )
        partitions = self._facts.partition_keys(self._node) if is_split else ()
        self._report(
            CheckEvaluated(
                asset=check.asset,
                name=check.name,
                passed=result.passed,
                partition=next(iter(partitions), None),
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
