"""What a function returns of a process that has ended."""

from datetime import UTC, datetime

import dagster_pipes
import pytest

import penstock as dg


class _Reader(dg.PipesMessageReader):
    def read_messages(self, handler):
        raise NotImplementedError

    def no_messages_debug_text(self):
        return ""


def _done(*messages, metadata=None):
    context = dg.build_asset_context()
    handler = dg.PipesMessageHandler(context, _Reader())
    for method, params in messages:
        handler.handle_message(dagster_pipes._make_message(method, params))
    session = dg.PipesSession({}, handler, {}, {}, context, datetime(2024, 1, 1, tzinfo=UTC))
    return dg.PipesClientCompletedInvocation(session, metadata)


def _made(key):
    return ("report_asset_materialization", {"asset_key": key, "metadata": {}})


def _checked(name):
    params = {"asset_key": "a", "check_name": name, "passed": True, "severity": "ERROR"}
    return ("report_asset_check", params)


def test_the_one_asset_comes_with_its_checks_and_the_added_metadata():
    result = _done(_made("a"), _checked("x"), metadata={"n": 1}).get_materialize_result()

    assert result.asset_key == dg.AssetKey("a")
    assert result.metadata == {"n": dg.MetadataValue.int(1)}
    assert result.check_result_named("x").metadata == {"n": dg.MetadataValue.int(1)}
    with pytest.raises(dg.DagsterInvariantViolationError, match="no result of a check named 'y'"):
        result.check_result_named("y")


def test_no_asset_and_several_are_refused():
    with pytest.raises(dagster_pipes.DagsterPipesError, match="reported no asset as made"):
        _done().get_materialize_result()
    with pytest.raises(
        dg.PipesError, match=r"made 2 assets, and get_materialize_result\(\) returns one: a, b"
    ):
        _done(_made("b"), _made("a")).get_materialize_result()


def test_the_one_check():
    assert _done(_checked("x")).get_asset_check_result().check_name == "x"
    with pytest.raises(dg.PipesError, match="reported no verdict of a check"):
        _done().get_asset_check_result()
    with pytest.raises(
        dg.PipesError, match=r"2 verdicts, and get_asset_check_result\(\) returns one: x, y"
    ):
        _done(_checked("y"), _checked("x")).get_asset_check_result()


def test_a_parameter_with_a_client_as_its_annotation_is_a_resource():
    class Spark(dg.PipesClient):
        def run(self, *, context, extras=None, **kwargs):
            raise NotImplementedError

    @dg.asset
    def foo(context: dg.AssetExecutionContext, spark: Spark) -> None: ...

    assert foo.required_resource_keys == {"spark"}
