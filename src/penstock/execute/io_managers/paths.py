"""`PathIOManager`: one file for each value and partition, below a base path.

Owns where a value is, how several partitions are loaded, and what is told about it. How a value is
written to its file and read from it is for subclasses to say, and so is what kind of path it is:
one of this machine, or of any store with the same methods.
"""

from __future__ import annotations

import inspect
from abc import abstractmethod
from collections.abc import Awaitable, Coroutine, Iterable, Mapping
from pathlib import PurePosixPath
from typing import ClassVar, Protocol, Self, TypeVar, cast

from penstock.define.io_context import InputContext, OutputContext
from penstock.define.io_manager import IOManager
from penstock.define.types.builtin import ANY_TYPE
from penstock.errors import ParameterCheckError, StoredValueNotFoundError
from penstock.model.metadata import MetadataValue
from penstock.partitions.multi_key import MultiPartitionKey

T = TypeVar("T")

IOContext = InputContext | OutputContext


class StorePath(Protocol):
    """A path, as of `pathlib` or `universal_pathlib`."""

    @property
    def name(self) -> str:
        """The last part."""
        ...

    @property
    def parent(self) -> Self:
        """The path without its last part."""
        ...

    def joinpath(self, *parts: str) -> Self:
        """Return the path with more parts."""
        ...

    def with_name(self, name: str) -> Self:
        """Return the path with another last part."""
        ...

    def exists(self) -> bool:
        """Tell whether something is there."""
        ...

    def is_file(self) -> bool:
        """Tell whether a file is there."""
        ...

    def unlink(self) -> None:
        """Remove the file."""
        ...

    def mkdir(self, mode: int = 0o777, parents: bool = False, exist_ok: bool = False) -> None:  # noqa: FBT001, FBT002 - as in pathlib
        """Make a folder."""
        ...


PathT = TypeVar("PathT", bound=StorePath)


class PathIOManager(IOManager):
    """Subclass to store values in files; define `dump_to_path` and `load_from_path`.

    A value of an asset is at the parts of its key, below them at its partition; that of any other
    output at its run, step and name.

    Attributes:
        extension: What file names end with, as '.json'.
    """

    extension: ClassVar[str | None] = None

    _base_path: StorePath

    @abstractmethod
    def dump_to_path(self, context: OutputContext, obj: object, path: StorePath) -> object:
        """Write a value to a file."""

    @abstractmethod
    def load_from_path(self, context: InputContext, path: StorePath) -> object:
        """Read a value from a file; may be `async`.

        Raises:
            FileNotFoundError: There is no file.
        """

    def get_metadata(self, context: OutputContext, obj: object) -> Mapping[str, object]:
        """Return facts about a stored value, beside its path. Override when needed."""
        return {}

    def make_directory(self, path: StorePath) -> None:
        """Make a folder for files, where the store has folders."""
        path.mkdir(parents=True, exist_ok=True)

    def path_exists(self, path: StorePath) -> bool:
        """Tell whether a path exists."""
        return path.exists()

    def unlink(self, path: StorePath) -> None:
        """Remove a file."""
        path.unlink()

    def has_output(self, context: OutputContext) -> bool:
        """Tell whether a value is stored."""
        return self.path_exists(self._get_path(context))

    def handle_output(self, context: OutputContext, obj: object) -> None:
        """Store a value.

        Raises:
            ParameterCheckError: It is of several partitions.
        """
        paths = self._get_paths_for_partitions(context)
        if len(paths) > 1:
            raise ParameterCheckError(
                f"{type(self).__name__} stores one partition at a time, and this"
                f" value of asset '{context.asset_key}' is of {len(paths)}. Store the partitions in"
                " the asset's function and return nothing, or run each partition by itself."
            )
        path = next(iter(paths.values()), None) or self._get_path(context)
        if paths:
            self._make_room_for_partitions(context)
        self.make_directory(path.parent)
        context.log.debug(self.get_writing_output_log_message(path))
        self.dump_to_path(context, obj, path)
        if obj is not None:
            context.add_output_metadata({"path": MetadataValue.path(str(path))})
        facts = self.get_metadata(context, obj)
        if facts:
            context.add_output_metadata(facts)

    def load_input(self, context: InputContext) -> object:
        """Return a value; for several partitions a dictionary by partition key.

        A parameter that maps to no partition gets None.

        Raises:
            StoredValueNotFoundError: There is no such value, and the metadata
                `allow_missing_partitions` of the input is not set.
            ParameterCheckError: The parameter takes several partitions and is not annotated as a
                dictionary.
        """
        paths = self._get_paths_for_partitions(context)
        if not paths:
            if context.has_asset_key and context.asset_partitions_def is not None:
                return None
            path = self._get_path(context)
            context.log.debug(self.get_loading_input_log_message(path))
            return _finished(self._read(context, path))
        if len(paths) > 1:
            _require_mapping(context)
            return self.load_partitions(context)
        ((key, path),) = paths.items()
        if not _may_miss(context):
            return _finished(self._read_partition(context, key, path))
        return self.load_partitions(context).get(key)

    def load_partitions(self, context: InputContext) -> dict[str, object]:
        """Load every partition that the context asks for.

        Raises:
            StoredValueNotFoundError: One is missing, and may not be.
            RuntimeError: The same, where `load_from_path` is `async`.
        """
        if inspect.iscoroutinefunction(self.load_from_path):
            return _finished(self.load_partitions_async(context))
        loaded: dict[str, object] = {}
        for key, path in self._get_paths_for_partitions(context).items():
            try:
                loaded[key] = self._read_partition(context, key, path)
            except FileNotFoundError:
                if not _may_miss(context):
                    raise
                context.log.debug(self.get_missing_partition_log_message(key))
        return loaded

    async def load_partitions_async(self, context: InputContext) -> dict[str, object]:
        """Load every partition that the context asks for, all at the same time.

        Raises:
            RuntimeError: Some are missing, and may not be, or could not be read.
        """
        import asyncio  # noqa: PLC0415 - slow to load, and hardly ever needed

        async def read(key: str, path: StorePath) -> object:
            value = self._read_partition(context, key, path)
            return await cast("Awaitable[object]", value) if inspect.isawaitable(value) else value

        paths = self._get_paths_for_partitions(context)
        found = await asyncio.gather(
            *(read(key, path) for key, path in paths.items()), return_exceptions=True
        )
        loaded: dict[str, object] = {}
        for key, value in zip(paths, found, strict=True):
            if isinstance(value, FileNotFoundError) and _may_miss(context):
                context.log.debug(self.get_missing_partition_log_message(key))
            else:
                loaded[key] = value
        failed = {k: v for k, v in loaded.items() if isinstance(v, BaseException)}
        if failed:
            told = "; ".join(f"'{key}': {error}" for key, error in failed.items())
            raise RuntimeError(
                f"Loading failed for {len(failed)} of {len(paths)} partitions. {told}"
            ) from next(iter(failed.values()))
        return loaded

    def get_path_for_partition(
        self, context: IOContext, path: StorePath, partition: str
    ) -> StorePath:
        """Return where a partition is, below the path of its asset. Override when needed."""
        return path.joinpath(partition)

    def make_safe_partition_path(self, base_path: StorePath, partition: str) -> StorePath:
        """Return a path below a base path, whatever the partition key is like."""
        return base_path.joinpath(*coerce_to_relative_parts(partition))

    def get_asset_relative_path(self, context: IOContext) -> StorePath:
        """Return where an asset is, below the base path. Override when needed."""
        return cast("StorePath", PurePosixPath(*context.asset_key.parts))

    def get_op_output_relative_path(self, context: IOContext) -> StorePath:
        """Return where an output of no asset is, below the base path. Override when needed."""
        return cast("StorePath", PurePosixPath(*context.get_identifier()))

    def get_loading_input_log_message(self, path: StorePath) -> str:
        """Return what is written to the log before a value is read."""
        return f"{type(self).__name__} reads {path}."

    def get_writing_output_log_message(self, path: StorePath) -> str:
        """Return what is written to the log before a value is stored."""
        return f"{type(self).__name__} writes {path}."

    def get_loading_input_partition_log_message(self, path: StorePath, partition_key: str) -> str:
        """Return what is written to the log before a partition is read."""
        return f"{type(self).__name__} reads partition '{partition_key}' from {path}."

    def get_missing_partition_log_message(self, partition_key: str) -> str:
        """Return what is written to the log about a partition that is not there, and may be so."""
        return (
            f"Partition '{partition_key}' was not found in storage and is left out, because the"
            " metadata allow_missing_partitions is set."
        )

    def _get_path(self, context: IOContext) -> StorePath:
        return self._with_extension(self._get_path_without_extension(context))

    def _get_path_without_extension(self, context: IOContext) -> StorePath:
        if context.has_asset_key:
            relative = self.get_asset_relative_path(context)
        else:
            relative = self.get_op_output_relative_path(context)
        return self._base_path.joinpath(str(relative))

    def _with_extension(self, path: StorePath) -> StorePath:
        return path.with_name(f"{path.name}{self.extension}") if self.extension else path

    def _get_paths_for_partitions(self, context: IOContext) -> dict[str, StorePath]:
        """Return where each partition of the value is, by its key."""
        if not context.has_asset_key:
            return {}
        return {key: self._path_of(context, _folders(key)) for key in context.asset_partition_keys}

    def _path_of(self, context: IOContext, partition: str) -> StorePath:
        folder = self._get_path_without_extension(context)
        default = type(self).get_path_for_partition is PathIOManager.get_path_for_partition
        if default:
            return self._with_extension(self.make_safe_partition_path(folder, partition))
        return self._with_extension(self.get_path_for_partition(context, folder, partition))

    def _read(self, context: InputContext, path: StorePath) -> object:
        try:
            value = self.load_from_path(context, path)
        except (FileNotFoundError, IsADirectoryError) as error:
            raise _not_found(path) from error
        if inspect.isawaitable(value):
            return _awaited(cast("Awaitable[object]", value), path)
        return value

    def _read_partition(self, context: InputContext, key: str, path: StorePath) -> object:
        context.log.debug(self.get_loading_input_partition_log_message(path, key))
        if isinstance(key, MultiPartitionKey) and not self.path_exists(path):
            former = self._path_of(context, key)  # all dimensions in one name
            path = former if self.path_exists(former) else path
        return self._read(context, path)

    def _make_room_for_partitions(self, context: OutputContext) -> None:
        """Remove the file of an asset that had no partitions when it was stored last."""
        former = self._get_path_without_extension(context)
        if former.is_file():
            self.unlink(former)


def coerce_to_relative_parts(path: object) -> tuple[str, ...]:
    """Return the parts of a path; the slash that an absolute one begins with is written `%2F`."""
    parts = PurePosixPath(str(path)).parts
    if not parts or not parts[0].startswith("/"):
        return parts
    if len(parts) == 1:
        return ("%2F",)
    return (f"%2F{parts[1]}", *parts[2:])


def _folders(key: str) -> str:
    """Return the path of a partition: a folder for each dimension but the last."""
    if isinstance(key, MultiPartitionKey):
        return "/".join(key.keys_by_dimension.values())
    return key


async def _awaited(value: Awaitable[object], path: StorePath) -> object:
    try:
        return await value
    except (FileNotFoundError, IsADirectoryError) as error:
        raise _not_found(path) from error


def _finished(value: T | Awaitable[T]) -> T:
    """Wait for a value that comes from an async function."""
    if not inspect.isawaitable(value):
        return cast("T", value)
    import asyncio  # noqa: PLC0415 - slow to load, and hardly ever needed

    async def waited() -> T:
        return await value

    pending: Coroutine[object, object, T] = waited()
    return asyncio.run(pending)


def _not_found(path: StorePath) -> StoredValueNotFoundError:
    return StoredValueNotFoundError(
        f"There is no stored value at {path}. Materialize the upstream asset first."
    )


def _may_miss(context: InputContext) -> bool:
    return any(
        (facts or {}).get("allow_missing_partitions") is True for facts in _metadata_about(context)
    )


def _metadata_about(context: InputContext) -> Iterable[Mapping[str, object]]:
    yield context.definition_metadata
    if context.upstream_output is not None:
        yield context.upstream_output.definition_metadata


def _require_mapping(context: InputContext) -> None:
    annotation = context.dagster_type.typing_type
    if context.dagster_type is ANY_TYPE or annotation in (object, ANY_TYPE.typing_type):
        return
    origin = getattr(annotation, "__origin__", annotation)
    if not (isinstance(origin, type) and issubclass(origin, Mapping)):
        raise ParameterCheckError(
            f"An input is of {len(context.asset_partition_keys)} partitions of asset"
            f" '{context.asset_key}', so its value is a dictionary by partition key, but it is"
            f" annotated with {annotation!r}. Annotate it with dict[str, ...], or map it to one"
            " partition."
        )
