"""Components: what `dagster.components` offers, from one place.

Owns names only; everything lives in `penstock.library.components`.
"""

from __future__ import annotations

from penstock.define.repository_decorator import definitions
from penstock.errors import ResolutionError as ResolutionException
from penstock.library.components.component import (
    Component,
    ComponentTypeSpec,
    component_instance,
    template_var,
)
from penstock.library.components.executable import (
    ExecutableComponent,
    FunctionComponent,
    PythonScriptComponent,
    UvRunComponent,
)
from penstock.library.components.folder import DefinitionsComponent, DefsFolderComponent
from penstock.library.components.form import ComponentFormConfig
from penstock.library.components.load_context import ComponentLoadContext
from penstock.library.components.loading import (
    build_component_defs,
    build_defs_for_component,
    component_defs,
    get_all_components_defs_within_project,
    get_component_defs_within_project,
    load_defs,
    load_from_defs_folder,
)
from penstock.library.components.metadata_checks import MetadataChecksComponent
from penstock.library.components.post_processing import AssetPostProcessor
from penstock.library.components.resolution import ResolutionContext
from penstock.library.components.resolvable import Model, Resolvable, resolve_fields
from penstock.library.components.resolver import Injected, Resolver
from penstock.library.components.scaffolding import (
    Scaffolder,
    ScaffolderUnavailableReason,
    ScaffoldRequest,
    scaffold_component,
    scaffold_with,
)
from penstock.library.components.specs import (
    AssetAttributesModel,
    AssetSpecKwargs,
    AssetSpecUpdateKwargs,
    OpSpec,
    ResolvedAssetAttributes,
    ResolvedAssetCheckSpec,
    ResolvedAssetKey,
    ResolvedAssetSpec,
)
from penstock.library.components.sql import SQLClient, SqlComponent, TemplatedSqlComponent
from penstock.library.components.state import (
    DefsStateConfig,
    DefsStateConfigArgs,
    DefsStateManagementType,
    ResolvedDefsStateConfig,
    StateBackedComponent,
)
from penstock.library.components.tree import ComponentTree

__all__ = [
    "AssetAttributesModel",
    "AssetPostProcessor",
    "AssetSpecKwargs",
    "AssetSpecUpdateKwargs",
    "Component",
    "ComponentFormConfig",
    "ComponentLoadContext",
    "ComponentTree",
    "ComponentTypeSpec",
    "DefinitionsComponent",
    "DefsFolderComponent",
    "DefsStateConfig",
    "DefsStateConfigArgs",
    "DefsStateManagementType",
    "ExecutableComponent",
    "FunctionComponent",
    "Injected",
    "MetadataChecksComponent",
    "Model",
    "OpSpec",
    "PythonScriptComponent",
    "ResolutionContext",
    "ResolutionException",
    "Resolvable",
    "ResolvedAssetAttributes",
    "ResolvedAssetCheckSpec",
    "ResolvedAssetKey",
    "ResolvedAssetSpec",
    "ResolvedDefsStateConfig",
    "Resolver",
    "SQLClient",
    "ScaffoldRequest",
    "Scaffolder",
    "ScaffolderUnavailableReason",
    "SqlComponent",
    "StateBackedComponent",
    "TemplatedSqlComponent",
    "UvRunComponent",
    "build_component_defs",
    "build_defs_for_component",
    "component_defs",
    "component_instance",
    "definitions",
    "get_all_components_defs_within_project",
    "get_component_defs_within_project",
    "load_defs",
    "load_from_defs_folder",
    "resolve_fields",
    "scaffold_component",
    "scaffold_with",
    "template_var",
]
