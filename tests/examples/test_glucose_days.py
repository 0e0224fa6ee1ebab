# ruff: noqa: DTZ001 - the times of the sensor have no zone

import subprocess
import sys
from datetime import UTC, date, datetime

from glucose.days import PROJECT, bounds_ms, days_with_readings, epoch_ms, read_readings

HOUR = 3_600_000


def test_the_file_holds_the_readings_that_its_readme_promises():
    readings = read_readings()

    assert len(readings) == 34890
    assert len({reading.subject for reading in readings}) == 19
    assert min(reading.local for reading in readings) == datetime(2014, 2, 3, 3, 42, 12)
    assert max(reading.local for reading in readings) == datetime(2017, 6, 14, 13, 57, 42)


def test_120_days_have_readings():
    days = days_with_readings()

    assert (len(days), days[0], days[-1]) == (120, "2014-02-03", "2017-06-14")


def test_the_days_are_printed_with_commas():
    command = [sys.executable, "-m", "glucose.days"]

    printed = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=True)

    assert printed.stdout.strip().split(",") == list(days_with_readings())


def test_a_winter_time_is_eight_hours_behind_utc():
    expected = datetime(2014, 2, 3, 11, 42, 12, tzinfo=UTC)

    assert epoch_ms(datetime(2014, 2, 3, 3, 42, 12)) == int(expected.timestamp() * 1000)


def test_an_ambiguous_time_is_its_first_occurrence():
    expected = datetime(2016, 11, 6, 8, 30, tzinfo=UTC)

    assert epoch_ms(datetime(2016, 11, 6, 1, 30)) == int(expected.timestamp() * 1000)


def test_a_time_that_does_not_exist_counts_on_from_the_offset_before():
    expected = datetime(2017, 3, 12, 10, 30, tzinfo=UTC)

    assert epoch_ms(datetime(2017, 3, 12, 2, 30)) == int(expected.timestamp() * 1000)


def test_days_have_23_24_or_25_hours():
    lengths = [
        (end - start) / HOUR
        for start, end in map(bounds_ms, (date(2017, 3, 12), date(2017, 3, 13), date(2016, 11, 6)))
    ]

    assert lengths == [23, 24, 25]
