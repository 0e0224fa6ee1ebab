import penstock as dg
from penstock.define.node import NodeDefinition, OpNode


@dg.op
def double(number: int) -> int:
    return 2 * number


@dg.graph
def quadruple(number: int):
    return double(double(number))


def test_ops_and_graphs_are_asked_alike_for_their_inputs_and_outputs():
    nodes: list[NodeDefinition] = [double, quadruple]

    asked = [
        (n.describe_node(), [*n.input_dict], [*n.output_dict], n.has_input("other")) for n in nodes
    ]

    assert asked == [
        ("op 'double'", ["number"], ["result"], False),
        ("graph 'quadruple'", ["number"], ["result"], False),
    ]


def test_a_context_shows_the_op_that_is_called():
    shown: list[OpNode] = []

    @dg.op(pool="narrow")
    def look(context: dg.OpExecutionContext) -> None:
        shown.append(context.op_def)

    look(dg.build_op_context())

    assert shown == [look]
    assert shown[0].pools == {"narrow"}
