"""Attaching to definitions where their code is, on this machine or on the web."""

from __future__ import annotations

import inspect
import os
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal, TypeVar, cast

from penstock.define.assets_definition import AssetsDefinition
from penstock.define.source_asset import SourceAsset
from penstock.define.spec import AssetSpec
from penstock.errors import InvalidDefinitionError
from penstock.model.code_reference import CodeReference, LocalFileCodeReference, UrlCodeReference
from penstock.model.keys import AssetCheckKey, AssetKey
from penstock.model.metadata import CodeReferencesMetadataValue

CODE_REFERENCES: Final = "dagster/code_references"
"""The metadata key of code references."""

Platform = Literal["github", "gitlab"]
A = TypeVar("A", AssetsDefinition, SourceAsset, AssetSpec)
Declared = AssetsDefinition | SourceAsset | AssetSpec


class FilePathMapping(ABC):
    """How paths on this machine become paths in a repository of code."""

    @abstractmethod
    def convert_to_source_control_path(self, local_path: Path) -> str:
        """Return the path in the repository of a file on this machine.

        Args:
            local_path: The file's absolute path.
        """


@dataclass(frozen=True)
class AnchorBasedFilePathMapping(FilePathMapping):
    """Paths relative to one file or folder whose place in the repository is known.

    Attributes:
        local_file_anchor: A file or folder on this machine.
        file_anchor_path_in_repository: Its path in the repository; empty for the repository's root.
    """

    local_file_anchor: Path
    file_anchor_path_in_repository: str

    def convert_to_source_control_path(self, local_path: Path) -> str:
        """Return the path in the repository of a file on this machine."""
        from_anchor = os.path.relpath(local_path, self.local_file_anchor)
        joined = Path(self.file_anchor_path_in_repository) / from_anchor
        return Path(os.path.normpath(joined)).as_posix()


def _unwrapped(function: Callable[..., object]) -> Callable[..., object]:
    """Return the user's function behind partial applications and decorators."""
    inner = getattr(function, "func", None)
    if inner is not None:
        return _unwrapped(cast("Callable[..., object]", inner))
    return inspect.unwrap(function)


def code_reference_of(function: Callable[..., object]) -> LocalFileCodeReference | None:
    """Return where a function is; None if it has no source, as those of C do not."""
    try:
        found = _unwrapped(function)
        path = inspect.getsourcefile(found)
        _, line = inspect.getsourcelines(found)
    except (OSError, TypeError):
        return None
    return (
        None
        if path is None
        else LocalFileCodeReference(file_path=str(Path(path).absolute()), line_number=line)
    )


def _functions(definition: Declared) -> Iterable[Callable[..., object]]:
    if isinstance(definition, SourceAsset):
        return () if definition.observe_fn is None else (definition.observe_fn,)
    if isinstance(definition, AssetSpec):
        return ()
    composed = getattr(definition.node and definition.node.definition, "composition_fn", None)
    if composed is not None:
        return (composed,)
    return (step.function for step in definition.steps)


def _known(metadata: Mapping[str, object]) -> Sequence[CodeReference]:
    value = metadata.get(CODE_REFERENCES)
    return value.code_references if isinstance(value, CodeReferencesMetadataValue) else ()


def _with_references(
    definition: A, change: Callable[[Sequence[CodeReference]], Sequence[CodeReference]]
) -> A:
    """Return a definition with other code references on its assets and checks."""

    def changed(metadata: Mapping[str, object]) -> Mapping[str, object]:
        references = change(_known(metadata))
        if not references:
            return metadata
        return {**metadata, CODE_REFERENCES: CodeReferencesMetadataValue(references)}

    if isinstance(definition, AssetSpec):
        return definition.replace_attributes(metadata=changed(definition.metadata))
    if isinstance(definition, SourceAsset):
        return definition.with_metadata(changed(definition.raw_metadata))
    metadata: dict[AssetKey | AssetCheckKey, Mapping[str, object]] = {
        key: changed(each) for key, each in definition.metadata_by_key.items()
    }
    metadata.update({check.key: changed(check.metadata) for check in definition.check_specs})
    return definition.with_attributes(metadata_by_key=metadata)


def with_source_code_references(assets_defs: Sequence[A]) -> Sequence[A]:
    """Return definitions with the places of their functions in their metadata.

    Args:
        assets_defs: Definitions of assets and checks; specs have no code and stay as they are.
    """
    return [_located(definition) for definition in assets_defs]


def _located(definition: A) -> A:
    found = [code_reference_of(function) for function in _functions(definition)]
    places = [place for place in found if place is not None]
    return _with_references(
        definition, lambda known: [*known, *(place for place in places if place not in known)]
    )


def link_code_references_to_git(
    assets_defs: Sequence[A],
    git_url: str,
    git_branch: str,
    file_path_mapping: FilePathMapping,
    platform: Platform | None = None,
) -> Sequence[A]:
    """Return definitions whose code references are pages of a repository in place of files.

    Args:
        assets_defs: Definitions with code references.
        git_url: The address of the repository.
        git_branch: The branch.
        file_path_mapping: How paths on this machine become paths in the repository.
        platform: Whose pages they are; read from the address if None.

    Raises:
        InvalidDefinitionError: The address does not tell whose pages they are.

    Example:
        >>> spec = AssetSpec("orders", metadata={CODE_REFERENCES: CodeReferencesMetadataValue(
        ...     [LocalFileCodeReference(file_path="/shop/orders.py", line_number=7)]
        ... )})
        >>> anchor = Path("/shop/__init__.py")
        >>> mapping = AnchorBasedFilePathMapping(anchor, "shop/__init__.py")
        >>> [linked] = link_code_references_to_git(
        ...     [spec], "https://github.com/me/shop", "main", mapping
        ... )
        >>> linked.metadata[CODE_REFERENCES].code_references[0].url
        'https://github.com/me/shop/tree/main/shop/orders.py#L7'
    """
    base = _base_url(git_url, git_branch, platform)

    def page(reference: CodeReference) -> CodeReference:
        if isinstance(reference, UrlCodeReference):
            return reference
        path = file_path_mapping.convert_to_source_control_path(Path(reference.file_path))
        line = "" if reference.line_number is None else f"#L{reference.line_number}"
        return UrlCodeReference(url=f"{base}/{path}{line}", label=reference.label)

    return [
        _with_references(definition, lambda known: [page(each) for each in known])
        for definition in assets_defs
    ]


def _base_url(git_url: str, git_branch: str, platform: Platform | None) -> str:
    bare = git_url.rstrip("/").removesuffix(".git")
    for kind, folder in (("github", "tree"), ("gitlab", "-/tree")):
        if platform == kind or (platform is None and f"{kind}." in bare):
            return f"{bare}/{folder}/{git_branch}"
    raise InvalidDefinitionError(
        f"'{git_url}' does not tell whether it is of GitHub or GitLab. Give platform='github' or "
        "platform='gitlab'."
    )
