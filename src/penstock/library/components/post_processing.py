"""Changes to the assets of a component, as `post_processing` of its file declares them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Literal, cast

from pydantic import BaseModel

from penstock.define.assets_definition import AssetsDefinition
from penstock.define.definition_merge import flat
from penstock.define.definitions import Definitions
from penstock.define.describe import describe_spec
from penstock.define.spec import AssetSpec
from penstock.graph.asset_graph import AssetGraph
from penstock.graph.selection import AssetSelection
from penstock.library.components.resolution import ResolutionContext
from penstock.library.components.resolvable import Model, Resolvable, resolve_fields
from penstock.library.components.resolver import Resolver
from penstock.library.components.specs import AssetsDefUpdateKwargs, ResolvedAssetAttributes
from penstock.model.manifest import Manifest

PostProcessor = Callable[[Definitions], Definitions]

_MERGED = ("metadata", "tags")


class AssetPostProcessorModel(Resolvable, Model):
    """One change of the assets that a selection chooses."""

    target: str = "*"
    operation: Literal["merge", "replace"] = "merge"
    attributes: ResolvedAssetAttributes


def _processor(context: ResolutionContext, model: object) -> object:
    if not isinstance(model, BaseModel):
        return model
    facts = cast("_Facts", model)

    def process(defs: Definitions) -> Definitions:
        return _applied(facts, defs, context)

    return process


AssetPostProcessor = Annotated[
    Callable[..., Any],
    Resolver(_processor, model_field_type=AssetPostProcessorModel.model()),
]
"""A function that changes definitions, as a file declares it."""


@dataclass
class PostProcessing(Resolvable):
    """The section `post_processing` of a file."""

    assets: Sequence[AssetPostProcessor] | None = None


class _Facts(Model):
    """What the derived model of a post-processor holds, for type checkers."""

    target: str
    operation: str
    attributes: BaseModel


def post_process(defs: Definitions, processors: Sequence[PostProcessor]) -> Definitions:
    """Apply changes in order."""
    for processor in processors:
        defs = processor(defs)
    return defs


def _applied(facts: _Facts, defs: Definitions, context: ResolutionContext) -> Definitions:
    chosen = None
    if facts.target != "*":
        chosen = AssetSelection.from_string(facts.target).resolve(_graph_of(defs))

    def change(spec: AssetSpec) -> AssetSpec:
        if chosen is not None and spec.key not in chosen:
            return spec
        here = context.with_scope(asset=spec).at_path("attributes")
        return _changed(
            spec,
            resolve_fields(facts.attributes, AssetsDefUpdateKwargs, here),
            merge=facts.operation == "merge",
        )

    return defs.map_asset_specs(func=change)


def _graph_of(defs: Definitions) -> AssetGraph:
    """Return the graph of the specs: the definitions may lack what a folder above provides."""
    specs: list[AssetSpec] = []
    for thing in flat(defs.assets):
        if isinstance(thing, AssetSpec):
            specs.append(thing)
        elif isinstance(thing, AssetsDefinition):
            specs.extend(thing.specs)
    return AssetGraph(Manifest(location="", assets=tuple(describe_spec(spec) for spec in specs)))


def _changed(spec: AssetSpec, changes: Mapping[str, object], *, merge: bool) -> AssetSpec:
    given = dict(changes)
    added = {name: given.pop(name) for name in _MERGED if merge and name in given}
    if added:
        spec = spec.merge_attributes(**added)  # pyright: ignore[reportArgumentType] - from its own model
    return spec.replace_attributes(**given) if given else spec  # pyright: ignore[reportArgumentType]
