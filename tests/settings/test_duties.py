"""Which daemons an instance needs."""

from __future__ import annotations

from penstock.instance import Instance


def _required(**settings: object) -> list[str]:
    with Instance.ephemeral(settings=settings) as instance:
        return instance.get_required_daemon_types()


def test_an_instance_whose_settings_say_nothing_needs_the_usual_daemons():
    assert _required() == [
        "SENSOR",
        "BACKFILL",
        "SCHEDULER",
        "QUEUED_RUN_COORDINATOR",
        "ASSET",
        "FRESHNESS_DAEMON",
    ]


def test_what_is_turned_on_needs_a_daemon():
    assert "MONITORING" in _required(run_monitoring={"enabled": True})
    assert "EVENT_LOG_CONSUMER" in _required(run_retries={"enabled": True})


def test_what_is_turned_off_needs_none():
    assert "ASSET" not in _required(auto_materialize={"enabled": False})
    assert "FRESHNESS_DAEMON" not in _required(freshness={"enabled": False})
