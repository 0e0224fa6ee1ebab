import ast
from pathlib import Path

import penstock as dg
from penstock.define import upcalls


def test_the_hole_in_the_layers_stays_small():
    tree = ast.parse(Path(upcalls.__file__).read_text(encoding="utf-8"))

    functions = [
        node.name
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    ]

    assert len(functions) <= 5


def test_loaded_definitions_can_run_themselves():
    made = dg.asset(name="made")(lambda: 1)

    result = upcalls.execute(
        dg.Definitions([made]).load(),
        assets=frozenset({made.key}),
        job="j",
        run_config=None,
        instance=None,
        partition_key=None,
        raise_on_error=True,
        tags={},
        resources=None,
    )

    assert result.success is True
    assert result.run_id
