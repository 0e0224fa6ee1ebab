"""Whether an asset has to be made again, and why: what is recorded against what there is.

Pure. The order of reasons is the order in which a person would look.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import cast

from penstock.base.text import listed

MADE_FROM_TAG = "penstock/made_from"
"""The tag of a materialization that says what it was made from, as JSON."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MadeFrom:
    """What an asset is made from.

    Attributes:
        code: For the command, its settings and each code file, a hash.
        inputs: For each upstream asset the version of its data.
    """

    code: Mapping[str, str]
    inputs: Mapping[str, str]

    def to_tag(self) -> str:
        """Write it as the value of a tag."""
        return json.dumps({"code": dict(self.code), "inputs": dict(self.inputs)}, sort_keys=True)

    @staticmethod
    def from_tag(text: str | None) -> MadeFrom | None:
        """Read the value of a tag; None if it is not one of ours."""
        try:
            found = cast("object", json.loads(text or ""))
        except ValueError:
            return None
        if not isinstance(found, dict) or not {"code", "inputs"} <= set(cast("set[str]", found)):
            return None
        facts = cast("dict[str, dict[str, str]]", found)
        return MadeFrom(code=facts["code"], inputs=facts["inputs"])


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """The last materialization: the version of its data, and what it was made from."""

    version: str
    made_from: MadeFrom | None


def reason_to_make(
    recorded: Recorded | None, now: MadeFrom, *, output: str | None, has_output: bool
) -> str | None:
    """Say why an asset has to be made; None if it is up to date.

    Args:
        recorded: Its last materialization, if there is one.
        now: What it would be made from now.
        output: The version of its output as it is now; None if it is not there.
        has_output: Whether it leaves an output at all.
    """
    if recorded is None or recorded.made_from is None:
        return "it was never made here"
    if has_output and output is None:
        return "its output is not there"
    if has_output and output != recorded.version:
        return "its output is not the one that was recorded"
    then = recorded.made_from
    changed = sorted(name for name in now.code if then.code.get(name) != now.code[name])
    if changed or then.code.keys() - now.code.keys():
        what = [name for name in changed if name != "command"]
        return f"{listed(what)} changed" if what else "its command changed"
    moved = sorted(name for name in now.inputs if then.inputs.get(name) != now.inputs[name])
    if moved:
        return f"its input {listed(moved)} changed"
    gone = sorted(then.inputs.keys() - now.inputs.keys())
    return f"it does not depend on {listed(gone)} any more" if gone else None
