from __future__ import annotations

from pathlib import Path

import pytest

import penstock as dg
from penstock.base.settings import load_settings
from penstock.errors import InvariantViolationError, StoreUnavailableError


def test_an_ephemeral_instance_has_no_home():
    with (
        dg.Instance.ephemeral() as instance,
        pytest.raises(InvariantViolationError, match="no home directory"),
    ):
        _ = instance.root_directory


def test_a_home_that_cannot_be_made_is_named(tmp_path):
    (tmp_path / "file").touch()
    home = tmp_path / "file" / "home"
    settings = load_settings(environment={"PENSTOCK_HOME": str(home)}, directory=tmp_path)

    with pytest.raises(StoreUnavailableError, match="Set PENSTOCK_HOME to"):
        dg.Instance.open(settings)


def test_what_was_made_can_be_asked_for():
    @dg.asset
    def one() -> int:
        return 1

    with dg.Instance.ephemeral() as instance:
        result = dg.materialize([one], instance=instance)

        assert instance.has_run(result.run_id)
        assert instance.get_runs_count() == 1
        assert instance.get_asset_keys() == [dg.AssetKey("one")]
        assert instance.get_latest_materialization_event(dg.AssetKey("one")) is not None
        instance.delete_run(result.run_id)
        assert not instance.has_run(result.run_id)


def test_statuses_stand_for_the_runs_in_one_of_them():
    @dg.asset
    def fragile(context) -> None:
        if context.has_tag("fails"):
            raise ValueError

    def run(instance: dg.Instance, *, fails: bool) -> str:
        tags = {"fails": "yes"} if fails else {}
        done = dg.materialize([fragile], instance=instance, tags=tags, raise_on_error=False)
        return done.run_id

    with dg.Instance.ephemeral() as instance:
        sound, broken, again = (run(instance, fails=fails) for fails in (False, True, True))

        def found(*statuses: dg.RunStatus, limit: int | None = None) -> list[str]:
            return [r.run_id for r in instance.get_runs(filters=statuses, limit=limit)]

        assert found(dg.RunStatus.FAILURE) == [again, broken]
        assert found(dg.RunStatus.FAILURE, limit=1) == [again]
        assert found(dg.RunStatus.FAILURE, dg.RunStatus.SUCCESS) == [again, broken, sound]


def test_values_are_kept_below_the_home(tmp_path):
    settings = load_settings(environment={"PENSTOCK_HOME": str(tmp_path)}, directory=tmp_path)

    with dg.Instance.open(settings) as instance:
        assert instance.storage_directory() == str(tmp_path / "storage")


def test_an_ephemeral_instance_has_a_folder_that_goes_with_it():
    instance = dg.Instance.ephemeral()
    folder = Path(instance.storage_directory()).parent

    assert folder.is_dir()
    del instance
    assert not folder.exists()


def test_an_ephemeral_instance_may_be_given_a_folder(tmp_path):
    assert dg.Instance.ephemeral(str(tmp_path)).storage_directory() == str(tmp_path / "storage")
