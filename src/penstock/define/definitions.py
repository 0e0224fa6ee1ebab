"""`Definitions`: everything that a code location declares."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar, cast

from penstock.base.text import did_you_mean
from penstock.define import definition_merge, upcalls
from penstock.define.assets_definition import AssetChecksDefinition, AssetsDefinition
from penstock.define.definition_arguments import (
    Job,
    checked_assets,
    checked_executor,
    checked_jobs,
    checked_loggers,
    checked_named,
    checked_resources,
)
from penstock.define.definition_checks import checked_names, checked_partitions
from penstock.define.definition_getters import ResolvingGetters
from penstock.define.definition_graph import DefinedAssetGraph
from penstock.define.definition_targets import (
    equipped_schedule,
    equipped_sensor,
    targeted_assets,
    targeted_jobs,
)
from penstock.define.describe_automation import describe_schedule, describe_sensor
from penstock.define.describe_job import describe_job
from penstock.define.engine import ValueLoader
from penstock.define.executor import ExecutorDefinition
from penstock.define.implicit_job import IMPLICIT_ASSET_JOB_NAME, ImplicitAssetJob
from penstock.define.job import JobDefinition, UnresolvedAssetJob
from penstock.define.job_checks import check_resources
from penstock.define.loaded import Declared, LoadedDefinitions, flatten, load, steps_alone
from penstock.define.logger import LoggerDefinition
from penstock.define.map_specs import map_asset_specs
from penstock.define.partitioned_schedule import UnresolvedPartitionedSchedule
from penstock.define.repository import RepositoryDefinition
from penstock.define.schedule import ScheduleDefinition
from penstock.define.sensor import SensorDefinition
from penstock.define.source_asset import SourceAsset
from penstock.define.spec import AssetSpec, CoercibleToAsset, key_of
from penstock.errors import (
    DefinitionNotFoundError,
    InvalidDefinitionError,
    InvalidDefinitionsError,
    InvariantViolationError,
    ParameterCheckError,
)
from penstock.graph.selection import AssetSelection, CoercibleToAssetSelection
from penstock.model.keys import AssetKey
from penstock.model.metadata import MetadataUnion, normalize_metadata

if TYPE_CHECKING:
    from penstock.define.schedule import ScheduleDefinition

Update = Callable[[Mapping[str, object]], Mapping[str, object]]


class Definitions(ResolvingGetters):
    """Everything that a code location declares.

    Construction never fails on contradictions between definitions; loading does, with one error
    that lists every problem.

    Args:
        assets: Decorated functions, `AssetSpec`s for assets made elsewhere, and lists of them.
        schedules: Schedules.
        sensors: Sensors.
        jobs: Jobs from `@job`, `define_asset_job` or a graph's `to_job()`.
        resources: Resources by key. `io_manager` is always there unless it is given.
        executor: What runs the steps of jobs that say nothing else.
        loggers: Loggers by key, of jobs that say nothing else.
        asset_checks: Checks.
        metadata: Facts about the code location.
        component_tree: Where the definitions were loaded from.

    Raises:
        ParameterCheckError: An argument holds something that does not belong there.
    """

    def __init__(
        self,
        assets: Iterable[object] | None = None,
        schedules: Iterable[object] | None = None,
        sensors: Iterable[object] | None = None,
        jobs: Iterable[object] | None = None,
        resources: Mapping[str, object] | None = None,
        executor: object = None,
        loggers: Mapping[str, LoggerDefinition] | None = None,
        asset_checks: Iterable[object] | None = None,
        metadata: Mapping[str, object] | None = None,
        component_tree: object = None,
    ) -> None:
        self.assets: list[object] = checked_assets(assets, "assets")
        self.schedules: list[object] = checked_named(schedules, "schedules", None)
        self.sensors: list[object] = checked_named(sensors, "sensors", SensorDefinition)
        self.jobs: list[Job] = checked_jobs(jobs)
        self.resources: dict[str, object] = checked_resources(resources)
        self.executor: ExecutorDefinition | None = checked_executor(executor)
        self.loggers: dict[str, LoggerDefinition] = checked_loggers(loggers)
        self.asset_checks: list[object] = checked_assets(asset_checks, "asset_checks")
        self.metadata: dict[str, MetadataUnion] = normalize_metadata(metadata or {})
        self.component_tree = component_tree
        self._loaded: LoadedDefinitions | None = None
        self._declared: list[Declared] | None = None

    # Loading

    def declared(self) -> Sequence[Declared]:
        """Return the assets and checks as loading takes them, each object once.

        Those that only schedules, sensors and jobs name are among them.
        """
        if self._declared is None:
            hoisted = targeted_assets([*self.schedules, *self.sensors, *self.jobs])
            things = _modern([*self.assets, *self.asset_checks, *hoisted])
            self._declared = list({id(thing): thing for thing in flatten(things)}.values())
        return self._declared

    def all_jobs(self) -> Sequence[Job]:
        """Return the jobs, and those that only schedules and sensors name; each object once."""
        jobs = [*self.jobs, *targeted_jobs([*self.schedules, *self.sensors])]
        return list({id(job): job for job in jobs}.values())

    def load(self, location: str = "local") -> LoadedDefinitions:
        """Check the definitions against each other and gather them; done once.

        Raises:
            InvalidDefinitionsError: Listing every problem.
        """
        if self._loaded is None or self._loaded.location != location:
            checked_names(self.all_jobs(), [*self.schedules, *self.sensors])
            checked_partitions(self.declared())
            jobs = self.all_jobs()
            own = [self._equipped(job) for job in jobs if isinstance(job, JobDefinition)]
            for job in own:
                check_resources(job.name, job.steps, job.resource_defs)
            self._loaded = load(
                self.declared(),
                resources=self.resources,
                location=location,
                jobs=[describe_job(job) for job in jobs],
                schedules=[
                    describe_schedule(each)
                    for each in self.schedules
                    if isinstance(each, ScheduleDefinition)
                ],
                sensors=[
                    describe_sensor(each)
                    for each in self.sensors
                    if isinstance(each, SensorDefinition)
                ],
                code={
                    job.name: steps_alone(
                        job.name,
                        job.steps,
                        resources={**self.resources, **job.resource_defs},
                        assets=job.compiled.assets,
                    )
                    for job in own
                },
            )
            self._loaded = replace(self._loaded, executor=self.executor, job_named=self._job_named)
        return self._loaded

    def has_resolved_repository_def(self) -> bool:
        """Tell whether the definitions were loaded already."""
        return self._loaded is not None

    @staticmethod
    def validate_loadable(defs: Definitions) -> None:
        """Make sure that the definitions are sound, the selections of their jobs included.

        Raises:
            InvalidDefinitionsError: Listing every problem.
        """
        loaded = defs.load()
        faults: list[str] = []
        for job in defs.all_jobs():
            try:
                defs._resolved(job, loaded)
            except InvalidDefinitionError as error:
                faults.append(str(error))
        if faults:
            raise InvalidDefinitionsError(faults)

    # Assets

    def resolve_asset_graph(self) -> DefinedAssetGraph:
        """Return the graph of all assets."""
        return DefinedAssetGraph(self.load(), self.declared())

    get_asset_graph = resolve_asset_graph

    def resolve_all_asset_specs(self) -> Sequence[AssetSpec]:
        """Return the specs of all assets."""
        return [spec for made in self.resolve_asset_graph().assets_defs for spec in made.specs]

    get_all_asset_specs = resolve_all_asset_specs

    def resolve_all_asset_keys(self) -> Sequence[AssetKey]:
        """Return the keys of all assets."""
        return [spec.key for spec in self.resolve_all_asset_specs()]

    def resolve_assets_def(self, key: CoercibleToAsset) -> AssetsDefinition:
        """Return the definition that makes an asset.

        Raises:
            InvariantViolationError: There is no such asset.
        """
        wanted = key_of(key)
        self.load()
        for thing in self.declared():
            if isinstance(thing, AssetsDefinition) and wanted in thing.keys:
                return thing
            if isinstance(thing, AssetSpec) and thing.key == wanted:
                return AssetsDefinition(specs=[thing])
        raise InvariantViolationError(f"Could not find asset '{wanted}' in these definitions.")

    def get_asset_checks_def(self, key: object) -> AssetChecksDefinition:
        """Return the definition that evaluates a check.

        Raises:
            InvariantViolationError: There is no such check.
        """
        for thing in self.declared():
            if isinstance(thing, AssetChecksDefinition) and key in thing.check_keys:
                return thing
        raise InvariantViolationError(f"Could not find check {key!r} in these definitions.")

    # Jobs, schedules and sensors

    def resolve_job_def(self, name: str) -> JobDefinition:
        """Return a job, with its selection of assets resolved.

        Raises:
            InvalidDefinitionError: There is no job of that name.
        """
        if name == IMPLICIT_ASSET_JOB_NAME:
            return self.resolve_implicit_global_asset_job_def()
        job = self._job_named(name)
        if job is None:
            near = did_you_mean(name, [job.name for job in self.all_jobs()])
            raise InvalidDefinitionError(f"Could not find job '{name}' in these definitions.{near}")
        return job

    def _job_named(self, name: str) -> JobDefinition | None:
        found = (self._resolved(job, self.load()) for job in self.all_jobs() if job.name == name)
        return next(found, None)

    def _resolved(self, job: Job, loaded: LoadedDefinitions) -> JobDefinition:
        if isinstance(job, UnresolvedAssetJob):
            return self._equipped(job.resolved(loaded))
        return self._equipped(job)

    def _equipped(self, job: JobDefinition) -> JobDefinition:
        """Return a job with the executor, loggers and resources of these definitions."""
        if self.executor is not None and not job.has_specified_executor:
            job = job.with_executor_def(self.executor)
        if self.loggers and not job.has_specified_loggers:
            job = job.with_logger_defs(self.loggers)
        return job.with_top_level_resources(self.resources) if self.resources else job

    def has_implicit_global_asset_job_def(self) -> bool:
        """Tell whether there is any asset or check to execute."""
        return any(isinstance(each, AssetsDefinition) and each.steps for each in self.declared())

    def resolve_implicit_global_asset_job_def(self) -> JobDefinition:
        """Return the job of everything that can be executed."""
        return self._equipped(ImplicitAssetJob.of(self.load()))

    def resolve_implicit_job_def_def_for_assets(
        self, asset_keys: Iterable[AssetKey]
    ) -> JobDefinition | None:
        """Return the job that makes some assets without being declared; None if none can."""
        wanted = frozenset(asset_keys)
        return (
            self.resolve_implicit_global_asset_job_def()
            if wanted and wanted <= self.load().graph.executable_keys
            else None
        )

    def resolve_all_job_defs(self) -> Sequence[JobDefinition]:
        """Return every job, the one that is not declared included."""
        loaded = self.load()
        found = [self._resolved(job, loaded) for job in self.all_jobs()]
        if self.has_implicit_global_asset_job_def():
            found.insert(0, self.resolve_implicit_global_asset_job_def())
        return found

    def get_unresolved_schedule_def(self, name: str) -> ScheduleDefinition:
        """Return a schedule as it was declared.

        Raises:
            DefinitionNotFoundError: There is none of that name, or only loading can make it.
        """
        found = _named(self.schedules, name, "schedule")
        if isinstance(found, UnresolvedPartitionedSchedule):
            raise DefinitionNotFoundError(
                f"Schedule '{name}' is an UnresolvedPartitionedAssetScheduleDefinition: it follows "
                "the partitions of assets. Use resolve_schedule_def."
            )
        return cast("ScheduleDefinition", found)

    def resolve_schedule_def(self, name: str) -> ScheduleDefinition:
        """Return a schedule; one that follows the partitions of assets knows them by now.

        Its job has the resources of these definitions.
        """
        self.load()
        found = _named(self.schedules, name, "schedule")
        if isinstance(found, UnresolvedPartitionedSchedule):
            return found.resolve(self.resolve_job_def(found.job.name))
        return equipped_schedule(cast("ScheduleDefinition", found), self._equipped)

    def get_unresolved_sensor_def(self, name: str) -> SensorDefinition:
        """Return a sensor as it was declared.

        Raises:
            DefinitionNotFoundError: There is no sensor of that name.
        """
        return cast("SensorDefinition", _named(self.sensors, name, "sensor"))

    def resolve_sensor_def(self, name: str) -> SensorDefinition:
        """Return a sensor; its jobs have the resources of these definitions."""
        self.load()
        return equipped_sensor(self.get_unresolved_sensor_def(name), self._equipped)

    def get_repository_def(self) -> RepositoryDefinition:
        """Return the definitions as a repository, the older form."""
        return RepositoryDefinition(self)

    # Values

    def load_asset_value(
        self,
        asset_key: CoercibleToAsset,
        *,
        python_type: type | None = None,
        instance: object = None,
        partition_key: str | None = None,
        metadata: Mapping[str, object] | None = None,
        resource_config: Mapping[str, object] | None = None,
    ) -> object:
        """Load the value of an asset through its IO manager.

        Args:
            asset_key: The asset.
            python_type: What the IO manager is to return.
            instance: Where runs are recorded; the one of the environment if None.
            partition_key: The partition; all of them if None.
            metadata: Facts for the IO manager.
            resource_config: Config of the resources.
        """
        with self.get_asset_value_loader(instance) as loader:
            return loader.load_asset_value(
                key_of(asset_key),
                python_type=python_type,
                partition_key=partition_key,
                input_definition_metadata=metadata,
                resource_config=resource_config,
            )

    def get_asset_value_loader(self, instance: object = None) -> ValueLoader:
        """Return what loads values of assets, and keeps resources open in between."""
        return upcalls.engine().value_loader(self.load(), instance)

    # Derived definitions

    @staticmethod
    def merge(*defs: Definitions) -> Definitions:
        """Join several definitions into one.

        Raises:
            InvariantViolationError: Two of them give different resources or loggers the same key,
                or have different executors.
        """
        return Definitions(**definition_merge.merged([each._arguments() for each in defs]))  # pyright: ignore[reportArgumentType] - as checked

    @staticmethod
    def merge_unbound_defs(*defs: Definitions) -> Definitions:
        """Join several definitions that were not loaded before.

        Raises:
            ParameterCheckError: One of them was.
        """
        for number, each in enumerate(defs):
            if each.has_resolved_repository_def():
                raise ParameterCheckError(
                    f"The definitions at position {number} were loaded already, and "
                    "merge_unbound_defs joins only those that were not. Use Definitions.merge."
                )
        return Definitions.merge(*defs)

    def replaced(self, **changes: object) -> Definitions:
        """Return the definitions with other arguments."""
        return Definitions(**{**self._arguments(), **changes})  # pyright: ignore[reportArgumentType] - as checked

    def _arguments(self) -> dict[str, object]:
        return {name: getattr(self, name) for name in definition_merge.ARGUMENTS}

    def with_resources(self, resources: Mapping[str, object] | None) -> Definitions:
        """Return the definitions with more resources; those of the same key are replaced."""
        return self.replaced(resources={**self.resources, **(resources or {})})

    def map_asset_specs(
        self,
        *,
        func: Callable[[AssetSpec], AssetSpec],
        selection: CoercibleToAssetSelection | None = None,
    ) -> Definitions:
        """Return the definitions with each spec replaced by what a function makes of it.

        Args:
            func: Makes a spec of a spec.
            selection: Not for this method, which does not load the definitions.

        Raises:
            ParameterCheckError: There is a selection.
        """
        if selection is not None:
            raise ParameterCheckError(
                "map_asset_specs takes no selection: it does not load the definitions, so it "
                "cannot tell what is selected. Call map_resolved_asset_specs with it."
            )
        return self._mapped(func, None)

    def map_resolved_asset_specs(
        self,
        *,
        func: Callable[[AssetSpec], AssetSpec],
        selection: CoercibleToAssetSelection | None = None,
    ) -> Definitions:
        """Return the definitions with the specs of a selection replaced.

        Args:
            func: Makes a spec of a spec.
            selection: An `AssetSelection`, its text, keys or assets; every asset if None.

        Raises:
            InvariantViolationError: There is a `SourceAsset`.
            InvalidSubsetError: The selection names an asset that does not exist.
        """
        if selection is None:
            return self._mapped(func, None)
        chosen = AssetSelection.from_coercible(selection)
        return self._mapped(func, chosen.resolve(self.load().graph))

    def _mapped(
        self, func: Callable[[AssetSpec], AssetSpec], keys: Iterable[AssetKey] | None
    ) -> Definitions:
        wanted = None if keys is None else set(keys)

        def change(spec: AssetSpec) -> AssetSpec:
            return func(spec) if wanted is None or spec.key in wanted else spec

        flat = cast("list[AssetsDefinition | AssetSpec]", definition_merge.flat(self.assets))
        return self.replaced(assets=map_asset_specs(change, flat))

    def with_definition_metadata_update(self, update: Update) -> Definitions:
        """Return the definitions with the metadata of each of them replaced.

        Args:
            update: Makes metadata of metadata.
        """
        return self.replaced(**definition_merge.with_metadata(self._arguments(), update))

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Definitions):
            return NotImplemented
        return self._arguments() == other._arguments()

    __hash__: ClassVar[None] = None  # pyright: ignore[reportIncompatibleMethodOverride] - lists are compared

    def __repr__(self) -> str:
        return (
            f"Definitions({len(self.assets)} assets, {len(self.asset_checks)} checks, "
            f"{len(self.jobs)} jobs, {len(self.schedules)} schedules, {len(self.sensors)} sensors, "
            f"{len(self.resources)} resources)"
        )


def _modern(things: Iterable[object]) -> list[object]:
    """Return assets with those of the older form in the newer one."""
    return [
        AssetsDefinition.of_source(thing) if isinstance(thing, SourceAsset) else thing
        for thing in definition_merge.flat(things)
    ]


def _named(things: Iterable[object], name: str, what: str) -> object:
    found = {str(getattr(thing, "name", "")): thing for thing in things}
    if name not in found:
        near = did_you_mean(name, found)
        raise DefinitionNotFoundError(f"There is no {what} '{name}' in these definitions.{near}")
    return found[name]
