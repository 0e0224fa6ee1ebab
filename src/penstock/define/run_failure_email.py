"""`make_email_on_run_failure_sensor`: a sensor that sends an email for each run that fails."""

from __future__ import annotations

import smtplib
import ssl
from collections.abc import Callable, Sequence
from email.message import EmailMessage
from html import escape
from typing import Protocol, cast

from penstock.define.run_status_context import RunFailureSensorContext
from penstock.define.run_status_sensor import (
    MonitoredJob,
    RunFailureSensorDefinition,
    RunStatusSensorDefinition,
)
from penstock.define.sensor import DefaultSensorStatus
from penstock.errors import InvalidDefinitionError
from penstock.model.run import RunStatus

_PORTS = {"SSL": 465, "STARTTLS": 587}

EmailText = Callable[[RunFailureSensorContext], str]


class _Run(Protocol):
    job_name: str
    run_id: str


class _Event(Protocol):
    message: str


def default_failure_email_body(context: RunFailureSensorContext) -> str:
    """Write what failed, as HTML."""
    run = cast("_Run", context.dagster_run)
    why = cast("_Event", context.failure_event).message
    return (
        f"Job {escape(run.job_name)} failed!<br>Run ID: {escape(run.run_id)}<br>"
        f"Error: {escape(why)}"
    )


def default_failure_email_subject(context: RunFailureSensorContext) -> str:
    """Write which job failed."""
    return f"Run failed: {cast('_Run', context.dagster_run).job_name}"


def make_email_on_run_failure_sensor(
    email_from: str,
    email_password: str,
    email_to: Sequence[str],
    email_body_fn: EmailText = default_failure_email_body,
    email_subject_fn: EmailText = default_failure_email_subject,
    smtp_host: str = "smtp.gmail.com",
    smtp_type: str = "SSL",
    smtp_port: int | None = None,
    smtp_user: str | None = None,
    name: str | None = None,
    webserver_base_url: str | None = None,
    monitored_jobs: Sequence[MonitoredJob] | None = None,
    monitor_all_code_locations: bool = False,  # noqa: FBT001, FBT002 - the public signature
    default_status: DefaultSensorStatus = DefaultSensorStatus.STOPPED,
) -> RunStatusSensorDefinition:
    """Make a sensor that sends an email for each run that fails.

    Args:
        email_from: Who sends it.
        email_password: The password of the sender at the mail server.
        email_to: Who receives it.
        email_body_fn: Writes the text, as HTML.
        email_subject_fn: Writes the subject.
        smtp_host: The mail server.
        smtp_type: "SSL" or "STARTTLS".
        smtp_port: Its port; 465 for SSL and 587 for STARTTLS if None.
        smtp_user: The user at the mail server; the sender if None.
        name: The name of the sensor; "email_on_run_failure" if None.
        webserver_base_url: Where the pages are; adds a link to the run.
        monitored_jobs: The jobs whose runs count; those of the own definitions if None.
        monitor_all_code_locations: Whether the runs of all jobs count.
        default_status: Whether it runs until somebody says otherwise.

    Raises:
        InvalidDefinitionError: The kind of connection is none of the two.
    """
    if smtp_type not in _PORTS:
        raise InvalidDefinitionError(
            f"smtp_type '{smtp_type}' is not supported. Use 'SSL' or 'STARTTLS'."
        )

    def send(context: RunFailureSensorContext) -> None:
        message = EmailMessage()
        message["From"] = email_from
        message["To"] = ", ".join(email_to)
        message["Subject"] = email_subject_fn(context)
        body = email_body_fn(context) + _link(context, webserver_base_url)
        message.set_content(body, subtype="html")
        port = _PORTS[smtp_type] if smtp_port is None else smtp_port
        with _connected(smtp_host, port, smtp_type) as server:
            server.login(smtp_user or email_from, email_password)
            server.send_message(message, email_from, list(email_to))

    return RunFailureSensorDefinition(
        name or "email_on_run_failure",
        RunStatus.FAILURE,
        send,
        monitored_jobs=monitored_jobs,
        monitor_all_code_locations=monitor_all_code_locations,
        default_status=default_status,
    )


def _link(context: RunFailureSensorContext, base_url: str | None) -> str:
    if base_url is None:
        return ""
    run_id = cast("_Run", context.dagster_run).run_id
    return f'<p><a href="{base_url.rstrip("/")}/runs/{run_id}">Open the run</a></p>'


def _connected(host: str, port: int, kind: str) -> smtplib.SMTP:
    safe = ssl.create_default_context()
    if kind == "SSL":
        return smtplib.SMTP_SSL(host, port, context=safe)
    server = smtplib.SMTP(host, port)
    server.starttls(context=safe)
    return server
