import pytest

import penstock as dg
from penstock.errors import InvalidDefinitionError, InvalidMetadataError


def test_raw_metadata_becomes_typed():
    result = dg.MaterializeResult(asset_key="p/a", metadata={"rows": 3})

    assert result.asset_key == dg.AssetKey(["p", "a"])
    assert result.metadata == {"rows": dg.MetadataValue.int(3)}


def test_metadata_without_a_representation_is_refused_where_it_is_given():
    with pytest.raises(InvalidMetadataError, match="rows"):
        dg.Output(1, metadata={"rows": object()})


@pytest.mark.parametrize("passed", [None, 1, "yes"])
def test_a_verdict_is_true_or_false(passed):
    with pytest.raises(InvalidDefinitionError) as caught:
        dg.AssetCheckResult(passed=passed)

    assert (
        str(caught.value) == f"AssetCheckResult(passed=...) must be True or False, not {passed!r}."
    )


def test_the_booleans_of_numpy_are_verdicts():
    bool_ = type("bool_", (), {"__bool__": lambda self: True})

    assert dg.AssetCheckResult(passed=bool_()).passed is True


def test_a_failure_is_an_error_unless_it_says_otherwise():
    assert dg.AssetCheckResult(passed=False).severity is dg.AssetCheckSeverity.ERROR


def test_an_output_is_the_result_unless_it_is_named():
    assert dg.Output([1]) == dg.Output([1], "result", metadata={}, tags={})


def test_an_observation_makes_nothing():
    assert dg.AssetObservation("a").is_observation is True
    assert dg.AssetMaterialization("a").is_observation is False


def test_results_are_values_that_cannot_change():
    result = dg.MaterializeResult(tags={"a": "b"})

    with pytest.raises(AttributeError):
        result.tags = {}
    assert result == dg.MaterializeResult(tags={"a": "b"})


def test_a_recorded_verdict_has_the_key_of_its_check():
    verdict = dg.AssetCheckEvaluation(asset_key=dg.AssetKey("a"), check_name="c", passed=True)

    assert verdict.asset_check_key == dg.AssetCheckKey(dg.AssetKey("a"), "c")


def test_a_file_is_an_asset_named_after_its_path():
    made = dg.AssetMaterialization.file("/data/no_where.csv", description="rows")

    assert made.asset_key == dg.AssetKey(["data", "no_where", "csv"])
    assert made.metadata == {"path": dg.MetadataValue.path("/data/no_where.csv")}
    assert (made.label, made.description) == ("data no_where csv", "rows")


def test_text_like_a_path_has_a_part_for_each_word_in_an_event():
    assert dg.AssetObservation("s3://bucket/a-b").asset_key == dg.AssetKey(
        ["s3", "bucket", "a", "b"]
    )
    assert dg.AssetMaterialization("plain").asset_key == dg.AssetKey("plain")
