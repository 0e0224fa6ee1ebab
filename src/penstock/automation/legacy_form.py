"""The one call upwards: the older form of a condition, `AutoMaterializePolicy`.

It is declared in `penstock.define`, above this layer, because its own builders make conditions. The
condition that is asked for that form reaches it from here, by name and at call time.
"""

from __future__ import annotations

import importlib
from typing import Protocol


class PolicyForm(Protocol):
    """A policy that stands for one condition."""

    @property
    def asset_condition(self) -> object:
        """The condition."""
        ...

    def to_automation_condition(self) -> object:
        """Return the condition."""
        ...


def policy_of(condition: object) -> PolicyForm:
    """Return the policy that stands for a condition."""
    module = importlib.import_module("penstock.define.auto_materialize")
    policy: PolicyForm = module.AutoMaterializePolicy.from_automation_condition(condition)
    return policy
