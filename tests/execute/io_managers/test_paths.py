from __future__ import annotations

import json
from pathlib import Path

import pytest

import penstock as dg
from penstock.errors import ParameterCheckError, StoredValueNotFoundError
from penstock.execute.io_managers.paths import PathIOManager, coerce_to_relative_parts


class Json(PathIOManager):
    extension = ".json"

    def __init__(self, base: Path) -> None:
        self._base_path = base

    def dump_to_path(self, context, obj, path) -> None:
        path.write_text(json.dumps(obj))

    def load_from_path(self, context, path):
        return json.loads(path.read_text())


class AsyncJson(Json):
    async def load_from_path(self, context, path):
        return json.loads(path.read_text())


DAYS = dg.DailyPartitionsDefinition("2024-01-01", end_date="2024-02-01")
GRID = dg.MultiPartitionsDefinition({"day": DAYS, "to": dg.StaticPartitionsDefinition(["eu"])})


def output(**changes):
    return dg.build_output_context(**{"asset_key": ["p", "a"], **changes})


def several(**changes):
    return dg.build_input_context(
        asset_key=["p", "a"],
        asset_partitions_def=DAYS,
        asset_partition_key_range=dg.PartitionKeyRange("2024-01-02", "2024-01-03"),
        **changes,
    )


def files_in(folder):
    return sorted(str(p.relative_to(folder)) for p in folder.rglob("*") if p.is_file())


def test_a_value_is_at_its_key_with_the_extension(tmp_path):
    context = output()

    Json(tmp_path).handle_output(context, [1])

    assert files_in(tmp_path) == ["p/a.json"]
    assert context.added_metadata["path"] == dg.MetadataValue.path(str(tmp_path / "p/a.json"))


def test_a_value_without_an_asset_is_at_its_run_step_and_name(tmp_path):
    context = dg.build_output_context(run_id="r", step_key="s", name="n", mapping_key="m")

    Json(tmp_path).handle_output(context, 1)

    assert files_in(tmp_path) == ["r/s/n/m.json"]
    given = dg.build_input_context(upstream_output=context)
    assert Json(tmp_path).load_input(given) == 1


def test_a_partition_is_below_its_asset_and_dots_are_no_extension(tmp_path):
    context = output(
        partition_key="0.5-1.0", asset_partitions_def=dg.StaticPartitionsDefinition(["0.5-1.0"])
    )

    Json(tmp_path).handle_output(context, 1)

    assert files_in(tmp_path) == ["p/a/0.5-1.0.json"]


def test_each_dimension_is_a_folder(tmp_path):
    context = output(partition_key="2024-01-02|eu", asset_partitions_def=GRID)

    Json(tmp_path).handle_output(context, 1)

    assert files_in(tmp_path) == ["p/a/2024-01-02/eu.json"]


def test_a_key_of_several_dimensions_is_found_in_one_name_too(tmp_path):
    (tmp_path / "p/a").mkdir(parents=True)
    (tmp_path / "p/a/2024-01-02|eu.json").write_text("7")
    context = dg.build_input_context(
        asset_key=["p", "a"], partition_key="2024-01-02|eu", asset_partitions_def=GRID
    )

    assert Json(tmp_path).load_input(context) == 7


def test_several_partitions_are_loaded_by_key(tmp_path):
    manager = Json(tmp_path)
    for day in ("2024-01-02", "2024-01-03"):
        manager.handle_output(output(partition_key=day, asset_partitions_def=DAYS), day[-1])

    assert manager.load_input(several()) == {"2024-01-02": "2", "2024-01-03": "3"}


@pytest.mark.parametrize("kind", [Json, AsyncJson])
def test_a_missing_partition_is_an_error_unless_it_may_miss(tmp_path, kind):
    manager = kind(tmp_path)
    manager.handle_output(output(partition_key="2024-01-02", asset_partitions_def=DAYS), 2)
    tolerant = several(definition_metadata={"allow_missing_partitions": True})

    with pytest.raises((StoredValueNotFoundError, RuntimeError), match=r"2024-01-03\.json"):
        manager.load_input(several())
    assert manager.load_input(tolerant) == {"2024-01-02": 2}


def test_one_missing_partition_that_may_miss_is_none(tmp_path):
    context = dg.build_input_context(
        asset_key="a",
        partition_key="2024-01-02",
        asset_partitions_def=DAYS,
        definition_metadata={"allow_missing_partitions": True},
    )

    assert Json(tmp_path).load_input(context) is None


def test_an_async_load_is_waited_for(tmp_path):
    manager = AsyncJson(tmp_path)
    manager.handle_output(output(), [1])

    assert manager.load_input(dg.build_input_context(asset_key=["p", "a"])) == [1]


def test_no_partition_is_none(tmp_path):
    context = dg.InputContext(asset_key=dg.AssetKey("a"), partitions=DAYS)

    assert Json(tmp_path).load_input(context) is None


def test_writing_several_partitions_at_once_is_refused(tmp_path):
    context = output(
        asset_partitions_def=DAYS,
        asset_partition_key_range=dg.PartitionKeyRange("2024-01-02", "2024-01-03"),
    )

    with pytest.raises(
        ParameterCheckError, match="one partition at a time, and this value of asset 'p/a' is of 2"
    ):
        Json(tmp_path).handle_output(context, 1)


def test_several_partitions_need_an_annotation_that_takes_a_dictionary(tmp_path):
    text = dg.DagsterType(lambda _, value: True, name="Text", typing_type=str)

    with pytest.raises(ParameterCheckError, match="so its value is a dictionary by partition key"):
        Json(tmp_path).load_input(several(dagster_type=text))


def test_the_file_of_an_asset_without_partitions_makes_room_for_them(tmp_path):
    class Bare(Json):
        extension = None

    manager = Bare(tmp_path)
    manager.handle_output(output(), 1)

    manager.handle_output(output(partition_key="2024-01-02", asset_partitions_def=DAYS), 2)

    assert files_in(tmp_path) == ["p/a/2024-01-02"]


def test_the_place_of_an_asset_and_of_a_partition_can_be_overridden(tmp_path):
    class Own(Json):
        def get_asset_relative_path(self, context):
            return Path("own", *context.asset_key.path)

        def get_path_for_partition(self, context, path, partition):
            return path / f"day={partition}"

    Own(tmp_path).handle_output(output(partition_key="2024-01-02", asset_partitions_def=DAYS), 1)

    assert files_in(tmp_path) == ["own/p/a/day=2024-01-02.json"]


def test_facts_about_the_value_are_added(tmp_path):
    class Counting(Json):
        def get_metadata(self, context, obj):
            return {"rows": len(obj)}

    context = output()
    Counting(tmp_path).handle_output(context, [1, 2])

    assert context.added_metadata["rows"] == dg.MetadataValue.int(2)


def test_none_is_stored_without_a_path_in_the_metadata(tmp_path):
    context = output()

    Json(tmp_path).handle_output(context, None)

    assert files_in(tmp_path) == ["p/a.json"]
    assert context.added_metadata == {}


def test_an_absolute_path_becomes_a_relative_one_of_its_own():
    assert coerce_to_relative_parts("/etc/passwd") == ("%2Fetc", "passwd")
    assert coerce_to_relative_parts("etc/passwd") == ("etc", "passwd")
    assert coerce_to_relative_parts("/foo") == ("%2Ffoo",)
    assert coerce_to_relative_parts("/") == ("%2F",)


def test_an_async_load_tells_of_all_partitions_that_are_missing(tmp_path):
    with pytest.raises(RuntimeError, match=r"Loading failed for 2 of 2 partitions.*'2024-01-03'"):
        AsyncJson(tmp_path).load_input(several())
