"""`AssetSelection`: a set of assets described before the graph is known.

Owns the public constructors and operators; the tree, the text, the grammar and the meaning live in
the modules beside it. A frozen value: equal descriptions are equal, and `str()` reads back to the
same set. `selection_parser` has the grammar of the text form.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Sequence
from collections.abc import Set as AbstractSet
from typing import Protocol, runtime_checkable

from penstock.errors import InvalidInvocationError, ParameterCheckError
from penstock.graph import selection_expression as expr
from penstock.graph.asset_graph import AssetGraph, DeclaresAssets
from penstock.graph.selection_evaluate import assets_in, checks_in, known_leaves, plain_leaves
from penstock.graph.selection_parser import parse
from penstock.model.keys import AssetCheckKey, AssetKey, CoercibleToAssetKey
from penstock.model.manifest import AssetNode, Manifest


@runtime_checkable
class HasKey(Protocol):
    """A thing that is one asset."""

    @property
    def key(self) -> AssetKey:
        """Its key."""
        ...


@runtime_checkable
class HasKeys(Protocol):
    """A thing that is several assets."""

    @property
    def keys(self) -> Iterable[AssetKey]:
        """Their keys."""
        ...


@runtime_checkable
class HasCheckKeys(Protocol):
    """A thing that declares checks."""

    @property
    def check_keys(self) -> Iterable[AssetCheckKey]:
        """Their keys."""
        ...


CoercibleToAssets = CoercibleToAssetKey | HasKey | HasKeys
GraphLike = AssetGraph | Manifest | Iterable[AssetNode | DeclaresAssets]

_NO_LIMIT = 10**6


class AssetSelection:
    """A set of assets, and of their checks, described before the graph is known.

    A subclass that has a `resolve_inner` selects with code of its own.

    Example:
        >>> str(AssetSelection.groups("raw").downstream() - AssetSelection.assets("scratch"))
        'group:"raw"+ and not key:"scratch"'
    """

    _expression: expr.Expression | None = None

    def __init__(self, expression: expr.Expression | None = None) -> None:
        if expression is None and not self._is_code():
            raise ParameterCheckError(
                "AssetSelection() selects nothing by itself. Use AssetSelection.all(), .assets() "
                "or another of its constructors."
            )
        self._expression = expression

    @classmethod
    def _is_code(cls) -> bool:
        return cls.resolve_inner is not AssetSelection.resolve_inner

    @property
    def expression(self) -> expr.Expression:
        """What it says, as a tree of values."""
        return self._expression or expr.Custom(self.resolve_inner, type(self).__name__)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, AssetSelection):
            return NotImplemented
        return self.expression == other.expression

    def __hash__(self) -> int:
        return hash(self.expression)

    @staticmethod
    def all(include_sources: bool = False) -> AssetSelection:  # noqa: FBT001, FBT002 - public form
        """Select every asset that can be materialized; with `include_sources` every asset."""
        return AssetSelection(expr.All(external=include_sources))

    @staticmethod
    def assets(*assets: CoercibleToAssets) -> AssetSelection:
        """Select these assets: keys, or definitions that have a `key` or `keys`."""
        keys = dict.fromkeys(key for asset in assets for key in _keys_of(asset))
        return AssetSelection(expr.Keys(tuple(keys)))

    @staticmethod
    def keys(*asset_keys: CoercibleToAssetKey) -> AssetSelection:
        """Select the assets of these keys."""
        return AssetSelection.assets(*asset_keys)

    @staticmethod
    def groups(*group_strs: str, include_sources: bool = False) -> AssetSelection:
        """Select the assets of these groups; without any, those that have no group."""
        patterns = [expr.literal_pattern(group) for group in group_strs] or [None]
        return AssetSelection(
            expr.union(
                expr.Attribute(expr.Field.GROUP, pattern, external=include_sources)
                for pattern in patterns
            )
        )

    @staticmethod
    def tag(key: str, value: str, *, include_sources: bool = False) -> AssetSelection:
        """Select the assets that carry a tag with this value."""
        return AssetSelection(
            expr.Attribute(expr.Field.TAG, value, key=key, external=include_sources)
        )

    @staticmethod
    def tag_string(string: str, *, include_sources: bool = False) -> AssetSelection:
        """Select by `key=value`; `key` alone means the empty value.

        Raises:
            InvalidInvocationError: There is more than one `=`.
        """
        key, _, value = string.partition("=")
        if "=" in value:
            raise InvalidInvocationError(
                f"'{string}' is not a tag: expected 'key' or 'key=value'. "
                "Use AssetSelection.tag(key, value) for a value that holds '='."
            )
        return AssetSelection.tag(key, value, include_sources=include_sources)

    @staticmethod
    def kind(kind: str | None, *, include_sources: bool = False) -> AssetSelection:
        """Select the assets of a kind; None selects those without any."""
        return AssetSelection(expr.Attribute(expr.Field.KIND, kind, external=include_sources))

    @staticmethod
    def owner(owner: str | None) -> AssetSelection:
        """Select the assets, external ones included, of an owner; None: those without any."""
        return AssetSelection(expr.Attribute(expr.Field.OWNER, owner, external=True))

    @staticmethod
    def key_prefixes(
        *key_prefixes: str | Sequence[str], include_sources: bool = False
    ) -> AssetSelection:
        """Select the assets whose key starts with the parts of one of the prefixes."""
        patterns: list[expr.Expression] = []
        for prefix in key_prefixes:
            text = expr.literal_pattern(AssetKey(prefix).to_escaped_user_string())
            patterns += [expr.KeyPattern(text), expr.KeyPattern(f"{text}/*")]
        return _of_patterns(patterns, include_sources=include_sources)

    @staticmethod
    def key_substring(key_substring: str, *, include_sources: bool = False) -> AssetSelection:
        """Select the assets whose key, written with `/`, contains a text."""
        pattern = expr.KeyPattern(f"*{expr.literal_pattern(key_substring)}*")
        return _of_patterns([pattern], include_sources=include_sources)

    @staticmethod
    def checks_for_assets(*assets: CoercibleToAssets) -> AssetSelection:
        """Select the checks of these assets, without the assets."""
        chosen = AssetSelection.assets(*assets).expression
        return AssetSelection(expr.Apply(expr.Function.CHECKS, chosen))

    @staticmethod
    def checks(*checks: AssetCheckKey | HasCheckKeys) -> AssetSelection:
        """Select these checks, without their assets."""
        keys: list[AssetCheckKey] = []
        for check in checks:
            keys.extend((check,) if isinstance(check, AssetCheckKey) else check.check_keys)
        return AssetSelection(expr.CheckKeys(tuple(dict.fromkeys(keys))))

    @staticmethod
    def all_asset_checks() -> AssetSelection:
        """Select every check, without assets."""
        return AssetSelection(expr.Apply(expr.Function.CHECKS, expr.All(external=True)))

    @staticmethod
    def from_string(string: str, include_sources: bool = False) -> AssetSelection:  # noqa: FBT001, FBT002 - public form
        """Read a selection as people write it; with `include_sources` `*` is every asset.

        Raises:
            InvalidSelectionError: The text is not a selection; the message points at the place.
        """
        return AssetSelection(parse(string, external=include_sources))

    @staticmethod
    def from_coercible(selection: CoercibleToAssetSelection) -> AssetSelection:
        """Make a selection of text, of a key or definition, or of a sequence of these (a union).

        Raises:
            InvalidInvocationError: The sequence is empty, or holds something else.
            InvalidSelectionError: A text is not a selection.
        """
        if isinstance(selection, AssetSelection):
            return selection
        if isinstance(selection, str):
            return AssetSelection.from_string(selection)
        if not isinstance(selection, (list, tuple, set, frozenset)):
            return AssetSelection.assets(selection)  # pyright: ignore[reportArgumentType]
        if not selection:
            raise InvalidInvocationError(
                "The selection is empty. Name at least one asset, or use AssetSelection.all()."
            )
        parts = [AssetSelection.from_coercible(item) for item in selection]
        return AssetSelection(expr.union(part.expression for part in parts))

    def upstream(self, depth: int | None = None, include_self: bool = True) -> AssetSelection:  # noqa: FBT001, FBT002 - public form
        """Add what these assets read, up to `depth` edges away; keeps materializable ones only."""
        return self._walk(expr.Direction.UPSTREAM, depth, include_self=include_self)

    def downstream(self, depth: int | None = None, include_self: bool = True) -> AssetSelection:  # noqa: FBT001, FBT002 - public form
        """Add what reads these assets, up to `depth` edges away."""
        return self._walk(expr.Direction.DOWNSTREAM, depth, include_self=include_self)

    def sinks(self) -> AssetSelection:
        """Keep the assets that no other selected asset depends on, directly or not."""
        return self._apply(expr.Function.SINKS)

    def roots(self) -> AssetSelection:
        """Keep the assets that depend on no other selected asset, directly or not."""
        return self._apply(expr.Function.ROOTS)

    def sources(self) -> AssetSelection:
        """Do what `roots` does, under its older name."""
        warnings.warn(
            "AssetSelection.sources is deprecated. Use AssetSelection.roots.",
            DeprecationWarning,
            stacklevel=2,
        )
        return self.roots()

    def materializable(self) -> AssetSelection:
        """Keep the assets that some step makes."""
        return self & AssetSelection(expr.Is(expr.Structure.MATERIALIZABLE))

    def required_multi_asset_neighbors(self) -> AssetSelection:
        """Add what is made by the same step, where that step cannot make a part."""
        return self._apply(expr.Function.NEIGHBORS)

    def upstream_source_assets(self) -> AssetSelection:
        """Select the external assets among these and anywhere upstream of them."""
        return self._apply(expr.Function.EXTERNAL_PARENTS)

    def without_checks(self) -> AssetSelection:
        """Select the assets alone."""
        return self._apply(expr.Function.WITHOUT_CHECKS)

    def __or__(self, other: AssetSelection) -> AssetSelection:
        return AssetSelection(expr.union((self.expression, _expression_of(other))))

    def __and__(self, other: AssetSelection) -> AssetSelection:
        return AssetSelection(expr.intersection(self.expression, _expression_of(other)))

    def __sub__(self, other: AssetSelection) -> AssetSelection:
        return AssetSelection(expr.difference(self.expression, _expression_of(other)))

    def __repr__(self) -> str:
        return f"{type(self).__name__}(expression={self.expression!r})"

    def __str__(self) -> str:
        return expr.render(self.expression)

    def to_selection_str(self) -> str:
        """Write it in the selection language; the text reads back to the same set.

        Raises:
            InvalidInvocationError: A part of it is made by code.
        """
        return expr.render(self.expression)

    def to_serializable_asset_selection(self, asset_graph: GraphLike) -> AssetSelection:
        """Return it with what code selects replaced by the assets that it selects now."""
        return AssetSelection(plain_leaves(self.expression, AssetGraph.of(asset_graph)))

    def resolve(
        self,
        all_assets: GraphLike,
        allow_missing: bool = False,  # noqa: FBT001, FBT002 - public form
    ) -> frozenset[AssetKey]:
        """Return the assets selected from a graph, or from definitions.

        Args:
            all_assets: Where they are looked for.
            allow_missing: Whether an asset may be named that does not exist.

        Raises:
            InvalidSubsetError: An asset that is named does not exist; the message has the nearest
                spellings.
            UnresolvableSelectionError: It asks for what only a deployment knows.
        """
        graph = AssetGraph.of(all_assets)
        return assets_in(self._checked(graph, allow_missing=allow_missing), graph)

    def resolve_inner(
        self,
        asset_graph: AssetGraph,
        allow_missing: bool,  # noqa: FBT001 - public form
    ) -> AbstractSet[AssetKey]:
        """Return the assets selected from a graph; a subclass selects with this method.

        Raises:
            InvalidSubsetError: An asset that is named does not exist.
            UnresolvableSelectionError: It asks for what only a deployment knows.
        """
        return assets_in(self._checked(asset_graph, allow_missing=allow_missing), asset_graph)

    def resolve_checks(
        self,
        asset_graph: GraphLike,
        allow_missing: bool = False,  # noqa: FBT001, FBT002 - public form
    ) -> frozenset[AssetCheckKey]:
        """Return the checks selected from a graph: by default those of the selected assets.

        Raises:
            InvalidSubsetError: An asset or a check that is named does not exist.
            UnresolvableSelectionError: It asks for what only a deployment knows.
        """
        graph = AssetGraph.of(asset_graph)
        return checks_in(self._checked(graph, allow_missing=allow_missing), graph)

    def _checked(self, graph: AssetGraph, *, allow_missing: bool) -> expr.Expression:
        return known_leaves(self.expression, graph) if allow_missing else self.expression

    def _walk(
        self, direction: expr.Direction, depth: int | None, *, include_self: bool
    ) -> AssetSelection:
        levels = None if depth is None or depth >= _NO_LIMIT else depth
        walked = AssetSelection(expr.Walk(self.expression, direction, levels))
        return walked if include_self else walked - self

    def _apply(self, function: expr.Function) -> AssetSelection:
        return AssetSelection(expr.Apply(function, self.expression))


CoercibleToAssetSelection = (
    AssetSelection
    | str
    | AssetKey
    | HasKey
    | HasKeys
    | Sequence["str | AssetKey | HasKey | HasKeys | AssetSelection"]
)


def _expression_of(selection: AssetSelection) -> expr.Expression:
    if not isinstance(selection, AssetSelection):  # pyright: ignore[reportUnnecessaryIsInstance] - a user's argument
        raise ParameterCheckError(
            f"{selection!r} of type {type(selection).__name__} is not an AssetSelection. "
            "Make one with AssetSelection.from_coercible."
        )
    return selection.expression


def _of_patterns(patterns: Sequence[expr.Expression], *, include_sources: bool) -> AssetSelection:
    chosen = AssetSelection(expr.union(patterns))
    return chosen if include_sources else chosen.materializable()


def _keys_of(asset: CoercibleToAssets) -> Iterable[AssetKey]:
    if isinstance(asset, (AssetKey, str, list, tuple)):
        return (AssetKey.from_coercible(asset),)
    if isinstance(asset, HasKeys):
        return asset.keys
    if isinstance(asset, HasKey):
        return (asset.key,)
    raise InvalidInvocationError(
        f"{asset!r} is not an asset: expected a key, or a definition that has one."
    )
