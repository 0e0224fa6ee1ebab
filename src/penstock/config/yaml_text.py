"""YAML text into plain values, strictly: no dates, no repeated keys, mistakes with their place.

The only module that imports yaml; import it where a file is read, not before.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import cast

import yaml


class YamlMistake(Exception):
    """The text is not the YAML that we accept.

    Attributes:
        what: The mistake, without a final full stop.
        line: Counted from 1.
        column: Counted from 1.
    """

    def __init__(self, what: str, mark: yaml.Mark | None) -> None:
        super().__init__(what)
        self.what = what
        self.line: int = mark.line + 1 if mark else 1
        self.column: int = mark.column + 1 if mark else 1


class _Loader(yaml.SafeLoader):
    """Reads text, numbers, booleans, null, lists and mappings."""

    def construct_mapping(
        self,
        node: yaml.MappingNode,
        deep: bool = False,  # noqa: FBT001, FBT002 - the signature is yaml's
    ) -> dict[Hashable, object]:
        seen: set[object] = set()
        for key_node, _ in node.value:
            if key_node.tag == "tag:yaml.org,2002:merge":
                continue
            construct = cast("Callable[..., object]", self.construct_object)  # pyright: ignore[reportUnknownMemberType] - untyped
            key = construct(key_node, deep=True)
            if not isinstance(key, Hashable):
                raise YamlMistake("a key must be text or a number", key_node.start_mark)
            if key in seen:
                raise YamlMistake(f"the key '{key}' is there twice", key_node.start_mark)
            seen.add(key)
        return super().construct_mapping(node, deep=deep)


_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if not tag.endswith(":timestamp")]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def parse_yaml(text: str) -> object:
    """Read one YAML document; None if it is empty.

    Raises:
        YamlMistake: The text is not YAML, or a mapping repeats a key.
    """
    try:
        return cast("object", yaml.load(text, Loader=_Loader))  # noqa: S506 - a SafeLoader
    except yaml.MarkedYAMLError as error:
        raise YamlMistake(error.problem or "it is not YAML", error.problem_mark) from None
    except yaml.reader.ReaderError as error:
        raise YamlMistake(f"a character is not allowed ({error.reason})", None) from None


def places_of(text: str) -> dict[str, tuple[int, int]]:
    """Return where each key and item of a document is, as line and column counted from 1.

    The paths are those of problems with config, from `root` on: `root:storage:sqlite`, and
    `root:limits[0]` for an item. What an anchor or a merge repeats is where it was first written.
    """
    node = yaml.compose(text, Loader=_Loader)
    places: dict[str, tuple[int, int]] = {}
    if node is not None:
        _note_places(node, "root", places)
    return places


def _note_places(node: yaml.Node, at: str, places: dict[str, tuple[int, int]]) -> None:
    places.setdefault(at, _place(node))
    if isinstance(node, yaml.MappingNode):
        for key, value in cast("list[tuple[yaml.Node, yaml.Node]]", node.value):
            if isinstance(key, yaml.ScalarNode):
                path = f"{at}:{cast('str', key.value)}"
                places[path] = _place(key)
                _note_places(value, path, places)
    elif isinstance(node, yaml.SequenceNode):
        for number, item in enumerate(cast("list[yaml.Node]", node.value)):
            _note_places(item, f"{at}[{number}]", places)


def _place(node: yaml.Node) -> tuple[int, int]:
    return node.start_mark.line + 1, node.start_mark.column + 1
