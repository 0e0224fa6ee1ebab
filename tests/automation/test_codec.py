"""Conditions on the wire: everything comes back, and every kind of node is known there."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from penstock.automation import codec, neighbors, operands, operators
from penstock.automation.codec import decode_condition, describe, encode_condition, restore
from penstock.automation.condition import AutomationCondition, BuiltinAutomationCondition
from penstock.automation.run_operands import BuiltinOperand
from penstock.errors import UsageError
from penstock.graph.selection import AssetSelection

AC = AutomationCondition

leaves = st.sampled_from(
    [
        AC.missing(),
        AC.newly_updated(),
        AC.cron_tick_passed("0 * * * *", "Europe/Rome"),
        AC.check_passed(),
        AC.freshness_failed(),
        AC.executed_with_tags(tag_keys={"a"}, tag_values={"b": "c"}),
        AC.any_downstream_conditions(),
        AC.eager(),
    ]
)


def _grown(inner: st.SearchStrategy[BuiltinAutomationCondition]):
    pairs = st.tuples(inner, inner)
    return st.one_of(
        pairs.map(lambda two: two[0] & two[1]),
        pairs.map(lambda two: two[0] | two[1]),
        pairs.map(lambda two: two[0].since(two[1])),
        inner.map(lambda one: ~one),
        inner.map(lambda one: one.newly_true()),
        inner.map(AC.any_deps_match),
        inner.map(lambda one: AC.all_deps_match(one).allow(AssetSelection.groups("g"))),
        inner.map(lambda one: AC.any_checks_match(one, blocking_only=True)),
        inner.map(lambda one: AC.asset_matches(["x", "y"], one)),
        st.tuples(inner, st.text()).map(lambda two: two[0].with_label(two[1])),
    )


conditions = st.recursive(leaves, _grown, max_leaves=8)


@given(conditions)
def test_a_condition_comes_back_from_the_wire(condition):
    back = decode_condition(encode_condition(condition))

    assert back == condition
    assert hash(back) == hash(condition)
    assert str(back) == str(condition)
    assert back.get_unique_id() == condition.get_unique_id()


def test_the_wire_names_kinds_and_choices():
    condition = AC.cron_tick_passed("@daily").since(AC.missing()).with_label("x")

    assert msgspec.json.decode(encode_condition(condition)) == {
        "node": {"kind": "since"},
        "label": "x",
        "children": [
            {
                "node": {
                    "kind": "cron_tick_passed",
                    "cron_schedule": "@daily",
                    "cron_timezone": "UTC",
                }
            },
            {"node": {"kind": "missing"}},
        ],
    }


def test_a_condition_of_a_user_is_known_by_name():
    class Tuesdays(AutomationCondition):
        @property
        def description(self) -> str:
            return "Only on Tuesdays"

    back = decode_condition(encode_condition(AC.missing() & Tuesdays()))

    assert back.children[1].name == "Tuesdays"
    assert back.children[1].description == "Only on Tuesdays"
    assert not back.is_serializable


@pytest.mark.parametrize("data", [b'{"node": {"kind": "astrology"}}', b"{}", b"[]"])
def test_what_is_no_condition_is_refused(data):
    with pytest.raises(UsageError, match="not an automation condition that this Penstock knows"):
        decode_condition(data)


def test_describing_and_restoring_are_inverse():
    assert restore(describe(AC.on_cron("@hourly"))) == AC.on_cron("@hourly")


def _concrete(kind: type) -> set[type]:
    found = {kind} if kind.class_name else set()
    return found.union(*(_concrete(below) for below in kind.__subclasses__()))


def test_the_wire_knows_every_kind_of_node():
    known = {*BuiltinOperand.__args__, *neighbors.BuiltinOperator.__args__}

    assert known == _concrete(operands.Operand) | _concrete(operators.Operator)
    assert codec.ConditionNode.__struct_fields__ == ("node", "label", "children")
