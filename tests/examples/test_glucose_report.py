# ruff: noqa: DTZ001 - the times of the sensor have no zone

import re
from datetime import datetime, timedelta

import pytest

import demo
from glucose import report, storage, transforms
from glucose.table import Table

SCHEMA = {
    "subject": "VARCHAR",
    "diagnosis": "VARCHAR",
    "entry_id": "VARCHAR",
    "glucose_mg_dl": "INTEGER",
    "glucose_mmol_l": "DOUBLE",
    "read_utc": "TIMESTAMP",
    "read_local": "TIMESTAMP",
}


@pytest.fixture
def lake(tmp_path):
    for day, subject in ((3, "ann"), (4, "ann"), (5, "b<b")):
        midnight = datetime(2014, 2, day)
        rows = tuple(
            (
                subject,
                "diabetic",
                f"{day}-{number}",
                60 + number,
                3.3,
                midnight + timedelta(hours=8, minutes=30 * number),
                midnight + timedelta(minutes=30 * number),
            )
            for number in range(48)
        )
        silver = Table(SCHEMA, rows)
        storage.write_parquet(tmp_path / "glucose_silver" / f"2014-02-0{day}.parquet", silver)
        storage.replace_partition(
            tmp_path / "gold.duckdb",
            "glucose_daily",
            transforms.daily(silver),
            partition=f"2014-02-0{day}",
        )
    return tmp_path


def test_the_report_is_one_file_with_described_charts_and_the_attribution(lake):
    html = report.render(report.find(lake))

    assert (
        len(re.findall(r'<img src="data:image/svg\+xml;base64,[^"]+" alt="[^"]{40,}">', html)) == 3
    )
    assert re.findall(r'(?:src|href)="(?!data:|https://(?:doi|creativecommons))', html) == []
    assert "<title>Glucose of nineteen people</title>" in html
    assert "Hall H" in html
    assert "CC BY 4.0" in html


def test_the_report_counts_what_is_stored(lake):
    html = report.render(report.find(lake))

    assert "<dd>144</dd><dt>readings</dt>" in html
    assert "<dd>2</dd><dt>people</dt>" in html
    assert "<dd>3</dd><dt>days</dt>" in html


def test_names_from_the_data_are_escaped(lake):
    html = report.render(report.find(lake, person="b<b"))

    assert "b<b" not in html
    assert "b&lt;b" in html


def test_the_same_lake_gives_the_same_bytes(lake, tmp_path):
    report.main(["--lake", str(lake), "--out", str(tmp_path / "one.html")])
    report.main(["--lake", str(lake), "--out", str(tmp_path / "two.html")])

    assert (tmp_path / "one.html").read_bytes() == (tmp_path / "two.html").read_bytes()


def test_the_path_is_printed(lake, tmp_path, capsys):
    code = report.main(["--lake", str(lake), "--out", str(tmp_path / "one.html")])

    assert (code, capsys.readouterr().out) == (0, f"{tmp_path / 'one.html'}\n")


def test_an_empty_lake_is_an_error_that_says_what_to_do(tmp_path, capsys):
    code = report.main(["--lake", str(tmp_path), "--out", str(tmp_path / "one.html")])

    assert code == 1
    assert capsys.readouterr().err == (
        f"No report: {tmp_path} holds no readings. Run the backfill first.\n"
    )


def test_an_unknown_person_is_refused(lake):
    with pytest.raises(
        storage.NothingStoredError, match=r"'eve' has no readings\. Known: ann, b<b"
    ):
        report.find(lake, person="eve")


def test_the_demo_says_what_a_backfill_wrote():
    days = ["1", "2", "3"]

    first = demo.describe({}, {"1": 5, "2": 5, "3": 5}, days)
    partly = demo.describe({"1": 5}, {"1": 5, "2": 6, "3": 6}, days)
    again = demo.describe({"1": 5, "2": 6, "3": 6}, {"1": 5, "2": 6, "3": 6}, days)

    assert first == "3 days were fetched and stored; 0 were fresh and left alone."
    assert partly == "2 days were fetched and stored; 1 were fresh and left alone."
    assert again.startswith("Nothing to do: all 3 days were stored already and fresh")


def test_the_demo_passes_on_exit_codes_as_a_shell_would():
    python = demo.sys.executable

    assert demo.run([python, "-c", "raise SystemExit(3)"], environment={}) == 3
    assert demo.run([python, "-c", "import os; os.kill(os.getpid(), 9)"], environment={}) == 137
