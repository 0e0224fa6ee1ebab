import json

import pytest

from penstock.errors import UsageError
from penstock.partitions.definition import PartitionsDefinition
from penstock.partitions.mapping import (
    AllPartitionMapping,
    IdentityPartitionMapping,
    LastPartitionMapping,
    PartitionMapping,
    TimeWindowPartitionMapping,
)
from penstock.partitions.specs import definition_from_spec, mapping_from_spec
from penstock.partitions.static import StaticPartitionsDefinition
from penstock.partitions.time_window import (
    DailyPartitionsDefinition,
    HourlyPartitionsDefinition,
    MonthlyPartitionsDefinition,
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
        "'lunar' is not a kind of partitions definition that this Penstock knows ('static' and "
        "'time_window'). It was written by another version; upgrade Penstock or reload the "
        "definitions."
    )


def test_a_mapping_of_an_unknown_kind_is_refused() -> None:
    with pytest.raises(UsageError, match="is not a kind of partition mapping"):
        mapping_from_spec({})


@pytest.mark.parametrize(
    ("spec", "field"),
    [
        ({"kind": "static", "keys": "abc"}, "keys"),
        ({"kind": "time_window"}, "start"),
        ({"kind": "time_window", "start": "2024-01-01", "fmt": "%Y-%m-%d", "timezone": "UTC",
          "schedule": "daily"}, "end_offset"),
    ],
)  # fmt: skip
def test_a_description_that_is_not_whole_is_refused(spec: dict[str, object], field: str) -> None:
    with pytest.raises(UsageError, match=f"'{field}'"):
        definition_from_spec(spec)
