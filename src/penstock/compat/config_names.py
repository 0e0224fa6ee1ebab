"""Names that code written for Dagster imports from its private modules of config and resources.

Owns the names only: what each is here, in one line.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable

from penstock.config.evaluate import evaluate_config
from penstock.config.problems import ProblemReason
from penstock.config.resource_context import HeldResources
from penstock.config.schema import as_field
from penstock.config.snapshot import print_config_type
from penstock.define.op import OpDefinition
from penstock.define.signature import read_signature

convert_potential_field = as_field
"""A schema of any form as a `Field`."""

infer_schema_from_config_class = as_field
"""A `Config` class as a `Field`."""

process_config = evaluate_config
"""Config checked and turned into what code receives: `success`, `value` and `errors`."""

print_config_type_to_string = print_config_type
"""A config type as text."""

DagsterEvaluationErrorReason = ProblemReason
"""Why something in config does not fit."""

IContainsGenerator = HeldResources
"""The kind of what `build_resources` gives if something has to be released in the end."""


class DecoratedOpFunction:
    """What the function of an op asks for.

    Args:
        function: The function, or the op.
    """

    def __init__(self, function: OpDefinition | Callable[..., object]) -> None:
        found = function.function if isinstance(function, OpDefinition) else function
        self._function = found
        self._signature = read_signature(found)

    def has_config_arg(self) -> bool:
        """Tell whether it has a parameter called `config`."""
        return self._signature.config_schema is not None

    def get_config_arg(self) -> inspect.Parameter:
        """Return that parameter."""
        return inspect.signature(self._function).parameters["config"]

    def has_context_arg(self) -> bool:
        """Tell whether its first parameter is the context."""
        return self._signature.context
