import penstock as dg
from penstock.testing.ops import (
    compute_called,
    create_op_with_deps,
    create_root_op,
    create_stub_op,
    input_set,
)


def test_each_op_adds_its_row_to_those_that_it_takes_once():
    source = create_stub_op("source", [input_set("a_input")])
    a = create_root_op("a")
    b, c = create_op_with_deps("b", a), create_op_with_deps("c", a)
    d = create_op_with_deps("d", b, c)

    @dg.job
    def diamond():
        made = a(source())
        d(b(made), c(made))

    result = diamond.execute_in_process()

    assert result.output_for_node("d") == [
        {"a_input": "input_set"},
        {"a": "compute_called"},
        {"b": "compute_called"},
        {"c": "compute_called"},
        {"d": "compute_called"},
    ]


def test_a_row_names_the_node_and_not_the_op():
    @dg.job
    def aliased():
        create_root_op("a").alias("other")(create_stub_op("source", [])())

    assert [compute_called("other")] == aliased.execute_in_process().output_for_node("other")
