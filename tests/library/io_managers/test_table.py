import penstock as dg


def test_a_slice_is_all_of_a_table_unless_it_says_more():
    assert dg.TableSlice("t", "s") == dg.TableSlice(
        table="t", schema="s", database=None, columns=None, partition_dimensions=()
    )


def test_a_dimension_is_an_expression_and_its_partitions():
    dimension = dg.TablePartitionDimension("day", ["a"])

    assert (dimension.partition_expr, dimension.partitions) == ("day", ["a"])
