"""The graph: edges, implicit external assets, order, depth."""

import pytest

from penstock.errors import InvalidDefinitionError, InvalidSubsetError, ParameterCheckError
from penstock.graph.asset_graph import AssetGraph
from penstock.model.keys import AssetCheckKey, AssetKey
from penstock.model.manifest import AssetDependency, AssetNode, CheckNode, Manifest, StepNode


def key(text: str) -> AssetKey:
    return AssetKey.from_user_string(text)


def node(text: str, *deps: str) -> AssetNode:
    return AssetNode(
        key=key(text), node=text, deps=tuple(AssetDependency(key=key(d)) for d in deps)
    )


def graph(*nodes: AssetNode, checks: tuple[CheckNode, ...] = ()) -> AssetGraph:
    return AssetGraph(Manifest(location="here", assets=nodes, checks=checks))


def test_parents_and_children_follow_the_declared_dependencies():
    found = graph(node("a"), node("b", "a"), node("c", "a", "b"))

    assert found.parents(key("c")) == (key("a"), key("b"))
    assert found.children(key("a")) == (key("b"), key("c"))


def test_a_dependency_that_nobody_declares_is_an_external_asset():
    found = graph(node("a", "raw/source"))

    assert found.external_keys == frozenset({key("raw/source")})
    assert found.executable_keys == frozenset({key("a")})
    assert found.keys == (key("a"), key("raw/source"))
    assert found.node(key("raw/source")) == AssetNode(key=key("raw/source"))


def test_a_dependency_on_itself_is_no_edge():
    found = graph(node("a", "a"))

    assert found.parents(key("a")) == ()
    assert found.topological_keys() == (key("a"),)


def test_of_assets_with_one_key_the_first_counts():
    first = AssetNode(key=key("a"), node="one")

    assert graph(first, AssetNode(key=key("a"), node="two")).node(key("a")) == first


def test_topological_order_puts_each_asset_after_what_it_reads():
    found = graph(node("c", "b"), node("b", "a"), node("a"))

    assert found.topological_keys() == (key("a"), key("b"), key("c"))


def test_a_cycle_is_shown_along_the_flow_of_data():
    found = graph(node("a", "c"), node("b", "a"), node("c", "b"))

    with pytest.raises(InvalidDefinitionError, match="cycle: a → b → c → a"):
        found.topological_keys()


def test_an_unknown_asset_is_named_with_its_nearest_spelling():
    with pytest.raises(InvalidSubsetError) as caught:
        graph(node("orders")).node(key("order"))

    assert str(caught.value) == "There is no asset 'order'. Did you mean 'orders'?"


def test_an_empty_graph_says_so():
    with pytest.raises(InvalidSubsetError) as caught:
        graph().node(key("a"))

    assert str(caught.value) == "There is no asset 'a'.\nNo assets are defined."


def test_checks_are_found_by_asset_by_key_and_by_step():
    check = CheckNode(asset=key("a"), name="ok", node="a_ok")
    found = graph(node("a"), checks=(check,))

    assert found.checks_of(key("a")) == (check,)
    assert found.check(AssetCheckKey(key("a"), "ok")) == check
    assert found.checks_of_step("a_ok") == (check,)
    assert found.check_keys == frozenset({AssetCheckKey(key("a"), "ok")})


def test_an_unknown_check_is_named_with_its_nearest_spelling():
    found = graph(node("a"), checks=(CheckNode(asset=key("a"), name="fresh", node="n"),))

    with pytest.raises(InvalidSubsetError) as caught:
        found.check(AssetCheckKey(key("a"), "frsh"))

    assert str(caught.value) == "There is no check 'a:frsh'. Did you mean 'a:fresh'?"


def test_a_step_that_nobody_describes_has_no_limits():
    assert graph(node("a")).step("a") == StepNode(name="a")
    assert graph(node("a")).assets_of_step("a") == (node("a"),)


def test_a_graph_can_be_made_of_assets_alone():
    class Definition:
        def to_manifest(self) -> Manifest:
            check = CheckNode(asset=key("b"), name="ok", node="b")
            step = StepNode(name="b", can_subset=True)
            return Manifest("", assets=(node("b", "a"),), checks=(check,), nodes=(step,))

    found = AssetGraph.of([node("a"), Definition()])

    assert found.children(key("a")) == (key("b"),)
    assert found.check_keys == {AssetCheckKey(key("b"), "ok")}
    assert found.step("b").can_subset
    assert AssetGraph.of(found) is found
    assert AssetGraph.from_assets([Definition()]).keys == (key("b"), key("a"))


def test_a_graph_of_what_declares_no_assets_is_refused():
    with pytest.raises(ParameterCheckError, match="3 declares no assets"):
        AssetGraph.of([3])


def test_an_observed_asset_is_executed_and_not_materialized():
    seen = AssetNode(key=key("seen"), node="seen", observed=True)

    found = graph(seen, node("a", "seen"))

    assert found.executable_keys == {key("seen"), key("a")}
    assert found.materializable_keys == {key("a")}
    assert found.materializable_asset_keys == {key("a")}


def test_a_chain_of_ten_thousand_has_an_order():
    chain = [node("a0"), *(node(f"a{n}", f"a{n - 1}") for n in range(1, 10_000))]

    assert graph(*chain).topological_keys()[-1] == key("a9999")
