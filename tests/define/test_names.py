import pytest

import penstock as dg
from penstock.define.names import normalize_tags


def test_values_of_tags_become_text():
    assert normalize_tags({"a": 1, "b": {"c": 2}, "d": "e"}) == {
        "a": "1",
        "b": '{"c": 2}',
        "d": "e",
    }


def test_tags_of_the_system_are_refused_where_users_may_not_set_them():
    with pytest.raises(
        dg.InvalidDefinitionError, match="has the tag 'dagster/partition', but Penstock itself"
    ):
        normalize_tags({"dagster/partition": "x"}, allow_private_system_tags=False)

    editable = {"dagster/priority": "1", "dagster/retry_strategy": "ALL_STEPS", ".dagster/x": "y"}
    assert editable == normalize_tags(editable, allow_private_system_tags=False)
    assert normalize_tags({"dagster/partition": "x"}) == {"dagster/partition": "x"}


def test_a_schedule_may_not_set_tags_of_the_system():
    job = dg.define_asset_job("j")

    with pytest.raises(
        dg.InvalidDefinitionError, match="itself sets the tags that begin with 'dagster/'"
    ):
        dg.ScheduleDefinition(
            job=job, cron_schedule="@daily", tags={"dagster/is_resume_retry": "true"}
        )


def test_odd_keys_of_tags_are_warned_of_where_the_user_wrote_them():
    with pytest.warns(DeprecationWarning, match=r"systems would not take: \['a&'\]") as caught:

        @dg.op(tags={"a&": "b"})
        def tagged(): ...

    assert __file__ == caught[0].filename
