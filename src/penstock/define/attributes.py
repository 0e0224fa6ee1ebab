"""What names, groups, owners, tags and kinds of assets may look like.

Each function returns what it was given, or raises with the name of the definition and the rule.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

from penstock.base.tags import KIND_PREFIX, MAX_CONCURRENCY_TAG
from penstock.base.text import listed
from penstock.define.names import RESERVED_WORDS, TAG_KEY
from penstock.errors import InvalidDefinitionError, ParameterCheckError
from penstock.model.keys import AssetKey

DEFAULT_GROUP = "default"
MOST_KINDS = 10

_NAME = re.compile(r"[A-Za-z0-9_.\-]+")
_GROUP = re.compile(r"[A-Za-z0-9_]+(/[A-Za-z0-9_]+)*")
_EMAIL = re.compile(r"[A-Za-z0-9._%+\-]+@[A-Za-z0-9.\-]+\.[A-Za-z]{2,}")
_TAG_VALUE = re.compile(r"[A-Za-z0-9_\-.]{0,63}")


def checked_name(name: str) -> str:
    """Return a name of an asset, check or step.

    Raises:
        InvalidDefinitionError: It has characters other than letters, digits, `_`, `-` and `.`, or
            is a word of Python or Penstock.
    """
    if name in RESERVED_WORDS or not _NAME.fullmatch(name):
        raise InvalidDefinitionError(
            f"'{name}' is not a valid name. Use letters, digits, '_', '-' and '.', and no word "
            "that Python or Penstock reserves."
        )
    return name


def checked_part(part: str) -> str:
    """Return a part of a key, which may be a reserved word.

    Raises:
        InvalidDefinitionError: It has characters other than letters, digits, `_`, `-` and `.`.
    """
    if not _NAME.fullmatch(part):
        raise InvalidDefinitionError(
            f"'{part}' is not a valid part of an asset key. Use letters, digits, '_', '-' and '.', "
            "and a list for a key of several parts."
        )
    return part


def checked_group(group: str, key: AssetKey) -> str:
    """Return a group name, or raise InvalidDefinitionError naming the asset."""
    if group == "":
        raise InvalidDefinitionError(
            f"Asset '{key}' has group_name='', which names no group. Leave it out for the default "
            "group, or name one."
        )
    if not _GROUP.fullmatch(group):
        raise InvalidDefinitionError(
            f"Asset '{key}' has the group '{group}', which no group can be called. Use letters, "
            "digits and '_', in segments separated by '/'."
        )
    return group


def checked_owners(owners: Sequence[str], subject: str) -> list[str]:
    """Return owners, or raise InvalidDefinitionError naming the subject and the owner."""
    if isinstance(owners, str):
        raise ParameterCheckError(f"{subject}: owners is a list of texts, not {owners!r}.")
    for owner in owners:
        is_team = owner.startswith("team:") and len(owner) > len("team:")
        if not is_team and not _EMAIL.fullmatch(owner):
            raise InvalidDefinitionError(
                f"{subject} cannot be owned by '{owner}'. Write an email address, or 'team:' and "
                "the name of a team."
            )
    return list(owners)


def checked_tags(tags: Mapping[str, str], subject: str) -> dict[str, str]:
    """Return tags of an asset, or raise InvalidDefinitionError naming the subject and the tag.

    `dagster/max_concurrency`, which is a number by nature, may be written as one.
    """
    return {tag: _checked_tag(tag, value, subject) for tag, value in tags.items()}


def _checked_tag(tag: str, value: object, subject: str) -> str:
    if tag == MAX_CONCURRENCY_TAG and type(value) is int:
        return str(value)
    if not isinstance(value, str):
        raise InvalidDefinitionError(
            f"{subject} has the tag '{tag}' with {value!r}, which is not a text. Write it as one."
        )
    if tag.startswith(KIND_PREFIX):
        return value
    if not TAG_KEY.fullmatch(tag):
        raise InvalidDefinitionError(
            f"{subject} has the tag '{tag}', which no tag can be called. Use up to 63 letters, "
            "digits, '_', '-' and '.', with at most one '/' after a namespace."
        )
    if not _TAG_VALUE.fullmatch(value):
        raise InvalidDefinitionError(
            f"{subject} has the tag '{tag}' with {value!r}, which no tag can hold. Use up to 63 "
            "letters, digits, '_', '-' and '.'."
        )
    return value


def build_kind_tag(kind: str) -> dict[str, str]:
    """Return the tag that stands for a kind."""
    return {f"{KIND_PREFIX}{kind}": ""}


def kind_tags(kinds: Iterable[str], subject: str) -> dict[str, str]:
    """Return the tags that stand for kinds.

    Raises:
        InvalidDefinitionError: There are more than ten.
    """
    if isinstance(kinds, str):
        raise ParameterCheckError(f"{subject}: kinds is a set of texts, not {kinds!r}.")
    tags = {f"{KIND_PREFIX}{kind}": "" for kind in kinds}
    if len(tags) > MOST_KINDS:
        raise InvalidDefinitionError(
            f"{subject} has {len(tags)} kinds, of which an asset takes {MOST_KINDS}. Leave some "
            "out."
        )
    return tags


def checked_kinds(kinds: Iterable[str], subject: str) -> None:
    """Make sure that kinds are made of the characters of tags.

    Raises:
        InvalidDefinitionError: One is not.
    """
    wrong = sorted(kind for kind in kinds if not _TAG_VALUE.fullmatch(kind))
    if wrong:
        raise InvalidDefinitionError(
            f"{subject} has kinds that no tag can hold: {listed(wrong)}. Use up to 63 letters, "
            "digits, '_', '-' and '.'."
        )


def checked_type(value: object, kind: type | tuple[type, ...], *, argument: str, of: str) -> None:
    """Make sure that an argument is None or of a class.

    Raises:
        ParameterCheckError: It is not; the message names the argument and what it belongs to.
    """
    if value is None or isinstance(value, kind):
        return
    wanted = kind if isinstance(kind, tuple) else (kind,)
    raise ParameterCheckError(
        f"{of}: {argument} must be a {' or '.join(k.__name__ for k in wanted)}, not {value!r} of "
        f"type {type(value).__name__}."
    )
