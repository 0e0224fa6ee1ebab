"""`DefinedAssetGraph`: the graph of assets together with the definitions behind it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property

from penstock.define.assets_definition import AssetChecksDefinition, AssetsDefinition
from penstock.define.loaded import Declared, LoadedDefinitions, flatten, load
from penstock.define.spec import AssetCheckSpec, AssetSpec
from penstock.errors import InvalidSubsetError, ParameterCheckError
from penstock.graph.asset_graph import AssetGraph
from penstock.model.keys import AssetCheckKey, AssetKey


class DefinedAssetGraph(AssetGraph):
    """The assets of loaded definitions, their edges, and the definitions that make them.

    Args:
        loaded: The definitions, found to be sound.
        declared: What they were loaded from.
    """

    def __init__(self, loaded: LoadedDefinitions, declared: Sequence[Declared]) -> None:
        self.share(loaded.graph)
        self.loaded = loaded
        self._declared = declared

    @staticmethod
    def from_assets(assets: Iterable[object]) -> DefinedAssetGraph:
        """Make the graph of assets alone.

        Parameters may name assets that are not among them, and resources may be missing.
        """
        declared = flatten(assets)
        loaded = load(
            declared,
            resources={},
            location="local",
            allow_dangling=True,
            resources_follow=True,
        )
        return DefinedAssetGraph(loaded, declared)

    @staticmethod
    def behind(graph: AssetGraph) -> DefinedAssetGraph:
        """Return a graph together with the definitions that it was made of.

        Raises:
            ParameterCheckError: It was made of data alone, so there is no code behind it.
        """
        if isinstance(graph, DefinedAssetGraph):
            return graph
        if not graph.sources:
            raise ParameterCheckError(
                "This graph of assets has no definitions behind it. Take it from "
                "Definitions.resolve_asset_graph() or AssetGraph.from_assets([...])."
            )
        return DefinedAssetGraph.from_assets(graph.sources)

    @cached_property
    def assets_defs(self) -> Sequence[AssetsDefinition]:
        """The definitions, each once; a spec of an asset that is made elsewhere has one as well."""
        found: dict[int, AssetsDefinition] = {}
        for thing in self._declared:
            made = AssetsDefinition(specs=[thing]) if isinstance(thing, AssetSpec) else thing
            found.setdefault(id(thing), made)
        known = {key for made in found.values() for key in made.keys}
        implicit = [key for key in self.keys if key not in known]
        return [*found.values(), *(AssetsDefinition(specs=[AssetSpec(key)]) for key in implicit)]

    @cached_property
    def assets_defs_by_key(self) -> Mapping[AssetKey, AssetsDefinition]:
        """The definitions by asset."""
        return {spec.key: made for made in self.assets_defs for spec in made.specs}

    @cached_property
    def asset_checks_defs_by_key(self) -> Mapping[AssetCheckKey, AssetsDefinition]:
        """The definitions by the checks that they evaluate."""
        return {check.key: made for made in self.assets_defs for check in made.check_specs}

    @property
    def asset_checks_defs(self) -> Sequence[AssetChecksDefinition]:
        """The definitions of checks in steps of their own."""
        return [made for made in self.assets_defs if isinstance(made, AssetChecksDefinition)]

    @property
    def asset_check_keys(self) -> frozenset[AssetCheckKey]:
        """The keys of all checks."""
        return self.check_keys

    def get_spec(self, key: AssetKey) -> AssetSpec:
        """Return what is declared of an asset.

        Raises:
            InvalidSubsetError: There is no such asset.
        """
        self.node(key)
        return self.assets_defs_by_key[key].specs_by_key[key]

    def get_check_spec(self, key: AssetCheckKey) -> AssetCheckSpec:
        """Return what is declared of a check.

        Raises:
            InvalidSubsetError: There is no such check.
        """
        self.check(key)
        return self.asset_checks_defs_by_key[key].get_spec_for_check_key(key)

    def assets_def_for_key(self, key: AssetKey) -> AssetsDefinition:
        """Return the definition that makes an asset.

        Raises:
            InvalidSubsetError: There is no such asset.
        """
        found = self.assets_defs_by_key.get(key)
        if found is None:
            raise InvalidSubsetError(f"There is no asset '{key}' in these definitions.")
        return found

    @property
    def asset_dep_graph(self) -> Mapping[str, Mapping[AssetKey, set[AssetKey]]]:
        """For `upstream` and `downstream`, what is directly there, by asset."""
        return {
            "upstream": {key: set(self.parents(key)) for key in self.keys},
            "downstream": {key: set(self.children(key)) for key in self.keys},
        }
