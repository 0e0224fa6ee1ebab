"""Values of the public API survive as JSON text; nothing else can be made of a text."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

import penstock as dg

_BERLIN = ZoneInfo("Europe/Berlin")
_VALUES = [
    dg.AssetKey(["a/b", "c"]),
    dg.AssetCheckKey(dg.AssetKey("a"), "x"),
    dg.AssetJobKey("j"),
    dg.RunRequest("k", tags={"a": "b"}, asset_selection=[dg.AssetKey("a")]),
    dg.SkipReason("nothing to do"),
    dg.StaticPartitionsDefinition(["a", "b"]),
    dg.DailyPartitionsDefinition("2024-01-01", timezone="Europe/Berlin"),
    dg.MultiPartitionsDefinition(
        {
            "a": dg.StaticPartitionsDefinition(["x"]),
            "b": dg.WeeklyPartitionsDefinition("2024-01-01"),
        }
    ),
    dg.TimeWindowPartitionMapping(start_offset=-1),
    dg.TimeWindow(datetime(2024, 1, 1, tzinfo=_BERLIN), datetime(2024, 1, 2, tzinfo=_BERLIN)),
    dg.PartitionKeyRange("a", "b"),
    dg.MultiPartitionKey({"a": "1", "b": "2"}),
    dg.AddDynamicPartitionsRequest("a", ["b"]),
    dg.MetadataValue.text("x"),
    dg.MetadataValue.table([dg.TableRecord({"a": 1})]),
    dg.MetadataValue.json({"a": [1, {"b": None}]}),
    dg.MetadataValue.asset(dg.AssetKey("x")),
    dg.MetadataValue.column_lineage(
        dg.TableColumnLineage({"a": [dg.TableColumnDep(dg.AssetKey("x"), "y")]})
    ),
    dg.MaterializeResult(
        asset_key="a",
        metadata={"x": 1},
        data_version=dg.DataVersion("z"),
        check_results=[dg.AssetCheckResult(True, check_name="c")],
    ),
    dg.AssetMaterialization("a", metadata={"x": 2}),
    dg.AssetObservation("a"),
    dg.RetryPolicy(max_retries=2, delay=1, backoff=dg.Backoff.LINEAR),
    dg.BackfillPolicy.single_run(),
    dg.FreshnessPolicy.time_window(fail_window=timedelta(hours=1)),
    dg.FreshnessPolicy.cron("0 0 * * *", timedelta(hours=1)),
    dg.DagsterRunStatus.SUCCESS,
    dg.AssetCheckSeverity.WARN,
    timedelta(days=1, microseconds=3),
]


@pytest.mark.parametrize("value", _VALUES, ids=lambda value: type(value).__name__)
def test_a_value_survives(value):
    text = dg.serialize_value(value)

    assert dg.deserialize_value(text) == value
    assert dg.serialize_value(dg.deserialize_value(text)) == text


def test_a_window_keeps_its_timezone():
    window = dg.TimeWindow(
        datetime(2024, 7, 1, tzinfo=_BERLIN), datetime(2024, 7, 2, tzinfo=_BERLIN)
    )

    assert dg.deserialize_value(dg.serialize_value(window)).start.tzinfo == _BERLIN


_SCALARS = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text()
_KEYS = _SCALARS | st.tuples(st.text(), st.integers())


@given(
    st.recursive(
        _SCALARS | st.sets(_KEYS) | st.frozensets(_KEYS),
        lambda inner: (
            st.lists(inner)
            | st.dictionaries(_KEYS, inner)
            | st.dictionaries(st.sampled_from(["__class__", "__set__"]), inner)
        ),
        max_leaves=20,
    )
)
def test_plain_data_survives(value):
    assert dg.deserialize_value(dg.serialize_value(value)) == value


def test_options_of_json_are_passed_on():
    assert dg.serialize_value({"a": [1]}, separators=(",", ":")) == '{"a":[1]}'


def test_another_object_is_refused():
    class Mine:
        pass

    with pytest.raises(dg.ParameterCheckError, match="class Mine cannot be serialized"):
        dg.serialize_value([Mine()])


def test_the_class_can_be_demanded():
    text = dg.serialize_value(dg.AssetKey("a"))

    assert dg.deserialize_value(text, dg.AssetKey) == dg.AssetKey("a")
    with pytest.raises(dg.ParameterCheckError, match="holds a AssetKey"):
        dg.deserialize_value(text, dg.RunRequest)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", "not the text of a serialized value"),
        ('{"__class__": "Popen", "args": "ls"}', "'Popen' is not a class"),
        ('{"__class__": "AssetCheckKey"}', "text of a AssetCheckKey is not whole"),
        ('{"__enum__": "Backoff.SOON"}', "'Backoff.SOON' is not a value"),
    ],
)
def test_a_text_that_nobody_wrote_is_refused(text, message):
    with pytest.raises(dg.UsageError, match=message):
        dg.deserialize_value(text)
