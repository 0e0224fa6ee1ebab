# ruff: noqa: DTZ001 - the times of the sensor have no zone

import ast
from datetime import date, datetime
from pathlib import Path

import pytest

import glucose
from glucose import rules, transforms
from glucose.table import Table

SILVER_SCHEMA = {
    "subject": "VARCHAR",
    "diagnosis": "VARCHAR",
    "entry_id": "VARCHAR",
    "glucose_mg_dl": "INTEGER",
    "glucose_mmol_l": "DOUBLE",
    "read_utc": "TIMESTAMP",
    "read_local": "TIMESTAMP",
}


def entry(identity, sgv, **other):
    return {"_id": identity, "type": "sgv", "sgv": sgv, "date": 1391427732000, **other}


def bronze_of(*entries):
    return transforms.bronze(transforms.raw("ann", "diabetic", entries))


def silver_of(*values, subject="ann", day=3):
    """Give one reading every five minutes from 06:00 local time."""
    rows = tuple(
        (
            subject,
            "diabetic",
            f"e{number}",
            value,
            value / 18.0182,
            datetime(2014, 2, day, 14 + number // 12, number % 12 * 5),
            datetime(2014, 2, day, 6 + number // 12, number % 12 * 5),
        )
        for number, value in enumerate(values)
    )
    return Table(SILVER_SCHEMA, rows)


@pytest.mark.parametrize(
    "module", ["days", "table", "transforms", "rules", "storage", "client", "nightscout", "charts"]
)
def test_what_computes_and_stores_does_not_import_penstock(module):
    source = Path(glucose.__file__).with_name(f"{module}.py").read_text(encoding="utf-8")

    nodes = list(ast.walk(ast.parse(source)))
    names = [alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names]
    names += [str(node.module) for node in nodes if isinstance(node, ast.ImportFrom)]

    assert [name for name in names if name.split(".")[0] == "penstock"] == []
    assert {"glucose.assets", "glucose.lake", "glucose.checks"}.isdisjoint(names)


def test_raw_keeps_every_document_by_date():
    raw = transforms.raw("ann", "diabetic", [{"date": 2, "a": 1}, {"date": 1}])

    assert raw.rows == (
        ("ann", "diabetic", '{"date": 1}'),
        ("ann", "diabetic", '{"a": 1, "date": 2}'),
    )


def test_bronze_types_the_fields_and_keeps_the_document():
    bronze = bronze_of(entry("a", 93, device="g4"))

    assert bronze.rows == (
        (
            "ann",
            "diabetic",
            "a",
            93,
            datetime(2014, 2, 3, 11, 42, 12),
            "g4",
            '{"_id": "a", "date": 1391427732000, "device": "g4", "sgv": 93, "type": "sgv"}',
        ),
    )


def test_bronze_drops_repeated_entries_and_other_types():
    bronze = bronze_of(entry("a", 93), entry("a", 93), entry("b", 94), entry("c", 95, type="mbg"))

    assert bronze.column("entry_id") == ("a", "b")


def test_bronze_of_nothing_is_an_empty_table_of_the_same_shape():
    assert bronze_of().rows == ()
    assert bronze_of().schema == bronze_of(entry("a", 93)).schema


def test_silver_converts_units_and_times():
    silver = transforms.silver(bronze_of(entry("a", 180)))

    assert silver.rows == (
        (
            "ann",
            "diabetic",
            "a",
            180,
            9.99,
            datetime(2014, 2, 3, 11, 42, 12),
            datetime(2014, 2, 3, 3, 42, 12),
        ),
    )


def test_silver_leaves_out_what_the_sensor_cannot_show_and_it_is_counted():
    bronze = bronze_of(
        entry("a", 38), entry("b", 39), entry("c", 401), entry("d", 402), entry("e", "none")
    )

    assert transforms.silver(bronze).column("glucose_mg_dl") == (39, 401)
    assert transforms.count_implausible(bronze) == 3


def test_a_day_is_summarized_as_by_hand():
    daily = transforms.daily(silver_of(53, 54, 69, 70, 100, 180, 181, 250, 251, 192))

    # Sum 1400, mean 140; squared deviations 7569 7396 5041 4900 1600 1600 1681 12100 12321 2704
    # sum to 56912; 56912 / 9 = 6323.56, root 79.52; 79.52 / 140 = 56.80 %.
    assert daily.records() == (
        {
            "subject": "ann",
            "diagnosis": "diabetic",
            "day": date(2014, 2, 3),
            "coverage_pct": 3.47,
            "readings": 10,
            "mean_mg_dl": 140.0,
            "sd_mg_dl": 79.52,
            "cv_pct": 56.8,
            "gmi_pct": 6.66,
            "very_low_pct": 10.0,
            "low_pct": 20.0,
            "target_pct": 30.0,
            "high_pct": 30.0,
            "very_high_pct": 10.0,
        },
    )


def test_one_reading_has_no_variation():
    (row,) = transforms.daily(silver_of(100)).records()

    assert (row["mean_mg_dl"], row["sd_mg_dl"], row["cv_pct"]) == (100.0, None, None)


def test_hours_have_percentiles():
    hourly = transforms.hourly(silver_of(*range(100, 112), 90, 110))

    # Of 100..111 the 5th percentile lies 0.05 * 11 = 0.55 above 100, and so on.
    assert hourly.rows == (
        ("ann", date(2014, 2, 3), 6, 12, 100.55, 102.75, 105.5, 108.25, 110.45),
        ("ann", date(2014, 2, 3), 7, 2, 91.0, 95.0, 100.0, 105.0, 109.0),
    )


def test_the_profile_joins_people_and_days_by_half_hour():
    one, two = silver_of(100, subject="ann"), silver_of(*[120] * 7, subject="bob", day=4)

    profile = transforms.profile(Table(SILVER_SCHEMA, one.rows + two.rows))

    assert profile.rows == (
        (360, 7, 106.0, 120.0, 120.0, 120.0, 120.0),
        (390, 1, 120.0, 120.0, 120.0, 120.0, 120.0),
    )


def test_people_are_summarized_least_time_in_target_first():
    one, two = silver_of(100, 100, subject="ann"), silver_of(100, 200, subject="bob")

    people = transforms.per_person(Table(SILVER_SCHEMA, one.rows + two.rows))

    assert people.column("subject") == ("bob", "ann")
    assert people.column("target_pct") == (50.0, 100.0)


def test_the_fullest_days_come_in_order_of_time():
    days = [silver_of(*[100] * count, day=day) for day, count in ((3, 5), (4, 2), (5, 9))]
    silver = Table(SILVER_SCHEMA, tuple(row for day in days for row in day.rows))

    fullest = transforms.fullest_days(silver, subject="ann", limit=2)

    assert [len(day.rows) for day in fullest] == [5, 9]


def test_rules_count_the_rows_that_break_them():
    silver = silver_of(30, 100, 500)
    bronze = Table({"subject": "VARCHAR", "entry_id": "VARCHAR"}, (("a", "1"), ("a", "1")))
    entries = transforms.raw("ann", "diabetic", [entry("a", 93), {"type": "sgv"}])
    hourly = transforms.hourly(silver_of(100, 110))
    disordered = Table(hourly.schema, (("ann", date(2014, 2, 3), 6, 2, 9, 8, 7, 6, 5),))

    assert rules.readings_are_plausible(silver).failed == 2
    assert rules.ids_are_unique(bronze).failed == 1
    assert rules.entries_are_complete(entries).failed == 1
    assert rules.percentiles_ascend(hourly).failed == 0
    assert rules.percentiles_ascend(disordered).failed == 1


def test_a_rule_explains_what_it_found():
    finding = rules.days_are_covered(transforms.daily(silver_of(100, 110)))

    assert finding == rules.Finding(
        rows=1, failed=1, explanation="1 of 1 rows have less than 70 % of their readings."
    )


def test_the_ranges_of_real_shares_add_up():
    assert rules.ranges_add_up(transforms.daily(silver_of(50, 60, 100))).failed == 0
