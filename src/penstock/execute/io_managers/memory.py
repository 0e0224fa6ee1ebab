"""`InMemoryIOManager`: values kept in a dictionary, for tests and ephemeral runs."""

from __future__ import annotations

from penstock.define.io_context import InputContext, OutputContext, storage_identifier
from penstock.define.io_manager import IOManager
from penstock.errors import InvariantViolationError


class InMemoryIOManager(IOManager):
    """Keeps values in memory for as long as the object lives.

    Args:
        values: Where to keep them; a new dictionary if None.
    """

    def __init__(self, values: dict[tuple[str, ...], object] | None = None) -> None:
        self.values: dict[tuple[str, ...], object] = {} if values is None else values

    def handle_output(self, context: OutputContext, obj: object) -> None:
        """Keep a value."""
        for key in _keys(context):
            self.values[key] = obj

    def load_input(self, context: InputContext) -> object:
        """Return the value; for several partitions a dictionary by partition key, for none None.

        Raises:
            InvariantViolationError: There is no such value.
        """
        keys = _keys(context)
        missing = [key for key in keys if key not in self.values]
        if missing and context.has_asset_partitions and not context.asset_partition_keys:
            return None
        if missing:
            raise InvariantViolationError(
                f"There is no value of '{'/'.join(missing[0])}' in memory. Materialize it first, "
                "or use an IO manager that keeps values between processes."
            )
        if len(context.asset_partition_keys) > 1:
            return {key[-1]: self.values[key] for key in keys}
        return self.values[keys[0]]


def _keys(context: InputContext | OutputContext) -> list[tuple[str, ...]]:
    if len(context.asset_partition_keys) > 1:
        return [(*context.asset_key.parts, key) for key in context.asset_partition_keys]
    return [tuple(storage_identifier(context))]
