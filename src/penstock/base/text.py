"""Words for people: nearest spellings, plurals, durations, lists.

Pure functions from values to text; nothing here prints.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence


def nearest(word: str, known: Iterable[str], *, limit: int = 3) -> tuple[str, ...]:
    """Find up to `limit` known words that look like a misspelt one, best first."""
    import difflib  # noqa: PLC0415 - only a mistake pays for it

    return tuple(difflib.get_close_matches(word, list(known), n=limit, cutoff=0.6))


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """Say " Did you mean 'x'?" or nothing; begins with a space so that it can be appended."""
    close = nearest(word, known)
    return f" Did you mean {listed(close, 'or')}?" if close else ""


def listed(words: Sequence[str], conjunction: str = "and") -> str:
    """Write quoted words as a list in a sentence: 'a', 'b' and 'c'."""
    quoted = [f"'{w}'" for w in words]
    if len(quoted) <= 1:
        return "".join(quoted)
    return f"{', '.join(quoted[:-1])} {conjunction} {quoted[-1]}"


def counted(count: int, noun: str, plural: str | None = None) -> str:
    """Write a number with its noun: '1 partition', '30 partitions'."""
    return f"{count:,} {noun if count == 1 else plural or noun + 's'}"


def duration(seconds: float) -> str:
    """Write a duration in its two largest units: '0.3s', '32s', '43m', '2h 5m', '3d 4h'."""
    if seconds < 1:
        return f"{max(seconds, 0):.1f}s"
    whole = round(seconds)
    if whole < 60:
        return f"{whole}s"
    minutes, hours, days = whole // 60, whole // 3600, whole // 86400
    if minutes < 60:
        return f"{minutes}m"
    if hours < 24:
        return f"{hours}h {minutes % 60}m"
    return f"{days}d {hours % 24}h"


def ago(seconds: float) -> str:
    """Write how long ago something was, in one unit: 'just now', '5m ago', '3d ago'."""
    if seconds < 10:
        return "just now"
    for unit, size in (("d", 86400), ("h", 3600), ("m", 60)):
        if seconds >= size:
            return f"{int(seconds // size)}{unit} ago"
    return f"{int(seconds)}s ago"
