"""How a form shows a component and its fields, as entries of their JSON schema."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class FormWidget(Enum):
    """A richer input for a field."""

    CRON = "cron"
    DATE = "date"
    SECRET = "secret"  # noqa: S105 - the name of an input, not a secret


@dataclass(frozen=True, slots=True, kw_only=True)
class ComponentFormConfig:
    """What a form is told about a component class, or about one of its fields.

    Attributes:
        label: The name that people see.
        editable: Whether the component can be edited in a form at all; for classes.
        hidden: Whether the field is left out; it wins over `widget` and `multiline`.
        placeholder: What an empty input shows.
        multiline: Whether the input has several lines.
        widget: A richer input; it wins over `multiline`.
        advanced: Whether the field belongs to what few people need.
        id_source: Whether the field names the component.
    """

    label: str | None = None
    editable: bool = False
    hidden: bool | None = None
    placeholder: str | None = None
    multiline: bool | None = None
    widget: FormWidget | None = None
    advanced: bool | None = None
    id_source: bool | None = None

    def to_component_json_schema_extra(self) -> dict[str, object]:
        """Return the entries for the schema of a class."""
        found: dict[str, object] = {"x-app-managed": True} if self.editable else {}
        return {**found, **self._title()}

    def to_field_json_schema_extra(self) -> dict[str, object]:
        """Return the entries for the schema of a field."""
        found = self._title()
        if self.hidden:
            found["ui:widget"] = "hidden"
        elif self.widget is not None:
            found["ui:widget"] = self.widget.value
        elif self.multiline:
            found["ui:widget"] = "textarea"
        if self.placeholder is not None:
            found["ui:placeholder"] = self.placeholder
        if self.advanced:
            found["ui:advanced"] = True
        if self.id_source:
            found["x-app-id-source"] = True
        return found

    def _title(self) -> dict[str, object]:
        return {} if self.label is None else {"title": self.label}
