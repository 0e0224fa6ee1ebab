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

    assert functions == ["engine", "job_of_graph"]


def test_a_job_can_run_itself():
    made = dg.asset(name="made")(lambda: 1)
    defs = dg.Definitions([made], jobs=[dg.define_asset_job("j")])

    result = upcalls.engine().execute_in_process(
        defs.resolve_job_def("j"),
        run_config=None,
        instance=None,
        partition_key=None,
        raise_on_error=True,
        op_selection=None,
        asset_selection=None,
        run_id=None,
        input_values=None,
        tags={},
        resources=None,
    )

    assert result.success is True
    assert result.run_id
