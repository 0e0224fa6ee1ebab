"""Ops for tests of graphs: each tells by its value which ops the value went through.

A value is a list of rows, each a mapping with one entry: what was called, or what was given.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import cast

from penstock.define.context import OpExecutionContext
from penstock.define.op import OpDefinition
from penstock.define.ports import In, Out
from penstock.define.result import Output

Row = Mapping[str, str]


def input_set(name: str) -> Row:
    """Return the row of a value that was given from outside."""
    return {name: "input_set"}


def compute_called(name: str) -> Row:
    """Return the row of an op that was called."""
    return {name: "compute_called"}


def create_stub_op(name: str, value: object) -> OpDefinition:
    """Return an op without inputs that produces a value."""

    def produce(_context: object, _inputs: object) -> Iterator[Output[object]]:
        yield Output(value)

    return OpDefinition(produce, name, ins={}, outs={"result": Out()})


def create_root_op(name: str) -> OpDefinition:
    """Return an op with the one input `<name>_input`; it adds the row of its node."""
    return _adding(name, [f"{name}_input"])


def create_op_with_deps(name: str, *ops: OpDefinition) -> OpDefinition:
    """Return an op with an input for each of some ops, named like that one."""
    return _adding(name, [op.name for op in ops])


def _adding(name: str, inputs: Sequence[str]) -> OpDefinition:
    def add(context: OpExecutionContext, given: object) -> Iterator[Output[object]]:
        rows: list[Row] = []
        for value in cast("Mapping[str, Sequence[Row]]", given).values():
            rows.extend(row for row in value if row not in rows)
        yield Output([*rows, compute_called(context.op.name)])

    return OpDefinition(add, name, ins={each: In() for each in inputs}, outs={"result": Out()})
