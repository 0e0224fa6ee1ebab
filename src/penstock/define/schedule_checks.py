"""What the name, the cron and the zone of a schedule may be."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from typing import cast

from penstock.base.cron import parse_cron
from penstock.base.zones import zone_named
from penstock.define.attributes import checked_type
from penstock.define.names import checked_node_name
from penstock.define.targets import AutomationTarget
from penstock.errors import InvalidDefinitionError, ParameterCheckError

_FIELD_SIZES = (60, 24, 31, 12, 7)


def checked_schedule_name(name: str | None, target: AutomationTarget | None) -> str:
    """Return the name of a schedule: that which was given, else one from its job.

    Raises:
        InvalidDefinitionError: It is not valid.
        ParameterCheckError: There is neither.
    """
    if name is not None:
        return checked_node_name(name)
    if target is None:
        raise ParameterCheckError(
            "A schedule has neither a name nor a job to be named after. Give it name=, or job=, "
            "job_name= or target=."
        )
    return f"{target.job_name}_schedule"


def checked_cron(cron: object, name: str) -> str | Sequence[str]:
    """Return when a schedule fires, as it was given.

    Raises:
        InvalidDefinitionError: It is no cron.
        ParameterCheckError: It is no text, nor several.
    """
    checked = [cron] if isinstance(cron, str) else cron
    if not isinstance(checked, Sequence) or not all(
        isinstance(each, str) for each in cast("Sequence[object]", checked)
    ):
        raise ParameterCheckError(
            f"Schedule '{name}': cron_schedule must be a text or several of them, not {cron!r}."
        )
    crons = cast("Sequence[str]", checked)
    if not crons:
        raise InvalidDefinitionError(
            f"Schedule '{name}': the list cron_schedule is empty. Give five fields like "
            "'0 6 * * *'."
        )
    for each in crons:
        try:
            parse_cron(each)
        except InvalidDefinitionError as error:
            raise InvalidDefinitionError(f"Schedule '{name}': {error}") from None
        _warn_of_long_step(each, name)
    return cron if isinstance(cron, str) else list(crons)


def _warn_of_long_step(cron: str, name: str) -> None:
    if "/" not in cron:
        return
    for field_text, size in zip(cron.split(), _FIELD_SIZES, strict=False):
        step = field_text.partition("/")[2]
        if step.isdecimal() and int(step) > size:
            warnings.warn(
                f"Schedule '{name}': '{field_text}' in the cron '{cron}' has a step over {size}, "
                "so it fires once in each round. Write a shorter step, or one value.",
                UserWarning,
                stacklevel=4,
            )


def checked_zone(zone: str | None, name: str) -> str | None:
    """Return the zone of a schedule.

    Raises:
        InvalidDefinitionError: There is no such zone.
    """
    checked_type(zone, str, argument="execution_timezone", of=f"Schedule '{name}'")
    if zone is not None:
        try:
            zone_named(zone)
        except InvalidDefinitionError as error:
            raise InvalidDefinitionError(
                f"Schedule '{name}' has no valid execution_timezone. {error}"
            ) from None
    return zone
