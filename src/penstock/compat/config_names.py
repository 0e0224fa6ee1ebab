"""Names that code written for Dagster imports from below `dagster._config`, and what each is here.

Owns the names only. Everything behind them is a value of `config` under its own name.
"""

from __future__ import annotations

from penstock.config.evaluate import evaluate_config
from penstock.config.problems import ProblemReason
from penstock.config.schema import as_field
from penstock.config.snapshot import print_config_type

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
