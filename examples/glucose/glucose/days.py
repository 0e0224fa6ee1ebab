"""The study's days: the data file, its local time, and which days have readings.

Owns the rule that turns the sensor's local time into an instant. The file names no zone; the
study was made at Stanford, so its times are read as `America/Los_Angeles`. A local time that
occurs twice (autumn) means its first occurrence, and one that does not exist (spring) is
counted on from the offset before the change: Python's `fold=0`.

`python -m glucose.days` prints the days with readings, separated by commas.
"""

from __future__ import annotations

import csv
import gzip
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

ZONE = ZoneInfo("America/Los_Angeles")
PROJECT = Path(__file__).resolve().parent.parent
DATA_FILE = PROJECT / "data" / "hall2018_cgm.csv.gz"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """One reading of one sensor.

    Attributes:
        subject: The person, as named by the study.
        diagnosis: What the study found: diabetic or pre-diabetic.
        local: The sensor's local time, without a zone.
        mg_dl: Glucose in mg/dL.
    """

    subject: str
    diagnosis: str
    local: datetime
    mg_dl: int


def read_readings(path: Path = DATA_FILE) -> tuple[Reading, ...]:
    """Read every reading of the study's file, in the order of the file."""
    with gzip.open(path, "rt", encoding="utf-8", newline="") as file:
        return tuple(
            Reading(
                subject=row["subject_id"],
                diagnosis=row["diagnosis"],
                local=datetime.fromisoformat(row["time"]),
                mg_dl=int(row["glucose_mg_dl"]),
            )
            for row in csv.DictReader(file)
        )


def epoch_ms(local: datetime) -> int:
    """Turn a local time into milliseconds since 1970-01-01 UTC."""
    instant = local.replace(tzinfo=ZONE, fold=0)
    return (instant - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(milliseconds=1)


def bounds_ms(day: date) -> tuple[int, int]:
    """Give the first millisecond of a local day and of the next; 23 to 25 hours apart."""
    return (
        epoch_ms(datetime.combine(day, time.min)),
        epoch_ms(datetime.combine(day + timedelta(days=1), time.min)),
    )


def days_with_readings(path: Path = DATA_FILE) -> tuple[str, ...]:
    """List the local days that have at least one reading, oldest first, like '2014-02-03'."""
    return tuple(sorted({reading.local.date().isoformat() for reading in read_readings(path)}))


if __name__ == "__main__":
    print(",".join(days_with_readings()))
