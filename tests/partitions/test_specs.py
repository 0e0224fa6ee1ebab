import json
from datetime import UTC, datetime

import pytest

from penstock.errors import UsageError
from penstock.partitions.definition import PartitionsDefinition
from penstock.partitions.dynamic import DynamicPartitionsDefinition
from penstock.partitions.mapping import (
    AllPartitionMapping,
    DimensionPartitionMapping,
    IdentityPartitionMapping,
    LastPartitionMapping,
    MultiPartitionMapping,
    MultiToSingleDimensionPartitionMapping,
    PartitionMapping,
    SpecificPartitionsPartitionMapping,
    StaticPartitionMapping,
    TimeWindowPartitionMapping,
)
from penstock.partitions.multi import MultiPartitionsDefinition
from penstock.partitions.specs import definition_from_spec, mapping_from_spec
from penstock.partitions.static import StaticPartitionsDefinition
from penstock.partitions.time_window import (
    DailyPartitionsDefinition,
    HourlyPartitionsDefinition,
    MonthlyPartitionsDefinition,
    TimeWindowPartitionsDefinition,
    WeeklyPartitionsDefinition,
)


@pytest.mark.parametrize(
    "definition",
    [
        StaticPartitionsDefinition([]),
        StaticPartitionsDefinition(["b", "a"]),
        HourlyPartitionsDefinition("2024-01-01-00:00", minute_offset=15, timezone="Asia/Kolkata"),
        DailyPartitionsDefinition("2024-01-01", "2024-02-01", end_offset=1, hour_offset=3),
        DailyPartitionsDefinition("01/02/2024", fmt="%d/%m/%Y", timezone="America/New_York"),
        WeeklyPartitionsDefinition("2024-01-01", day_offset=1),
        MonthlyPartitionsDefinition("2024-01-01", day_offset=31),
        TimeWindowPartitionsDefinition("2024-01-01", "%Y-%m-%d", cron_schedule="0 9 * * MON-FRI"),
        DailyPartitionsDefinition(
            "2024-01-01", exclusions=[datetime(2024, 1, 3, tzinfo=UTC), "0 0 * * SAT"]
        ),
        DynamicPartitionsDefinition(name="files"),
        MultiPartitionsDefinition(
            {
                "date": DailyPartitionsDefinition("2024-01-01"),
                "file": DynamicPartitionsDefinition(name="files"),
                "size": StaticPartitionsDefinition(["S"]),
            }
        ),
    ],
)
def test_a_definition_survives_json(definition: PartitionsDefinition) -> None:
    read = definition_from_spec(json.loads(json.dumps(definition.spec())))

    assert definition == read
    assert definition.fingerprint() == read.fingerprint()


@pytest.mark.parametrize(
    "mapping",
    [
        IdentityPartitionMapping(),
        AllPartitionMapping(),
        LastPartitionMapping(),
        SpecificPartitionsPartitionMapping(["a", "b"]),
        StaticPartitionMapping({"a": "b", "c": ["d", "e"]}),
        MultiToSingleDimensionPartitionMapping(),
        MultiToSingleDimensionPartitionMapping("date", LastPartitionMapping()),
        MultiPartitionMapping(
            {"date": DimensionPartitionMapping("day", TimeWindowPartitionMapping(start_offset=-1))}
        ),
        TimeWindowPartitionMapping(
            start_offset=-2, end_offset=-1, allow_nonexistent_upstream_partitions=True
        ),
    ],
)
def test_a_mapping_survives_json(mapping: PartitionMapping) -> None:
    assert mapping == mapping_from_spec(json.loads(json.dumps(mapping.spec())))


def test_a_definition_of_an_unknown_kind_is_refused() -> None:
    with pytest.raises(UsageError) as caught:
        definition_from_spec({"kind": "lunar"})

    assert str(caught.value) == (
        "'lunar' is not a kind of partitions definition that this Penstock knows ('dynamic', "
        "'multi', 'static' and 'time_window'). It was written by another version; upgrade Penstock "
        "or reload the definitions."
    )


def test_a_mapping_of_an_unknown_kind_is_refused() -> None:
    with pytest.raises(UsageError, match="is not a kind of partition mapping"):
        mapping_from_spec({})


@pytest.mark.parametrize(
    ("spec", "field"),
    [
        ({"kind": "static", "keys": "abc"}, "keys"),
        ({"kind": "time_window", "schedule": "daily"}, "start"),
        ({"kind": "time_window", "start": "2024-01-01", "fmt": "%Y-%m-%d", "timezone": "UTC",
          "schedule": "daily"}, "end_offset"),
    ],
)  # fmt: skip
def test_a_description_that_is_not_whole_is_refused(spec: dict[str, object], field: str) -> None:
    with pytest.raises(UsageError, match=f"'{field}'"):
        definition_from_spec(spec)
