"""Names and tags of ops, graphs and jobs: what is allowed, and how tags become text."""

from __future__ import annotations

import json
import keyword
import re
import warnings
from collections.abc import Mapping

from penstock.base.tags import GLOBAL_CONCURRENCY_TAG, MULTIDIMENSIONAL_PARTITION_PREFIX
from penstock.base.warnings import user_stacklevel
from penstock.errors import InvalidDefinitionError, ParameterCheckError

_NAME = re.compile(r"[A-Za-z0-9_]+")
TAG_KEY = re.compile(r"(?:[A-Za-z0-9_\-.]{1,63}/)?[A-Za-z0-9_\-.]{1,63}")
_OWN_KEYS = MULTIDIMENSIONAL_PARTITION_PREFIX
"""Keys that Penstock makes itself, although they have two slashes."""
RESERVED_WORDS = frozenset(
    [
        "context",
        "conf",
        "config",
        "meta",
        "arg_dict",
        "dict",
        "input_arg_dict",
        "output_arg_dict",
        "int",
        "str",
        "float",
        "bool",
        "input",
        "output",
        "type",
    ]
).union(keyword.kwlist)


def checked_node_name(name: object) -> str:
    """Return the name of an op, graph, job, input or output.

    Raises:
        InvalidDefinitionError: It has characters other than letters, digits and `_`, or is a word
            that Python or Penstock reserves.
    """
    if not isinstance(name, str):
        raise ParameterCheckError(f"A name must be text, not {name!r}.")
    if name in RESERVED_WORDS:
        raise InvalidDefinitionError(
            f'"{name}" is not a valid name: the word is reserved. Choose another one.'
        )
    if not _NAME.fullmatch(name):
        raise InvalidDefinitionError(
            f'"{name}" is not a valid name. Use letters, digits and "_" only.'
        )
    return name


def checked_pool(pool: str | None, tags: Mapping[str, str], *, words: str) -> str | None:
    """Return the name of a concurrency pool; that of the older tag if none is given.

    Raises:
        InvalidDefinitionError: It is empty, has a space in it, or the tag names another one.
    """
    tagged = tags.get(GLOBAL_CONCURRENCY_TAG)
    if pool is None:
        return tagged
    if tagged not in (None, pool):
        raise InvalidDefinitionError(
            f"{words} has the pool '{pool}', and its tag '{GLOBAL_CONCURRENCY_TAG}' names another "
            f"one, '{tagged}'. Drop the tag."
        )
    if not pool or any(letter.isspace() for letter in pool):
        raise InvalidDefinitionError(
            f"{words} has the pool {pool!r}. The name of a pool has no spaces."
        )
    return pool


def text_tags(tags: Mapping[str, object] | None, *, owner: str) -> dict[str, str]:
    """Return tags with values as text; a value that is none is written as JSON.

    It warns of keys that other systems would not take.

    Args:
        tags: The tags.
        owner: What they are on, for messages.

    Raises:
        InvalidDefinitionError: A value has no JSON form that it can be read back from.
    """
    if not tags:
        return {}
    found: dict[str, str] = {}
    for key, value in tags.items():
        if not isinstance(key, str):  # pyright: ignore[reportUnnecessaryIsInstance] - a user's argument
            raise InvalidDefinitionError(
                f"{owner} has a tag whose key is {key!r}. Keys of tags are text."
            )
        found[key] = value if isinstance(value, str) else _as_json(value, key, owner)
    odd = [key for key in found if not TAG_KEY.fullmatch(key) and not key.startswith(_OWN_KEYS)]
    if odd:
        warnings.warn(
            f"{owner} has tag keys that other systems would not take: {odd}. They are deprecated: "
            "use up to 63 letters, digits, '_', '-' and '.', with at most one '/' after a "
            "namespace.",
            DeprecationWarning,
            stacklevel=user_stacklevel(),
        )
    return found


_RESERVED_PREFIX = "dagster/"
_EDITABLE = frozenset(
    f"{_RESERVED_PREFIX}{name}"
    for name in (
        "isolation",
        "max_retries",
        "max_runtime",
        "priority",
        "retry_on_asset_or_op_failure",
        "retry_strategy",
    )
)


def normalize_tags(
    tags: Mapping[str, object] | None,
    *,
    allow_private_system_tags: bool = True,
    owner: str = "The run",
) -> dict[str, str]:
    """Return tags with values as text, as `text_tags` does.

    Args:
        tags: The tags.
        allow_private_system_tags: Whether the tags that the system sets itself are accepted.
        owner: What they are on, for messages.

    Raises:
        InvalidDefinitionError: A value has no JSON form, or a tag is set by the system alone.
    """
    found = text_tags(tags, owner=owner)
    if not allow_private_system_tags:
        for key in found:
            if key.startswith(_RESERVED_PREFIX) and key not in _EDITABLE:
                raise InvalidDefinitionError(
                    f"{owner} has the tag '{key}', but Penstock itself sets the tags that begin "
                    f"with '{_RESERVED_PREFIX}'. Of those users set "
                    f"{', '.join(sorted(_EDITABLE))}."
                )
    return found


def _as_json(value: object, key: str, owner: str) -> str:
    try:
        text = json.dumps(value)
    except (TypeError, ValueError):
        raise InvalidDefinitionError(
            f"{owner} has the tag '{key}' with a value of type '{type(value).__name__}', which has "
            "no JSON form. Give text, or data that has one."
        ) from None
    if json.loads(text) != value:
        raise InvalidDefinitionError(
            f"{owner} has the tag '{key}' with the value {value!r}, which is written as JSON "
            f"{text} and read back as something else. Give text, or data that survives JSON."
        )
    return text
