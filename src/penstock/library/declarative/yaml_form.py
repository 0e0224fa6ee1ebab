"""The YAML form: `assets:` and `tasks:` as mappings by name, or as lists of entries with a name."""

from __future__ import annotations

from penstock.base.text import did_you_mean
from penstock.config.yaml_text import YamlMistake
from penstock.library.declarative.document import Block, Kind, Mistake, Written
from penstock.library.located import Located, Place, parse_located

_SECTIONS: dict[str, Kind] = {"assets": "asset", "tasks": "task"}
_KNOWN = (*_SECTIONS, "defaults")


def parse_yaml_form(text: str) -> Written:
    """Read a file in the YAML form; what cannot be read is among the mistakes."""
    try:
        documents = list(parse_located(text))
    except YamlMistake as mistake:
        hint = " Put values that contain '{', ':' or '#' in quotes." if "{" in text else ""
        return Written(mistakes=[Mistake(line=mistake.line, what=f"{mistake.what}.{hint}")])
    reader = _Reader()
    for document in documents:
        reader.read(document)
    return Written(blocks=reader.blocks, mistakes=reader.mistakes)


class _Reader:
    def __init__(self) -> None:
        self.blocks: list[Block] = []
        self.mistakes: list[Mistake] = []

    def read(self, document: Located) -> None:
        """Take the blocks of one YAML document."""
        if document.value is None:
            return
        if not isinstance(document.value, dict):
            self._complain(
                document.place, "the file must hold a mapping that begins with 'assets:'."
            )
            return
        defaults = self._defaults(document.entries.get("defaults"))
        for key, section in document.entries.items():
            place = document.key_places[key]
            if key in _SECTIONS:
                self._section(_SECTIONS[str(key)], section, defaults)
            elif key not in _KNOWN:
                near = did_you_mean(str(key), _KNOWN)
                self._complain(
                    place,
                    f"there is no section '{key}'.{near} The sections are 'assets', 'tasks' "
                    "and 'defaults'.",
                )

    def _defaults(self, section: Located | None) -> Located:
        nothing = Located(value={}, place=Place(line=1))
        if section is None or section.value is None:
            return nothing
        if not isinstance(section.value, dict):
            self._complain(section.place, "'defaults' must be a mapping of attributes.")
            return nothing
        return section

    def _section(self, kind: Kind, section: Located, defaults: Located) -> None:
        if isinstance(section.value, dict):
            for name, entry in section.entries.items():
                self._block(kind, str(name), section.key_places[name], entry, defaults)
        elif isinstance(section.value, list):
            for entry in section.items:
                self._item(kind, entry, defaults)
        elif section.value is not None:
            self._complain(section.place, f"'{kind}s' must be a mapping by name, or a list.")

    def _item(self, kind: Kind, entry: Located, defaults: Located) -> None:
        name = entry.entries.get("name") or entry.entries.get("key")
        if name is None or not isinstance(name.value, str):
            self._complain(entry.place, f"an entry of '{kind}s' has no name. Add 'name: ...'.")
            return
        rest = {k: v for k, v in entry.entries.items() if k not in ("name", "key")}
        body = Located(value=rest, place=entry.place, key_places=entry.key_places)
        self._block(kind, name.value, name.place, body, defaults)

    def _block(
        self, kind: Kind, name: str, place: Place, entry: Located, defaults: Located
    ) -> None:
        if entry.value is not None and not isinstance(entry.value, dict):
            self._complain(entry.place, f"{kind} '{name}' must be a mapping of attributes.")
            return
        attributes = {str(k): v for k, v in entry.entries.items()}
        places = {str(k): entry.key_places[k] for k in entry.entries}
        for key, value in defaults.entries.items():
            if str(key) not in attributes and not (
                kind == "asset" and _is_of_commands(key, attributes)
            ):
                attributes[str(key)] = value
                places[str(key)] = defaults.key_places[key]
        self.blocks.append(
            Block(kind=kind, name=name, place=place, attributes=attributes, attribute_places=places)
        )

    def _complain(self, place: Place, what: str) -> None:
        self.mistakes.append(Mistake(line=place.line, what=f"{what[0].upper()}{what[1:]}"))


def _is_of_commands(key: object, attributes: dict[str, Located]) -> bool:
    """Whether a default is about a command, and the asset has none."""
    about = ("shell", "env", "timeout", "retries", "code")
    return key in about and not {"transform", "command"} & set(attributes)
