import pytest

import penstock as dg
from penstock.errors import InvalidDefinitionError


def schema(**columns):
    return dg.TableSchema.from_name_type_dict(columns)


def orders(metadata):
    return dg.asset(name="orders")(lambda: dg.MaterializeResult(metadata=metadata))


def verdicts(checks, *history):
    """Make the asset once for each of the metadata, and return the last verdict of the checks."""
    with dg.DagsterInstance.ephemeral() as instance:
        for metadata in history:
            result = dg.materialize([orders(metadata), *checks], instance=instance)
        return [(e.passed, e.description) for e in result.get_asset_check_evaluations()]


def test_new_old_and_changed_columns_are_named():
    checks = dg.build_column_schema_change_checks(assets=["orders"])

    found = verdicts(
        checks,
        {"dagster/column_schema": schema(x="int", z="int")},
        {"dagster/column_schema": schema(x="str", y="int")},
    )

    assert found == [
        (
            False,
            "The columns are not the same as one materialization before.\n\n"
            "New: y\n\nGone: z\n\nOf another type:\n- x: int -> str",
        )
    ]


def test_one_materialization_is_no_change():
    checks = dg.build_column_schema_change_checks(assets=["orders"])

    found = verdicts(checks, {"dagster/column_schema": schema(x="int")})

    assert found == [(True, "Nothing to compare yet: this takes two materializations.")]


@pytest.mark.parametrize(
    ("value", "verdict"),
    [
        (3, (True, "`rows` is 3: at least 1 and below 4.")),
        (4, (False, "`rows` is 4, and not at least 1 and below 4.")),
        (0, (False, "`rows` is 0, and not at least 1 and below 4.")),
        ("many", (False, "`rows` is 'many', where a number is needed.")),
    ],
)
def test_a_number_is_held_against_its_bounds(value, verdict):
    checks = dg.build_metadata_bounds_checks(
        assets=["orders"], metadata_key="rows", min_value=1, max_value=4, exclusive_max=True
    )

    assert verdicts(checks, {"rows": value}) == [verdict]


def test_a_missing_number_fails():
    checks = dg.build_metadata_bounds_checks(assets=["orders"], metadata_key="rows", min_value=1)

    assert verdicts(checks, {}) == [
        (False, "The newest materialization tells no `rows`: add it to its metadata.")
    ]


def test_checks_are_named_after_what_they_look_at():
    [check] = dg.build_metadata_bounds_checks(
        assets=["a", orders({})], metadata_key="dagster/rows", max_value=4
    )

    assert [spec.key.to_user_string() for spec in check.check_specs] == [
        "a:dagster_rows_bounds_check",
        "orders:dagster_rows_bounds_check",
    ]


def test_bounds_have_an_inside():
    with pytest.raises(InvalidDefinitionError, match="has no bound"):
        dg.build_metadata_bounds_checks(assets=["a"], metadata_key="rows")
    with pytest.raises(InvalidDefinitionError, match="min_value 2 above max_value 1"):
        dg.build_metadata_bounds_checks(assets=["a"], metadata_key="rows", min_value=2, max_value=1)


def test_an_asset_is_checked_once():
    with pytest.raises(InvalidDefinitionError, match="assets names 'a' more than once"):
        dg.build_column_schema_change_checks(assets=["a", "a"])
