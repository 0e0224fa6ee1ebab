"""The sensor that sends an email for each run that fails."""

from __future__ import annotations

import smtplib
from email.message import EmailMessage
from types import TracebackType
from typing import ClassVar

import pytest

import penstock as dg


class Server:
    """A mail server that keeps what it is told."""

    told: ClassVar[list[object]] = []

    def __init__(self, host: str, port: int, **options: object) -> None:
        self.told.append((host, port))

    def __enter__(self) -> Server:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: object, trace: TracebackType | None
    ) -> None: ...

    def starttls(self, **options: object) -> None:
        self.told.append("starttls")

    def login(self, user: str, password: str) -> None:
        self.told.append((user, password))

    def send_message(self, message: EmailMessage, sender: str, to: list[str]) -> None:
        self.told.append((message["Subject"], to, message.get_content()))


@dg.op
def fail() -> None:
    raise ValueError("no such table")


@dg.job
def broken() -> None:
    fail()


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    Server.told.clear()
    monkeypatch.setattr(smtplib, "SMTP_SSL", Server)
    monkeypatch.setattr(smtplib, "SMTP", Server)
    return Server.told


def alert(**arguments: object) -> dg.SensorDefinition:
    return dg.make_email_on_run_failure_sensor(
        email_from="us@example.com",
        email_password="secret",
        email_to=["a@example.com", "b@example.com"],
        **arguments,  # pyright: ignore[reportArgumentType]
    )


def evaluate(made: dg.SensorDefinition) -> str:
    with dg.instance_for_test() as instance:
        cursor = made.evaluate_tick(dg.build_sensor_context(instance)).cursor
        run = broken.execute_in_process(instance=instance, raise_on_error=False)
        made.evaluate_tick(dg.build_sensor_context(instance, cursor=cursor))
    return run.run_id


def test_an_email_tells_of_the_run_and_links_to_it(told: list[object]) -> None:
    run_id = evaluate(alert(webserver_base_url="http://pages/"))

    subject, to, text = told[2]  # pyright: ignore[reportGeneralTypeIssues]
    assert told[:2] == [("smtp.gmail.com", 465), ("us@example.com", "secret")]
    assert (subject, to) == ("Run failed: broken", ["a@example.com", "b@example.com"])
    assert f"Job broken failed!<br>Run ID: {run_id}" in text
    assert f'<a href="http://pages/runs/{run_id}">' in text


def test_starttls_is_the_other_way(told: list[object]) -> None:
    evaluate(alert(smtp_type="STARTTLS", smtp_user="robot", email_body_fn=lambda context: "x"))

    assert told[:3] == [("smtp.gmail.com", 587), "starttls", ("robot", "secret")]


def test_another_way_is_refused() -> None:
    with pytest.raises(dg.InvalidDefinitionError, match="Use 'SSL' or 'STARTTLS'"):
        alert(smtp_type="PLAIN")


def test_its_name() -> None:
    assert alert().name == "email_on_run_failure"
