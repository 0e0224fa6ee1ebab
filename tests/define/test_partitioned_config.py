import json
from datetime import UTC, datetime

import pytest

from penstock.config.run_config import RunConfig
from penstock.define.partitioned_config import (
    PartitionedConfig,
    daily_partitioned_config,
    dynamic_partitioned_config,
    hourly_partitioned_config,
    monthly_partitioned_config,
    partitioned_config,
    static_partitioned_config,
    weekly_partitioned_config,
)
from penstock.errors import InvalidInvocationError, ParameterCheckError
from penstock.partitions.dynamic import DynamicPartitionsDefinition
from penstock.partitions.multi import MultiPartitionsDefinition
from penstock.partitions.static import StaticPartitionsDefinition
from penstock.partitions.time_window import (
    DailyPartitionsDefinition,
    HourlyPartitionsDefinition,
    MonthlyPartitionsDefinition,
    WeeklyPartitionsDefinition,
)

REGIONS = StaticPartitionsDefinition(["eu", "us"])


def test_config_and_tags_are_made_from_the_key() -> None:
    @partitioned_config(REGIONS, tags_for_partition_key_fn=lambda key: {"region": key})
    def config(key: str) -> dict[str, object]:
        return {"ops": {"load": {"config": key}}}

    assert config.partitions_def == REGIONS
    assert config.get_partition_keys() == ["eu", "us"]
    assert config.get_run_config_for_partition_key("eu") == {"ops": {"load": {"config": "eu"}}}
    assert config.get_tags_for_partition_key("eu") == {"region": "eu", "dagster/partition": "eu"}
    assert config("us") == {"ops": {"load": {"config": "us"}}}


def test_windows_pass_their_start_and_end() -> None:
    @daily_partitioned_config(
        "2024-01-01", hour_offset=2, tags_for_partition_fn=lambda start, _: {"on": str(start.day)}
    )
    def config(start: datetime, end: datetime) -> dict[str, object]:
        return {"start": start.isoformat(), "end": end.isoformat()}

    assert config.partitions_def == DailyPartitionsDefinition("2024-01-01", hour_offset=2)
    assert config.get_run_config_for_partition_key("2024-01-05") == {
        "start": "2024-01-05T02:00:00+00:00",
        "end": "2024-01-06T02:00:00+00:00",
    }
    assert config.get_tags_for_partition_key("2024-01-05")["on"] == "5"
    assert config.get_partition_keys(datetime(2024, 1, 2, 12, tzinfo=UTC)) == ["2024-01-01"]


def test_every_kind_of_window_has_its_decorator() -> None:
    def config(start: datetime, end: datetime) -> dict[str, object]:
        return {"hours": (end - start).total_seconds() / 3600}

    hourly = hourly_partitioned_config("2024-01-01-00:00", minute_offset=15)(config)
    weekly = weekly_partitioned_config("2024-01-01", day_offset=3)(config)
    monthly = monthly_partitioned_config("2024-01-01", day_offset=12)(config)

    assert hourly.partitions_def == HourlyPartitionsDefinition("2024-01-01-00:00", minute_offset=15)
    assert weekly.partitions_def == WeeklyPartitionsDefinition("2024-01-01", day_offset=3)
    assert monthly.partitions_def == MonthlyPartitionsDefinition("2024-01-01", day_offset=12)
    assert weekly.get_run_config_for_partition_key("2024-01-03") == {"hours": 168.0}


def test_fixed_and_listed_keys_have_their_decorators() -> None:
    @static_partitioned_config(["a"], tags_for_partition_fn=lambda key: {"old": key})
    def fixed(key: str) -> RunConfig:
        return RunConfig(ops={"load": {"config": key}})

    @dynamic_partitioned_config(lambda _: ["b"])
    def listed(key: str) -> dict[str, object]:
        return {"key": key}

    assert fixed.get_run_config_for_partition_key("a") == {"ops": {"load": {"config": "a"}}}
    assert fixed.get_tags_for_partition_key("a")["old"] == "a"
    assert isinstance(listed.partitions_def, DynamicPartitionsDefinition)
    assert listed.get_partition_keys() == ["b"]


def test_a_tag_that_is_no_text_becomes_json() -> None:
    config = PartitionedConfig(
        REGIONS,
        run_config_for_partition_key_fn=lambda _: {},
        tags_for_partition_key_fn=lambda key: {"at": {"region": key}},  # pyright: ignore[reportArgumentType]
    )

    assert json.loads(config.get_tags_for_partition_key("eu")["at"]) == {"region": "eu"}


def test_combinations_tag_each_part() -> None:
    both = MultiPartitionsDefinition({"region": REGIONS, "kind": StaticPartitionsDefinition(["x"])})
    config = PartitionedConfig(both, run_config_for_partition_key_fn=lambda _: {})

    assert config.get_tags_for_partition_key("x|eu") == {
        "dagster/partition": "x|eu",
        "dagster/partition/kind": "x",
        "dagster/partition/region": "eu",
    }


def test_functions_of_the_old_way_take_an_object_with_the_key() -> None:
    config = PartitionedConfig(
        REGIONS,
        run_config_for_partition_fn=lambda partition: {"key": partition.name},
        tags_for_partition_fn=lambda partition: {"value": partition.value},
    )

    assert config.get_run_config_for_partition_key("eu") == {"key": "eu"}
    assert config.get_tags_for_partition_key("eu")["value"] == "eu"


def test_config_of_any_shape_can_be_partitioned() -> None:
    fixed = PartitionedConfig.from_flexible_config({"ops": {}}, REGIONS)

    assert fixed.get_run_config_for_partition_key("eu") == {"ops": {}}
    assert PartitionedConfig.from_flexible_config(fixed, REGIONS) is fixed
    with pytest.raises(ParameterCheckError, match="different partitions"):
        PartitionedConfig.from_flexible_config(fixed, StaticPartitionsDefinition(["x"]))


def test_exactly_one_function_makes_the_config() -> None:
    with pytest.raises(ParameterCheckError, match=r"config with one function, .* It got none"):
        PartitionedConfig(REGIONS)
    with pytest.raises(ParameterCheckError, match="not both"):
        PartitionedConfig(
            REGIONS,
            run_config_for_partition_key_fn=lambda _: {},
            tags_for_partition_fn=lambda _: {},
            tags_for_partition_key_fn=lambda _: {},
        )
    with pytest.raises(ParameterCheckError, match="old name"):
        static_partitioned_config(["a"], lambda _: {}, lambda _: {})


def test_what_a_function_returns_must_be_config() -> None:
    config = PartitionedConfig(REGIONS, run_config_for_partition_key_fn=lambda _: "no")  # pyright: ignore[reportArgumentType]

    with pytest.raises(ParameterCheckError, match="partition 'eu' must be a mapping"):
        config.get_run_config_for_partition_key("eu")
    with pytest.raises(InvalidInvocationError, match="not made by a decorator"):
        config("eu")
