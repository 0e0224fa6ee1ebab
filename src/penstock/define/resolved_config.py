"""Run config after it was checked and read: what each step and resource is to receive."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class OpConfig:
    """What run config says of one step.

    Attributes:
        config: What the function receives: an object of its Config class, or plain data.
        inputs: Config for inputs that nothing is connected to, by input.
        outputs: What is said of the outputs.
    """

    config: object = None
    inputs: Mapping[str, object] = field(default_factory=dict[str, object])
    outputs: object = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ResolvedRunConfig:
    """Run config, checked and read.

    Attributes:
        ops: The config of each step by its name.
        inputs: Config for the inputs of the job, by input.
        resources: As it was written, for whoever sets the resources up: `{key: {"config": ...}}`.
        execution: The config of the executor.
        loggers: The config of each logger.
        plain: All of it as plain data, with defaults filled in.
    """

    ops: Mapping[str, OpConfig]
    inputs: Mapping[str, object]
    resources: Mapping[str, object]
    execution: object
    loggers: Mapping[str, object]
    plain: Mapping[str, object]
