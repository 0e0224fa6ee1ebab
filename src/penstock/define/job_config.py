"""What run config may say of a job, and run config read as the config of each step.

Owns the schema of `{ops: ..., inputs: ..., resources: ..., execution: ..., loggers: ...}` and its
evaluation, config mappings of graphs and jobs among it. Refuses to know who uses the config.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING, Protocol, cast, runtime_checkable

from penstock.config.config_type import ABSENT
from penstock.config.configured import DefinitionSchema
from penstock.config.entries import Entry
from penstock.config.evaluate import PROCESS_VARIABLES, evaluate_config
from penstock.config.mapping import ConfigMapping
from penstock.config.problems import Problem, raise_problems
from penstock.config.run_config import RunConfig, entries_of, refuse_variables
from penstock.config.scalars import ANY
from penstock.config.schema import Field, Permissive, Shape
from penstock.define.dependency import Node
from penstock.define.graph_definition import GraphDefinition
from penstock.define.node import NodeDefinition
from penstock.define.op import OpDefinition
from penstock.define.ports import InputDefinition
from penstock.define.resolved_config import OpConfig as OpConfig
from penstock.define.resolved_config import ResolvedRunConfig as ResolvedRunConfig
from penstock.define.resource_like import resource_definition_of
from penstock.define.step import DEFAULT_IO_MANAGER
from penstock.define.validated_config import validated_config
from penstock.errors import InvalidConfigError

if TYPE_CHECKING:
    from penstock.define.job_definition import JobDefinition

_ANYTHING = Field(ANY, is_required=False)
_UNREAD = Field(Permissive(), is_required=False)


@runtime_checkable
class HasConfigField(Protocol):
    """A definition that says what its config is."""

    @property
    def config_field(self) -> Entry | None:
        """The field of the config; None if it takes anything."""
        ...


def run_config_field(
    job: JobDefinition,
    *,
    resource_defs: Mapping[str, object] | None = None,
    provided_inputs: Collection[str] = (),
) -> Field:
    """Return the schema of a job's run config.

    Args:
        job: The job.
        resource_defs: The resources of the run; the job's if None.
        provided_inputs: The inputs of the job that get their values elsewhere, beside its
            `input_values`.
    """
    if job.config_mapping is not None:
        return cast("Field", job.config_mapping.config_schema.as_field())
    graph = job.graph
    sections: dict[str, Field] = {}
    given = {*job.input_values, *provided_inputs}
    resources = job.resource_defs if resource_defs is None else resource_defs
    free = [port for port in graph.input_defs if port.name not in given]
    inputs = _inputs_shape(free, graph, resources)
    if inputs:
        sections["inputs"] = Field(Shape(inputs))
    sections["ops"] = _graph_field(graph, resources)
    sections["resources"] = _resources_field(job, resources)
    sections["execution"] = _execution_field(job.executor_def)
    sections["loggers"] = _loggers_field(job)
    return Field(Shape(sections))


def _graph_field(graph: GraphDefinition, resources: Mapping[str, object]) -> Field:
    """Return what goes under `ops` for a graph: its own config, or that of its nodes."""
    if graph.config_mapping is not None:
        entry = graph.config_mapping.config_schema.as_field()
        return Field(Shape({"config": cast("Field", entry)}))
    fields = {node.name: _node_field(node, graph, resources) for node in graph.nodes}
    fields.update(dict.fromkeys(sorted(graph.left_out), _UNREAD))
    return Field(Shape(fields))


def _node_field(node: Node, graph: GraphDefinition, resources: Mapping[str, object]) -> Field:
    connected = graph.edges.get(node.name, {}).keys() | graph.input_assets.get(node.name, {})
    outer = {
        mapping.mapped_node_input_name
        for mapping in graph.input_mappings
        if mapping.mapped_node_name == node.name
    }
    free = [p for p in node.input_defs if p.name not in connected and p.name not in outer]
    fields: dict[str, Field] = {}
    inputs = _inputs_shape(free, node.definition, resources)
    if inputs:
        fields["inputs"] = Field(Shape(inputs))
    definition = node.definition
    if isinstance(definition, OpDefinition):
        schema = definition.config_schema
        fields["config"] = cast("Field", schema.as_field())
        fields["outputs"] = _ANYTHING
    elif isinstance(definition, GraphDefinition):
        if definition.config_mapping is not None:
            fields["config"] = cast("Field", definition.config_mapping.config_schema.as_field())
        else:
            fields["ops"] = _graph_field(definition, resources)
    return Field(Shape(fields))


def _inputs_shape(
    ports: list[InputDefinition],
    definition: NodeDefinition,
    resources: Mapping[str, object],
) -> dict[str, Field]:
    """Return the fields of inputs that nothing is connected to."""
    fields: dict[str, Field] = {}
    for port in ports:
        loader = port.dagster_type.loader
        if port.input_manager_key is not None:
            schema = getattr(resources.get(port.input_manager_key), "input_config_schema", None)
            if isinstance(schema, DefinitionSchema):
                fields[port.name] = cast("Field", schema.as_field())
        elif loader is not None and not port.is_nothing:
            has_default = port.asset_key is not None or definition.input_has_default(port.name)
            fields[port.name] = Field(loader.schema_type, is_required=not has_default)
    return fields


def _resources_field(job: JobDefinition, resources: Mapping[str, object]) -> Field:
    needed = job.required_resource_keys
    fields: dict[str, Field] = {}
    for key, value in {DEFAULT_IO_MANAGER: None, **resources}.items():
        entry = _ANYTHING if value is None else _entry_of(resource_definition_of(value))
        shape = Shape({"config": cast("Field", entry)})
        fields[key] = Field(shape) if key in needed else Field(shape, is_required=False)
    for key in needed - fields.keys():
        fields[key] = _UNREAD
    return Field(Shape(fields))


def _entry_of(definition: object) -> Entry:
    if isinstance(definition, HasConfigField):
        return definition.config_field or _ANYTHING
    return _ANYTHING


def _execution_field(executor: object) -> Field:
    if executor is None:
        return Field(Shape({"config": _ANYTHING}), is_required=False)
    return Field(Shape({"config": cast("Field", _entry_of(executor))}))


def _loggers_field(job: JobDefinition) -> Field:
    if not job.has_specified_loggers:
        return _UNREAD
    return Field(
        Shape(
            {
                key: Field(Shape({"config": cast("Field", _entry_of(logger))}), is_required=False)
                for key, logger in job.loggers.items()
            }
        )
    )


def resolve_run_config(
    job: JobDefinition,
    run_config: Mapping[str, object] | RunConfig | None,
    *,
    environment: Mapping[str, str],
    resource_defs: Mapping[str, object] | None = None,
    provided_inputs: Collection[str] = (),
) -> ResolvedRunConfig:
    """Read run config as the config of each step.

    Args:
        job: The job.
        run_config: The config of the run; nothing if None.
        environment: The variables that it may name.
        resource_defs: The resources of the run; the job's if None.
        provided_inputs: The inputs of the job that get their values elsewhere.

    Raises:
        InvalidConfigError: It does not fit; the message lists everything that does not.
        ConfigMappingFunctionError: The function of a config mapping raised.
    """
    written = _plain_config(run_config, job)
    if job.config_mapping is not None:
        written = _mapped(job.config_mapping, written, environment, at="root")
        job = job.without_config_mapping()
    resources = job.resource_defs if resource_defs is None else resource_defs
    schema = run_config_field(job, resource_defs=resource_defs, provided_inputs=provided_inputs)
    subject = f"Run config of job '{job.name}'"
    result = evaluate_config(schema, written, environ=environment)
    raise_problems(result.errors, subject=subject)
    plain = entries_of(result.value)
    reading = _Reading(environment, resources)
    reading.read_graph(job.graph, plain.get("ops"), written.get("ops"), prefix="", at="root:ops")
    reading.pass_job_inputs(job.graph, entries_of(plain.get("inputs")))
    execution = reading.resolved(
        job.executor_def, plain.get("execution"), written.get("execution"), at="root:execution"
    )
    loggers = {
        key: reading.resolved(
            job.loggers.get(key),
            entry,
            entries_of(written.get("loggers")).get(key),
            at=f"root:loggers:{key}",
        )
        for key, entry in entries_of(plain.get("loggers")).items()
    }
    raise_problems(reading.problems, subject=subject)
    return ResolvedRunConfig(
        ops=reading.ops,
        inputs=entries_of(plain.get("inputs")),
        resources=entries_of(written.get("resources")),
        execution=execution,
        loggers=loggers,
        plain=plain,
    )


def _plain_config(
    run_config: Mapping[str, object] | RunConfig | None, job: JobDefinition
) -> Mapping[str, object]:
    if run_config is None:
        return {}
    if isinstance(run_config, RunConfig):
        return run_config.to_config_dict()
    if not isinstance(run_config, Mapping):  # pyright: ignore[reportUnnecessaryIsInstance] - a user's argument
        raise InvalidConfigError(
            f"Run config of job '{job.name}' must be a mapping or a RunConfig, not {run_config!r}."
        )
    refuse_variables(run_config)
    return run_config


def _mapped(
    mapping: ConfigMapping, config: object, environment: Mapping[str, str], *, at: str
) -> Mapping[str, object]:
    made = mapping.resolve_from_unvalidated_config(config, environ=environment, at=at)
    if not isinstance(made, Mapping):
        raise InvalidConfigError(
            f"The config mapping at {at} gave a value of type {type(made).__name__}, which is no "
            "config. Return a mapping of op names to their config."
        )
    return cast("Mapping[str, object]", made)


class _Reading:
    """One pass over the config of ops that has been checked against the outermost schema."""

    def __init__(self, environment: Mapping[str, str], resources: Mapping[str, object]) -> None:
        self._environment = environment
        self._resources = resources
        self.ops: dict[str, OpConfig] = {}
        self.problems: list[Problem] = []

    def read_graph(
        self, graph: GraphDefinition, read: object, written: object, *, prefix: str, at: str
    ) -> None:
        """Take the config of a graph's nodes.

        Args:
            graph: The graph.
            read: What goes under `ops`, read.
            written: The same as it was written.
            prefix: What comes before the names of the steps.
            at: Where it is.
        """
        if graph.config_mapping is not None:
            raw = entries_of(written).get("config")
            inner = _mapped(graph.config_mapping, raw, self._environment, at=f"{at}:config")
            schema = _graph_field(graph.without_config_mapping(), self._resources)
            result = evaluate_config(schema, inner, environ=self._environment, at=at)
            self.problems += result.errors
            if not result.success:
                return
            read, written = result.value, inner
        for node in graph.nodes:
            entry = entries_of(entries_of(read).get(node.name))
            raw = entries_of(entries_of(written).get(node.name))
            self._read_node(node, entry, raw, prefix=prefix, at=f"{at}:{node.name}")

    def _read_node(
        self,
        node: Node,
        entry: Mapping[str, object],
        raw: Mapping[str, object],
        *,
        prefix: str,
        at: str,
    ) -> None:
        name = f"{prefix}{node.name}"
        definition = node.definition
        if isinstance(definition, GraphDefinition):
            mapped = definition.config_mapping is not None
            self.read_graph(
                definition,
                entry if mapped else entry.get("ops"),
                raw if mapped else raw.get("ops"),
                prefix=f"{name}.",
                at=at if mapped else f"{at}:ops",
            )
            self._pass_inputs(definition, entries_of(entry.get("inputs")), prefix=f"{name}.")
            return
        assert isinstance(definition, OpDefinition)
        config = self._config_of(definition.config_schema, entry, raw, at=f"{at}:config")
        self.ops[name] = OpConfig(
            config=config, inputs=entries_of(entry.get("inputs")), outputs=entry.get("outputs")
        )

    def _pass_inputs(
        self, graph: GraphDefinition, inputs: Mapping[str, object], *, prefix: str
    ) -> None:
        """Hand config for the inputs of a graph to the inputs that they go to."""
        for mapping in graph.input_mappings:
            if mapping.graph_input_name not in inputs:
                continue
            value = inputs[mapping.graph_input_name]
            target = graph.node_named(mapping.mapped_node_name).definition
            name = f"{prefix}{mapping.mapped_node_name}"
            if isinstance(target, OpDefinition):
                known = self.ops[name]
                if mapping.fan_in_index is not None:
                    before = known.inputs.get(mapping.mapped_node_input_name)
                    earlier = cast("list[object]", before) if isinstance(before, list) else []
                    value = [*earlier, value]
                self.ops[name] = OpConfig(
                    config=known.config,
                    inputs={**known.inputs, mapping.mapped_node_input_name: value},
                    outputs=known.outputs,
                )
            elif isinstance(target, GraphDefinition):
                self._pass_inputs(
                    target, {mapping.mapped_node_input_name: value}, prefix=f"{name}."
                )

    def pass_job_inputs(self, graph: GraphDefinition, inputs: Mapping[str, object]) -> None:
        """Hand config for the inputs of the job to the steps' inputs that they go to."""
        self._pass_inputs(graph, inputs, prefix="")

    def _config_of(
        self,
        schema: DefinitionSchema,
        entry: Mapping[str, object],
        raw: Mapping[str, object],
        *,
        at: str,
    ) -> object:
        if schema.inner is None:
            return entry.get("config")
        result = schema.resolve(raw.get("config", ABSENT), environ=self._environment, at=at)
        self.problems += result.errors
        return result.value

    def resolved(self, definition: object, read: object, written: object, *, at: str) -> object:
        """Return the config of an executor or a logger."""
        schema = getattr(definition, "config_schema", None)
        if isinstance(schema, DefinitionSchema):
            return self._config_of(schema, entries_of(read), entries_of(written), at=f"{at}:config")
        return entries_of(read).get("config")


def validate_run_config(
    job_def: JobDefinition | None = None,
    run_config: Mapping[str, object] | RunConfig | None = None,
) -> Mapping[str, object]:
    """Check run config against what a job takes, without running it.

    Args:
        job_def: The job.
        run_config: The config of a run; the job's own if None.

    Returns:
        The config with defaults filled in, `ops` by the names of the steps: "graph.op".

    Raises:
        InvalidConfigError: It does not fit; the message lists everything that does not.

    Example:
        ```python
        dg.validate_run_config(my_job, {"ops": {"load": {"config": {"limit": 3}}}})
        ```
    """
    if job_def is None:
        raise InvalidConfigError("validate_run_config needs a job. Pass it first.")
    config = run_config if run_config is not None else job_def.run_config
    resolved = resolve_run_config(job_def, config, environment=PROCESS_VARIABLES)
    return validated_config(job_def, resolved)
