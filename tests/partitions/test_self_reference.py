import pytest

from penstock.partitions.definition import PartitionsDefinition
from penstock.partitions.mapping import (
    DimensionPartitionMapping,
    IdentityPartitionMapping,
    MultiPartitionMapping,
    PartitionMapping,
    TimeWindowPartitionMapping,
)
from penstock.partitions.multi import MultiPartitionsDefinition
from penstock.partitions.self_reference import reads_earlier_partitions
from penstock.partitions.static import StaticPartitionsDefinition
from penstock.partitions.time_window import DailyPartitionsDefinition

DAYS = DailyPartitionsDefinition("2024-01-01")
LETTERS = StaticPartitionsDefinition(["a"])
BOTH = MultiPartitionsDefinition({"day": DAYS, "letter": LETTERS})
BEFORE = TimeWindowPartitionMapping(start_offset=-1, end_offset=-1)
BEFORE_IN_DAY = MultiPartitionMapping({"day": DimensionPartitionMapping("day", BEFORE)})
SAME_DAY = MultiPartitionMapping(
    {"day": DimensionPartitionMapping("day", IdentityPartitionMapping())}
)


@pytest.mark.parametrize(
    ("definition", "mapping", "earlier"),
    [
        (DAYS, BEFORE, True),
        (DAYS, TimeWindowPartitionMapping(start_offset=-1), False),
        (DAYS, None, False),
        (None, BEFORE, False),
        (LETTERS, BEFORE, False),
        (BOTH, BEFORE_IN_DAY, True),
        (BOTH, SAME_DAY, False),
    ],
)
def test_only_earlier_windows_may_be_read(
    definition: PartitionsDefinition | None, mapping: PartitionMapping | None, earlier: bool
) -> None:
    assert reads_earlier_partitions(definition, mapping) is earlier
