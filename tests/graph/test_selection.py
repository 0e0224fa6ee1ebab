"""Selections: constructors, operators, text that reads back, laws."""

import time
from collections.abc import Callable
from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

import penstock as dg
from penstock.errors import InvalidInvocationError, InvalidSubsetError, ParameterCheckError
from penstock.graph.asset_graph import AssetGraph
from penstock.graph.selection import AssetSelection
from penstock.graph.selection_expression import Attribute, Expression, Field, Keys, with_leaves
from penstock.model.keys import AssetCheckKey, AssetKey
from penstock.model.manifest import AssetDependency, AssetNode, CheckNode, Manifest, StepNode


def key(text: str) -> AssetKey:
    return AssetKey.from_user_string(text)


def node(text: str, *deps: str, made_by: str | None = None, **facts: object) -> AssetNode:
    return AssetNode(
        key=key(text),
        node=made_by or text,
        deps=tuple(AssetDependency(key=key(d)) for d in deps),
        **facts,
    )


# ext → a → b → d → e,  a → c → d;  pair: m, n;  x/one, x/two are loose
GRAPH = AssetGraph(
    Manifest(
        location="here",
        assets=(
            AssetNode(key=key("ext"), group="g1", owners=("team:data",)),
            node("a", "ext", group="g1", kinds=("python",), owners=("ann@x.org",)),
            node("b", "a", group="g1", tags=(("tier", "1"), ("beta", ""))),
            node("c", "a", kinds=("duckdb", "python")),
            node("d", "b", "c", tags=(("tier", "2"),)),
            node("e", "d", group="g2", owners=("team:data",)),
            node("m", made_by="pair"),
            node("n", "m", made_by="pair"),
            node("x/one"),
            node("x/two", "x/one"),
            AssetNode(key=AssetKey(['odd"*\\/key']), node="odd"),
        ),
        checks=(
            CheckNode(asset=key("a"), name="ok", node="a_ok"),
            CheckNode(asset=key("b"), name="ok", node="b", inline=True),
            CheckNode(asset=key("ext"), name="seen", node="ext_seen"),
        ),
        nodes=(StepNode(name="pair"),),
    )
)


A, B, C = (AssetSelection.assets(name) for name in "abc")


def names(selection: AssetSelection) -> list[str]:
    return sorted(str(k) for k in selection.resolve(GRAPH))


def checks(selection: AssetSelection) -> list[str]:
    return sorted(k.to_user_string() for k in selection.resolve_checks(GRAPH))


def test_all_leaves_external_assets_out_unless_asked():
    assert "ext" not in names(AssetSelection.all())
    assert "ext" in names(AssetSelection.all(include_sources=True))


def test_assets_takes_keys_texts_parts_and_definitions():
    class One:
        key = AssetKey("a")

    class Several:
        keys = (AssetKey("m"), AssetKey("n"))

    chosen = AssetSelection.assets("b", AssetKey("c"), ["x", "one"], One(), Several())

    assert names(chosen) == ["a", "b", "c", "m", "n", "x/one"]


def test_assets_refuses_what_is_not_an_asset():
    with pytest.raises(InvalidInvocationError, match="3 is not an asset"):
        AssetSelection.assets(3)


def test_attributes_select_what_carries_them():
    assert names(AssetSelection.groups("g1")) == ["a", "b"]
    assert names(AssetSelection.groups("g1", "g2", include_sources=True)) == ["a", "b", "e", "ext"]
    assert names(AssetSelection.tag("tier", "1")) == ["b"]
    assert names(AssetSelection.tag_string("tier=2")) == ["d"]
    assert names(AssetSelection.tag_string("beta")) == ["b"]
    assert names(AssetSelection.kind("python")) == ["a", "c"]
    assert names(AssetSelection.owner("team:data")) == ["e", "ext"]


def test_a_group_of_the_constructor_is_no_wildcard():
    assert names(AssetSelection.groups("g*")) == []


def test_a_tag_with_two_equals_signs_is_refused():
    with pytest.raises(InvalidInvocationError, match="'a=b=c' is not a tag"):
        AssetSelection.tag_string("a=b=c")


def test_keys_select_by_prefix_of_parts_and_by_substring():
    assert names(AssetSelection.key_prefixes("x")) == ["x/one", "x/two"]
    assert names(AssetSelection.key_prefixes(["x", "one"])) == ["x/one"]
    assert names(AssetSelection.key_substring("/t")) == ["x/two"]
    assert names(AssetSelection.key_substring("ex")) == []
    assert names(AssetSelection.key_substring("ex", include_sources=True)) == ["ext"]


def test_upstream_keeps_what_can_be_materialized():
    assert names(AssetSelection.assets("b").upstream()) == ["a", "b"]
    assert names(AssetSelection.assets("d").upstream(depth=1)) == ["b", "c", "d"]
    assert names(AssetSelection.assets("d").upstream(1, include_self=False)) == ["b", "c"]


def test_downstream_keeps_all_that_it_meets():
    assert names(AssetSelection.assets("ext").downstream(depth=2)) == ["a", "b", "c", "ext"]
    assert names(AssetSelection.assets("d").downstream(include_self=False)) == ["e"]


def test_sinks_and_roots_are_relative_to_the_selection():
    chosen = AssetSelection.assets("a", "b", "d")

    assert names(chosen.sinks()) == ["d"]
    assert names(chosen.roots()) == ["a"]


def test_sinks_and_roots_see_through_assets_that_are_not_selected():
    chosen = AssetSelection.assets("a", "e")

    assert names(chosen.sinks()) == ["e"]
    assert names(chosen.roots()) == ["a"]


def test_sources_is_an_older_name_of_roots():
    with pytest.warns(DeprecationWarning, match="roots"):
        assert (A | B).sources() == (A | B).roots()


def test_neighbors_complete_a_step_that_cannot_make_a_part():
    assert names(AssetSelection.assets("m").required_multi_asset_neighbors()) == ["m", "n"]


def test_materializable_and_external_parents_split_by_structure():
    chosen = AssetSelection.assets("a", "ext", "b")

    assert names(chosen.materializable()) == ["a", "b"]
    assert names(AssetSelection.assets("e").upstream_source_assets()) == ["ext"]


def test_checks_follow_their_assets_unless_taken_away():
    chosen = AssetSelection.assets("a", "b")

    assert checks(chosen) == ["a:ok", "b:ok"]
    assert checks(chosen.without_checks()) == []
    assert checks(chosen - AssetSelection.checks_for_assets("a")) == ["b:ok"]
    assert names(chosen - AssetSelection.checks_for_assets("a")) == ["a", "b"]


def test_checks_can_be_selected_without_their_assets():
    one = AssetSelection.checks(AssetCheckKey(key("a"), "ok"))

    assert (names(one), checks(one)) == ([], ["a:ok"])
    assert checks(AssetSelection.all_asset_checks()) == ["a:ok", "b:ok", "ext:seen"]


def test_a_missing_asset_is_named_with_its_nearest_spelling():
    with pytest.raises(InvalidSubsetError) as caught:
        AssetSelection.assets("zzz", "x/ones").resolve(GRAPH)

    assert str(caught.value) == (
        "There is no asset 'zzz'.\nThere is no asset 'x/ones'. Did you mean 'x/one'?"
    )


def test_missing_assets_can_be_allowed():
    chosen = AssetSelection.assets("zzz", "a") | AssetSelection.checks(AssetCheckKey(key("z"), "k"))

    assert chosen.resolve(GRAPH, allow_missing=True) == {key("a")}
    assert chosen.resolve_checks(GRAPH, allow_missing=True) == {AssetCheckKey(key("a"), "ok")}


def test_the_order_of_a_union_or_an_intersection_does_not_count():
    assert A | B == B | A
    assert hash(A & B) == hash(B & A)
    assert A | B != A & B
    assert A - B != B - A


def test_a_depth_beyond_any_graph_is_no_limit():
    assert A.upstream(depth=2**63 - 1) == A.upstream()


class _ButB(AssetSelection):
    def resolve_inner(self, asset_graph: AssetGraph, allow_missing: bool) -> set[AssetKey]:
        return set(asset_graph.materializable_asset_keys) & {key("a"), key("c")}


def test_a_selection_can_be_code():
    chosen = _ButB()

    assert names(chosen) == ["a", "c"]
    assert names(chosen.downstream(1) - A) == ["b", "c", "d"]
    assert checks(chosen) == ["a:ok"]
    assert chosen.resolve(GRAPH, allow_missing=True) == {key("a"), key("c")}


@dataclass(frozen=True)
class _Starting(AssetSelection):
    letter: str

    def resolve_inner(self, asset_graph: AssetGraph, allow_missing: bool) -> set[AssetKey]:
        return {k for k in asset_graph.keys if str(k).startswith(self.letter)}


def test_a_selection_that_is_code_can_have_fields():
    assert names(_Starting("x") | A) == ["a", "x/one", "x/two"]
    assert _Starting("x") == _Starting("x")


def test_what_code_selects_can_be_written_as_keys():
    chosen = (_ButB().sinks() | AssetSelection.groups("g")) - B

    written = chosen.to_serializable_asset_selection(GRAPH)

    keys = AssetSelection.assets("a", "c")
    assert written == (keys.sinks() | AssetSelection.groups("g")) - B
    with pytest.raises(InvalidInvocationError, match="to_serializable_asset_selection"):
        chosen.to_selection_str()


def test_a_selection_of_nothing_in_particular_is_refused():
    with pytest.raises(ParameterCheckError, match="selects nothing by itself"):
        AssetSelection()


def test_a_selection_is_joined_with_selections_only():
    with pytest.raises(ParameterCheckError, match="'a' of type str is not an AssetSelection"):
        A | "a"


def test_definitions_can_stand_for_their_graph():
    @dg.asset
    def made(found, watched): ...

    @dg.multi_asset(outs={"one": dg.AssetOut(), "two": dg.AssetOut()})
    def pair(made):
        return 1, 2

    @dg.asset_check(asset=made)
    def sound(): ...

    @dg.observable_source_asset
    def watched(): ...

    assets = [made, pair, sound, watched, dg.SourceAsset("found"), dg.AssetSpec("spec")]

    def of(selection: AssetSelection) -> set[str]:
        return {str(k) for k in selection.resolve(assets)}

    assert of(AssetSelection.all()) == {"made", "one", "two"}
    assert of(AssetSelection.from_string("is:external")) == {"found", "watched", "spec"}
    assert of(AssetSelection.assets("one").required_multi_asset_neighbors()) == {"one", "two"}
    assert of(AssetSelection.assets(pair).upstream_source_assets()) == {"found", "watched"}
    assert AssetSelection.assets(made).resolve_checks(assets) == {
        AssetCheckKey(key("made"), "sound")
    }


def test_from_coercible_joins_a_sequence():
    mixed = ["tag:tier=1", AssetKey("a"), AssetSelection.groups("g2")]

    assert names(AssetSelection.from_coercible(mixed)) == ["a", "b", "e"]
    assert names(AssetSelection.from_coercible(AssetKey("a"))) == ["a"]
    assert names(AssetSelection.from_coercible("a or b")) == ["a", "b"]


def test_from_coercible_refuses_an_empty_sequence():
    with pytest.raises(InvalidInvocationError, match="The selection is empty"):
        AssetSelection.from_coercible([])


@pytest.mark.parametrize(
    ("selection", "text"),
    [
        (AssetSelection.all(), "*"),
        (AssetSelection.all(include_sources=True), 'key:"*"'),
        (AssetSelection.assets("a", "b"), 'key:"a" or key:"b"'),
        (AssetSelection.all() - AssetSelection.assets("a", "b"), 'not (key:"a" or key:"b")'),
        (AssetSelection.groups("g").upstream(), '+group:"g"'),
        (AssetSelection.groups("g").upstream(2), '2+group:"g"'),
        (AssetSelection.tag("k", "v") & AssetSelection.kind(None), 'tag:"k"="v" and kind:<null>'),
        (AssetSelection.owner("o").sinks(), 'sinks(owner:"o")'),
        (AssetSelection.groups("g", include_sources=True), 'with_external(group:"g")'),
        (AssetSelection.groups(), "group:<null>"),
        (AssetSelection.tag("k", ""), 'tag:"k"'),
        (AssetSelection.keys(), "not *"),
        (A | (B & C), 'key:"a" or (key:"b" and key:"c")'),
        (A & (B | C), 'key:"a" and (key:"b" or key:"c")'),
        (A | AssetSelection.assets("b", "c"), 'key:"a" or (key:"b" or key:"c")'),
        (A - B - C, '(key:"a" and not key:"b") and not key:"c"'),
        (A - (B | C), 'key:"a" and not (key:"b" or key:"c")'),
        (A - (B - C), 'key:"a" and not (key:"b" and not key:"c")'),
        (A - AssetSelection.assets("b", "c"), 'key:"a" and not (key:"b" or key:"c")'),
        ((AssetSelection.all() - A) | B, '(not key:"a") or key:"b"'),
    ],
)
def test_a_selection_is_written_in_the_selection_language(selection: AssetSelection, text: str):
    assert str(selection) == text


ASSET_NAMES = [*"abcdemn", "ext", "x/one", "x/two"]
leaves = st.one_of(
    st.builds(AssetSelection.all, include_sources=st.booleans()),
    st.lists(st.sampled_from(ASSET_NAMES), max_size=3).map(lambda n: AssetSelection.assets(*n)),
    st.just(AssetSelection.assets(AssetKey(['odd"*\\/key']))),
    st.builds(AssetSelection.groups, st.sampled_from(["g1", "g*"]), include_sources=st.booleans()),
    st.builds(
        AssetSelection.tag,
        st.just("tier"),
        st.sampled_from(["1", '"\\']),
        include_sources=st.booleans(),
    ),
    st.builds(
        AssetSelection.kind, st.sampled_from(["python", None]), include_sources=st.booleans()
    ),
    st.builds(AssetSelection.owner, st.sampled_from(["team:data", "ann@x.org", None])),
    st.builds(AssetSelection.key_prefixes, st.just("x"), include_sources=st.booleans()),
    st.builds(AssetSelection.key_substring, st.sampled_from(["o", '"', "*"])),
    st.just(AssetSelection.checks(AssetCheckKey(key("a"), "ok"))),
    st.just(AssetSelection.checks_for_assets("ext", "b")),
)


def _grown(inner: st.SearchStrategy[AssetSelection]) -> st.SearchStrategy[AssetSelection]:
    unary: list[Callable[[AssetSelection], AssetSelection]] = [
        AssetSelection.sinks,
        AssetSelection.roots,
        AssetSelection.materializable,
        AssetSelection.without_checks,
        AssetSelection.required_multi_asset_neighbors,
        AssetSelection.upstream_source_assets,
    ]
    depths = st.none() | st.integers(0, 3)
    return st.one_of(
        st.builds(lambda f, s: f(s), st.sampled_from(unary), inner),
        st.builds(lambda s, d, i: s.upstream(d, i), inner, depths, st.booleans()),
        st.builds(lambda s, d, i: s.downstream(d, i), inner, depths, st.booleans()),
        st.builds(lambda a, b: a | b, inner, inner),
        st.builds(lambda a, b: a & b, inner, inner),
        st.builds(lambda a, b: a - b, inner, inner),
        inner.map(lambda s: AssetSelection.from_string(str(s))),
    )


selections = st.recursive(leaves, _grown, max_leaves=8)


@given(selections)
def test_the_text_of_a_selection_reads_back_to_the_same_set(selection: AssetSelection):
    read = AssetSelection.from_string(str(selection))

    assert read.resolve(GRAPH) == selection.resolve(GRAPH)
    assert read.resolve_checks(GRAPH) == selection.resolve_checks(GRAPH)


REMOTE = [f for f in Field if f not in (Field.GROUP, Field.KIND, Field.OWNER, Field.TAG)]
texts = st.sampled_from(["x", "a b", 'q"\\', "", "a@b.c"])
remote = st.builds(
    lambda field, value, tag: AssetSelection(
        Attribute(field, value, key=tag if field is Field.COLUMN_TAG and value is not None else "")
    ),
    st.sampled_from(REMOTE),
    texts | st.none(),
    texts,
)


def _stand_in(leaf: Expression) -> Expression:
    """Put an asset where only a deployment knows the assets: the same for equal leaves."""
    if not isinstance(leaf, Attribute) or leaf.field not in REMOTE:
        return leaf
    number = sum(map(ord, f"{leaf.field.value}/{leaf.key}/{leaf.value}"))
    return Keys((key(ASSET_NAMES[number % len(ASSET_NAMES)]),))


@given(st.recursive(leaves | remote, _grown, max_leaves=8))
def test_the_text_of_what_only_a_deployment_knows_reads_back(selection: AssetSelection):
    read = AssetSelection.from_string(str(selection))

    meant, found = (
        AssetSelection(with_leaves(s.expression, _stand_in)).resolve(GRAPH)
        for s in (selection, read)
    )
    assert meant == found


@given(selections, selections, selections)
def test_operators_are_those_of_sets(a: AssetSelection, b: AssetSelection, c: AssetSelection):
    in_a, in_b, in_c = a.resolve(GRAPH), b.resolve(GRAPH), c.resolve(GRAPH)

    assert (a | b).resolve(GRAPH) == in_a | in_b
    assert (a & b).resolve(GRAPH) == in_a & in_b
    assert (a - b - c).resolve(GRAPH) == in_a - in_b - in_c
    assert (a & (b | c)).resolve(GRAPH) == ((a & b) | (a & c)).resolve(GRAPH)


def test_a_difference_of_many_reads_back():
    chosen = AssetSelection.from_string('key:"*"')
    for _ in range(100):
        chosen = chosen - A

    assert names(AssetSelection.from_string(str(chosen))) == names(chosen)


def test_a_union_of_three_thousand_resolves():
    joined = AssetSelection.assets("a")
    for _ in range(3_000):
        joined = joined | AssetSelection.assets("b")

    assert names(joined) == ["a", "b"]


WIDE = AssetGraph(
    Manifest(
        location="here",
        assets=(
            node("a0", group="g"),
            *(node(f"a{n}", f"a{n - 1}", f"a{n // 2}", group="g") for n in range(1, 10_000)),
        ),
    )
)


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("*", 10_000),
        ('key:"a9*"', 1_111),
        ("+key:a9999", 10_000),
        ("a0*", 10_000),
        ("sinks(*)", 1),
        ("roots(group:g)", 1),
        ("external_parents(*)", 0),
        ("not key:a1*", 8_889),
    ],
)
def test_ten_thousand_assets_are_selected_at_once(text: str, count: int):
    began = time.process_time()

    found = AssetSelection.from_string(text).resolve(WIDE)

    assert len(found) == count
    assert time.process_time() - began < 1.0
