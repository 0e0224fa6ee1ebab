"""What is computed from the readings: bronze, silver, gold, and the report's summaries.

Every function turns tables into a table and does nothing else; none knows of Penstock, files or
HTTP. Sources of the medical definitions:

- Ranges: Battelino T et al. (2019), Clinical targets for continuous glucose monitoring data
  interpretation: recommendations from the International Consensus on Time in Range.
  Diabetes Care 42:1593-1603.
- Glucose management indicator (GMI): Bergenstal RM et al. (2018), Glucose management indicator
  (GMI): a new term for estimating A1C from continuous glucose monitoring.
  Diabetes Care 41:2275-2280.

Nothing here is medical advice: the consensus asks for 14 days of data, a day is far less.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping

from glucose.table import Table, query

LOWEST_PLAUSIBLE = 39
HIGHEST_PLAUSIBLE = 401
"""The sensor shows 39 for 'low' and 401 for 'high' (mg/dL); anything beyond is an artefact."""

READINGS_PER_DAY = 288
"""One reading every five minutes."""

RAW_SCHEMA = {"subject": "VARCHAR", "diagnosis": "VARCHAR", "document": "VARCHAR"}

_BRONZE = """
SELECT
    subject,
    diagnosis,
    document ->> '$._id' AS entry_id,
    TRY_CAST(document ->> '$.sgv' AS INTEGER) AS sgv,
    epoch_ms(CAST(document ->> '$.date' AS BIGINT)) AS read_utc,
    document ->> '$.device' AS device,
    document AS raw
FROM entries
WHERE document ->> '$.type' = 'sgv'
QUALIFY row_number() OVER (PARTITION BY subject, entry_id ORDER BY read_utc, raw) = 1
ORDER BY subject, read_utc, entry_id
"""

_SILVER = f"""
SELECT
    subject,
    diagnosis,
    entry_id,
    sgv AS glucose_mg_dl,
    round(sgv / 18.0182, 2) AS glucose_mmol_l,
    read_utc,
    timezone('America/Los_Angeles', timezone('UTC', read_utc)) AS read_local
FROM bronze
WHERE sgv BETWEEN {LOWEST_PLAUSIBLE} AND {HIGHEST_PLAUSIBLE}
ORDER BY subject, read_utc, entry_id
"""

_IMPLAUSIBLE = f"""
SELECT count(*)
FROM bronze
WHERE (sgv BETWEEN {LOWEST_PLAUSIBLE} AND {HIGHEST_PLAUSIBLE}) IS NOT TRUE
"""

_RANGES = """
    round(100.0 * count(*) FILTER (glucose_mg_dl < 54) / count(*), 2) AS very_low_pct,
    round(100.0 * count(*) FILTER (glucose_mg_dl BETWEEN 54 AND 69) / count(*), 2) AS low_pct,
    round(100.0 * count(*) FILTER (glucose_mg_dl BETWEEN 70 AND 180) / count(*), 2) AS target_pct,
    round(100.0 * count(*) FILTER (glucose_mg_dl BETWEEN 181 AND 250) / count(*), 2) AS high_pct,
    round(100.0 * count(*) FILTER (glucose_mg_dl > 250) / count(*), 2) AS very_high_pct
"""

_STATISTICS = f"""
    count(*) AS readings,
    round(avg(glucose_mg_dl), 2) AS mean_mg_dl,
    round(stddev_samp(glucose_mg_dl), 2) AS sd_mg_dl,
    round(100.0 * stddev_samp(glucose_mg_dl) / avg(glucose_mg_dl), 2) AS cv_pct,
    round(3.31 + 0.02392 * avg(glucose_mg_dl), 2) AS gmi_pct,
    {_RANGES.strip()}
"""

_DAILY = f"""
SELECT
    subject,
    diagnosis,
    CAST(read_local AS DATE) AS day,
    least(100.0, round(100.0 * count(*) / {READINGS_PER_DAY}, 2)) AS coverage_pct,
    {_STATISTICS.strip()}
FROM silver
GROUP BY subject, diagnosis, day
ORDER BY subject, day
"""

_PER_PERSON = f"""
SELECT
    subject,
    diagnosis,
    count(DISTINCT CAST(read_local AS DATE)) AS days,
    {_STATISTICS.strip()}
FROM silver
GROUP BY subject, diagnosis
ORDER BY target_pct, subject
"""

_PERCENTILES = """
    count(*) AS n,
    round(quantile_cont(glucose_mg_dl, 0.05), 2) AS p05,
    round(quantile_cont(glucose_mg_dl, 0.25), 2) AS p25,
    round(quantile_cont(glucose_mg_dl, 0.50), 2) AS p50,
    round(quantile_cont(glucose_mg_dl, 0.75), 2) AS p75,
    round(quantile_cont(glucose_mg_dl, 0.95), 2) AS p95
"""

_HOURLY = f"""
SELECT
    subject,
    CAST(read_local AS DATE) AS day,
    hour(read_local) AS hour,
    {_PERCENTILES.strip()}
FROM silver
GROUP BY subject, day, hour
ORDER BY subject, day, hour
"""

_PROFILE = f"""
SELECT
    (hour(read_local) * 60 + minute(read_local)) // 30 * 30 AS minute_of_day,
    {_PERCENTILES.strip()}
FROM silver
GROUP BY minute_of_day
ORDER BY minute_of_day
"""

_FULLEST = """
SELECT day
FROM (
    SELECT CAST(read_local AS DATE) AS day, count(*) AS n
    FROM silver
    GROUP BY day
    ORDER BY n DESC, day
    LIMIT {limit}
)
ORDER BY day
"""


def raw(subject: str, diagnosis: str, entries: Iterable[Mapping[str, object]]) -> Table:
    """Keep a person's entries as they came: one JSON document per row, by date."""
    documents = sorted(
        (str(entry.get("date")), json.dumps(entry, sort_keys=True)) for entry in entries
    )
    return Table(RAW_SCHEMA, tuple((subject, diagnosis, document) for _, document in documents))


def bronze(entries: Table) -> Table:
    """Type the entries, drop repeated ones, and keep each document beside its columns.

    An entry is repeated if a person has its `_id` already. A value of `sgv` that is no whole
    number becomes NULL, which silver leaves out.
    """
    return query(_BRONZE, entries=entries)


def silver(bronze: Table) -> Table:
    """Keep the plausible readings (39 to 401 mg/dL), with mmol/L and local time."""
    return query(_SILVER, bronze=bronze)


def count_implausible(bronze: Table) -> int:
    """Count the readings that silver leaves out."""
    return int(str(query(_IMPLAUSIBLE, bronze=bronze).rows[0][0]))


def daily(silver: Table) -> Table:
    """Summarize each person's day.

    Mean, standard deviation (of a sample) and coefficient of variation; GMI in percent
    = 3.31 + 0.02392 x mean in mg/dL (Bergenstal 2018); shares of the readings below 54, 54-69,
    70-180, 181-250 and above 250 mg/dL (Battelino 2019); coverage of 288 readings a day.
    """
    return query(_DAILY, silver=silver)


def hourly(silver: Table) -> Table:
    """Give the 5th, 25th, 50th, 75th and 95th percentile of each person's local hours."""
    return query(_HOURLY, silver=silver)


def per_person(silver: Table) -> Table:
    """Summarize all days of each person, as `daily` does one; least time in target first."""
    return query(_PER_PERSON, silver=silver)


def profile(silver: Table) -> Table:
    """Give the percentiles of all readings by half hour of the local day.

    This is the ambulatory glucose profile of Battelino (2019), here over people and days.
    """
    return query(_PROFILE, silver=silver)


def fullest_days(silver: Table, *, subject: str, limit: int) -> tuple[Table, ...]:
    """Give the readings of a person's most complete days, one table per day, in order."""
    own = query(f"SELECT * FROM silver WHERE subject = {_text(subject)}", silver=silver)
    days = query(_FULLEST.format(limit=limit), silver=own)
    return tuple(
        query(f"SELECT * FROM silver WHERE CAST(read_local AS DATE) = '{day}'", silver=own)
        for day in days.column("day")
    )


def _text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"
