"""Dividing steps that would wait for each other."""

from __future__ import annotations

from penstock.model.keys import AssetKey
from penstock.plan.divide import divide

A, B, C, D = (AssetKey(name) for name in "abcd")


def test_a_step_that_feeds_what_feeds_it_is_divided():
    parts = divide({A: "ac", B: "b", C: "ac"}, {A: (), B: (A,), C: (B,)}, {"ac"})

    assert parts == {A: 0, B: 0, C: 1}


def test_two_steps_that_feed_each_other_in_turn_are_both_divided():
    steps = {A: "ac", B: "bd", C: "ac", D: "bd"}

    parts = divide(steps, {A: (), B: (A,), C: (B,), D: (C,)}, {"ac", "bd"})

    assert parts == {A: 0, B: 0, C: 1, D: 1}


def test_a_step_is_not_divided_without_need():
    parts = divide({A: "ac", B: "b", C: "ac"}, {A: (), B: (A,), C: (A,)}, {"ac"})

    assert parts == {A: 0, B: 0, C: 0}


def test_nothing_helps_where_the_steps_cannot_be_divided():
    assert divide({A: "ac", B: "b", C: "ac"}, {A: (), B: (A,), C: (B,)}, set()) is None


def test_a_step_that_is_not_divided_waits_for_all_that_it_reads():
    steps = {A: "ac", C: "ac", B: "bd", D: "bd"}

    parts = divide(steps, {A: (), B: (), D: (A,), C: (B,)}, {"ac"})

    assert parts == {A: 0, C: 1, B: 0, D: 0}
