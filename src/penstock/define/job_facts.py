"""What jobs of ops and jobs of assets declare alike, checked and in one shape."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, cast

from penstock.automation.condition import AutomationCondition
from penstock.config.mapping import ConfigMapping
from penstock.config.run_config import RunConfig
from penstock.define.attributes import checked_owners
from penstock.define.names import checked_node_name, text_tags
from penstock.define.partitioned_config import PartitionedConfig
from penstock.errors import InvalidDefinitionError, ParameterCheckError
from penstock.model.metadata import MetadataUnion, normalize_metadata
from penstock.model.retry import RetryPolicy
from penstock.partitions.definition import PartitionsDefinition

if TYPE_CHECKING:
    from penstock.define.hook import HookDefinition

JobConfig = (
    Mapping[str, object] | RunConfig | ConfigMapping | PartitionedConfig[PartitionsDefinition]
)


@dataclass(frozen=True, slots=True, kw_only=True)
class JobFacts:
    """What a job declares beside what it runs; common to jobs of ops and of assets.

    Attributes:
        run_config: The config that runs begin with.
        mapping: How the job's own config becomes run config.
        partitioned: Config and tags by partition.
    """

    name: str
    description: str | None = None
    run_config: Mapping[str, object] | None = None
    mapping: ConfigMapping | None = None
    partitioned: PartitionedConfig[PartitionsDefinition] | None = None
    partitions_def: PartitionsDefinition | None = None
    tags: Mapping[str, str] = field(default_factory=dict[str, str])
    own_run_tags: Mapping[str, str] | None = None
    metadata: Mapping[str, MetadataUnion] = field(default_factory=dict[str, MetadataUnion])
    hooks: frozenset[HookDefinition] = frozenset()
    retry: RetryPolicy | None = None
    executor: object = None
    loggers: Mapping[str, object] | None = None
    owners: tuple[str, ...] = ()
    automation_condition: object = None


def job_facts(
    name: str,
    *,
    config: JobConfig | None = None,
    description: str | None = None,
    tags: Mapping[str, object] | None = None,
    run_tags: Mapping[str, object] | None = None,
    metadata: Mapping[str, object] | None = None,
    partitions_def: PartitionsDefinition | None = None,
    executor_def: object = None,
    logger_defs: Mapping[str, object] | None = None,
    hooks: AbstractSet[HookDefinition] | None = None,
    op_retry_policy: RetryPolicy | None = None,
    owners: Sequence[str] | None = None,
    automation_condition: object = None,
) -> JobFacts:
    """Check what a job declares, and bring its config into one shape.

    Raises:
        InvalidDefinitionError: The name, a tag or the config is not valid, or the config is for
            other partitions.
    """
    words = f"Job '{name}'"
    if op_retry_policy is not None and not isinstance(op_retry_policy, RetryPolicy):  # pyright: ignore[reportUnnecessaryIsInstance] - a user's argument
        raise ParameterCheckError(f"{words}: op_retry_policy must be a RetryPolicy.")
    run_config, mapping, partitioned = _config_parts(config, words)
    if partitioned is not None:
        if partitions_def is not None and partitions_def != partitioned.partitions_def:
            raise InvalidDefinitionError(
                f"{words} has a partitions_def that differs from the one of its config. A job's "
                "PartitionsDefinition is that of its PartitionedConfig; drop partitions_def=."
            )
        partitions_def = partitioned.partitions_def
    return JobFacts(
        name=checked_node_name(name),
        description=description,
        run_config=run_config,
        mapping=mapping,
        partitioned=partitioned,
        partitions_def=partitions_def,
        tags=text_tags(tags, owner=words),
        own_run_tags=None if run_tags is None else text_tags(run_tags, owner=words),
        metadata=normalize_metadata(metadata or {}),
        hooks=frozenset(hooks or ()),
        retry=op_retry_policy,
        executor=executor_def,
        loggers=None if logger_defs is None else dict(logger_defs),
        owners=tuple(checked_owners(owners or (), words)),
        automation_condition=automation_condition,
    )


def _config_parts(
    config: object, words: str
) -> tuple[
    Mapping[str, object] | None,
    ConfigMapping | None,
    PartitionedConfig[PartitionsDefinition] | None,
]:
    match config:
        case None:
            return None, None, None
        case ConfigMapping():
            return None, config, None
        case PartitionedConfig():
            return None, None, config
        case RunConfig():
            return config.to_config_dict(), None, None
        case Mapping():
            return dict(cast("Mapping[str, object]", config)), None, None
        case _:
            raise InvalidDefinitionError(
                f"{words}: config must be a mapping, a RunConfig, a ConfigMapping or a "
                f"PartitionedConfig, not {config!r}."
            )


def checked_config_partitions(
    facts: JobFacts, of_assets: Iterable[PartitionsDefinition | None]
) -> None:
    """Check that a partitioned config is for partitions that some asset of the job has.

    Raises:
        ParameterCheckError: It is for others, so no run would fit both.
    """
    if facts.partitioned is None:
        return
    given, had = facts.partitioned.partitions_def, {d for d in of_assets if d is not None}
    if had and given not in had:
        raise ParameterCheckError(
            f"Job '{facts.name}': its config is for partitions with the keys {given.describe()}, "
            f"but its assets have {next(iter(had)).describe()}. Give both the same "
            "PartitionsDefinition."
        )


def checked_condition(job: str, condition: object) -> None:
    """Check that a job's condition asks about the assets that the job begins with.

    Raises:
        InvalidDefinitionError: It does not, so it would ask about one asset, and a job is none.
    """
    if condition is None:
        return
    if not isinstance(condition, AutomationCondition) or not condition.asks_job_roots:
        raise InvalidDefinitionError(
            f"The automation condition of job '{job}' asks about one asset, and not about those "
            "that the job begins with. Wrap it in "
            "AutomationCondition.all_job_root_assets_match(...) or any_job_root_assets_match(...)."
        )
