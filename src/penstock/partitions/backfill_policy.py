"""`BackfillPolicy`: into how many runs the partitions of a backfill are cut."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from penstock.errors import InvalidDefinitionError, ParameterCheckError


class BackfillPolicyType(StrEnum):
    """Whether the partitions of a backfill take one run or several."""

    SINGLE_RUN = "SINGLE_RUN"
    MULTI_RUN = "MULTI_RUN"


@dataclass(frozen=True, slots=True)
class BackfillPolicy:
    """Into how many runs the partitions of a backfill are cut.

    Attributes:
        max_partitions_per_run: The most partitions that one run may take; None is no limit.

    Raises:
        InvalidDefinitionError: The number is less than 1.
        ParameterCheckError: It is not a number.

    Example:
        >>> BackfillPolicy.multi_run(max_partitions_per_run=30).max_partitions_per_run
        30
    """

    max_partitions_per_run: int | None = None

    def __post_init__(self) -> None:
        if self.max_partitions_per_run is not None and self.max_partitions_per_run < 1:
            raise InvalidDefinitionError(
                f"max_partitions_per_run is {self.max_partitions_per_run}, but a run needs at "
                "least 1 partition. For all partitions in one run, use "
                "BackfillPolicy.single_run()."
            )

    @staticmethod
    def single_run() -> BackfillPolicy:
        """Put every partition of a backfill into one run."""
        return BackfillPolicy(max_partitions_per_run=None)

    @staticmethod
    def multi_run(max_partitions_per_run: int = 1) -> BackfillPolicy:
        """Put up to this many partitions into each run.

        Raises:
            ParameterCheckError: It is not a number.
        """
        if not isinstance(max_partitions_per_run, int):  # pyright: ignore[reportUnnecessaryIsInstance] - unchecked input
            raise ParameterCheckError(
                f"max_partitions_per_run is a number, not {max_partitions_per_run!r}. For all "
                "partitions in one run, use BackfillPolicy.single_run()."
            )
        return BackfillPolicy(max_partitions_per_run=max_partitions_per_run)

    @property
    def policy_type(self) -> BackfillPolicyType:
        """Whether the partitions take one run or several."""
        one = self.is_single_run
        return BackfillPolicyType.SINGLE_RUN if one else BackfillPolicyType.MULTI_RUN

    @property
    def is_single_run(self) -> bool:
        """Whether one run takes every partition."""
        return self.max_partitions_per_run is None

    def __str__(self) -> str:
        if self.is_single_run:
            return "BackfillPolicy.single_run()"
        return f"BackfillPolicy.multi_run(max_partitions_per_run={self.max_partitions_per_run})"
