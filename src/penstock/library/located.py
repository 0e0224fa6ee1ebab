"""YAML documents as values that remember where in their file they stand.

Owns the reading of YAML for people who will be told about a line of it. Refuses what the run config
refuses too: dates (they stay text) and repeated keys.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from dataclasses import dataclass, field
from typing import cast

import yaml

from penstock.config.yaml_text import YamlMistake


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A position in a file, counted from 1."""

    line: int
    column: int = 1


def _no_keys() -> dict[object, Place]:
    return {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Located:
    """A value of a document and its place.

    Attributes:
        value: Text, a number, a truth value or None; for a mapping a dict of `Located` by key, for
            a list a list of `Located`.
        place: Where it begins.
        key_places: For a mapping, where its keys stand.
    """

    value: object
    place: Place
    key_places: dict[object, Place] = field(default_factory=_no_keys)

    @property
    def entries(self) -> dict[object, Located]:
        """The entries of a mapping; empty for anything else."""
        return cast("dict[object, Located]", self.value) if self.is_mapping else {}

    @property
    def is_mapping(self) -> bool:
        """Whether it is a mapping."""
        return isinstance(self.value, dict)

    @property
    def items(self) -> list[Located]:
        """The items of a list; empty for anything else."""
        is_list = isinstance(self.value, list)
        return cast("list[Located]", self.value) if is_list else []

    def plain(self) -> object:
        """Return the value without places."""
        if isinstance(self.value, dict):
            return {key: entry.plain() for key, entry in self.entries.items()}
        if isinstance(self.value, list):
            return [item.plain() for item in self.items]
        return self.value

    def at(self, path: tuple[object, ...]) -> Located:
        """Return the part under a path of keys and indexes, as far as the path can be followed."""
        here = self
        for step in path:
            if step in here.entries:
                here = here.entries[step]
            elif isinstance(step, int) and step < len(here.items):
                here = here.items[step]
            else:
                return here
        return here

    def place_of(self, path: tuple[object, ...]) -> Place:
        """Return where a path stands: its key's place if it is a key that is there."""
        parent = self.at(path[:-1])
        if path and path[-1] in parent.key_places:
            return parent.key_places[path[-1]]
        return self.at(path).place


# The same loader with its parser in C, many times faster, where PyYAML was built with it.
_Safe = cast("type[yaml.SafeLoader]", getattr(yaml, "CSafeLoader", yaml.SafeLoader))


class _Loader(_Safe):
    """A safe loader that leaves dates as text."""


_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if not tag.endswith(":timestamp")]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def parse_located(text: str) -> Iterator[Located]:
    """Read the YAML documents of a text, one after another.

    Raises:
        YamlMistake: The text is not YAML, or a mapping repeats a key.
    """
    loader = _Loader(text)
    try:
        while loader.check_node():  # pyright: ignore[reportUnknownMemberType] - untyped
            node = cast("yaml.Node", loader.get_node())  # pyright: ignore[reportUnknownMemberType]
            yield _located(loader, node)
    except yaml.MarkedYAMLError as error:
        raise _mistake(text, error) from None
    except yaml.reader.ReaderError as error:
        raise YamlMistake("it holds a character that YAML does not allow", None) from error
    finally:
        loader.dispose()


def _mistake(text: str, error: yaml.MarkedYAMLError) -> YamlMistake:
    """Say what is wrong in the words of the slower parser, which are better and always the same."""
    try:
        for _ in yaml.compose_all(text, Loader=yaml.SafeLoader):  # pyright: ignore[reportUnknownMemberType] - untyped
            pass
    except yaml.MarkedYAMLError as clearer:
        error = clearer
    return YamlMistake(error.problem or "it is not YAML", error.problem_mark)


def _located(loader: _Loader, node: yaml.Node) -> Located:
    place = _place(node)
    if isinstance(node, yaml.MappingNode):
        loader.flatten_mapping(node)
        entries: dict[object, Located] = {}
        keys: dict[object, Place] = {}
        for key_node, value_node in node.value:
            key = _located(loader, key_node).plain()
            if not isinstance(key, Hashable):
                raise YamlMistake("a key must be text or a number", key_node.start_mark)
            if key in entries:
                raise YamlMistake(f"the key '{key}' is there twice", key_node.start_mark)
            entries[key] = _located(loader, value_node)
            keys[key] = _place(key_node)
        return Located(value=entries, place=place, key_places=keys)
    if isinstance(node, yaml.SequenceNode):
        return Located(value=[_located(loader, item) for item in node.value], place=place)
    return Located(value=_scalar(loader, node), place=place)


def _scalar(loader: _Loader, node: yaml.Node) -> object:
    return cast("object", loader.construct_object(node, deep=True))  # pyright: ignore[reportUnknownMemberType] - untyped


def _place(node: yaml.Node) -> Place:
    mark = node.start_mark
    return Place(line=mark.line + 1, column=mark.column + 1)
