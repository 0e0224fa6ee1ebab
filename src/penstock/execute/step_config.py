"""The config of one step, checked and resolved."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class StepConfig:
    """What run config says of one step.

    Attributes:
        config: What the function receives: an object of its Config class, or plain data.
        inputs: Config for inputs that nothing is connected to, by input.
        outputs: Config for outputs, by output, for the IO managers that take any.
    """

    config: object = None
    inputs: Mapping[str, object] = field(default_factory=dict[str, object])
    outputs: object = None

    def of_output(self, name: str) -> object:
        """Return the config of an output; None where there is none."""
        return self.outputs.get(name) if isinstance(self.outputs, Mapping) else None  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType]


NO_CONFIG = StepConfig()
