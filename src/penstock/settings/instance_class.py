"""The class of an instance: `Instance`, or a subclass of it that the settings name."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from typing import TypeVar, cast

from penstock.config.configurable_class import ConfigurableClassData
from penstock.config.schema import ConfigSchema
from penstock.errors import InvalidConfigError
from penstock.settings.document import Document

T = TypeVar("T")


def class_of(document: Document, *, of: type[T]) -> tuple[type[T], Mapping[str, ConfigSchema]]:
    """Return the class of the instance, and the schema of the keys that it adds.

    Args:
        document: The settings.
        of: The class that it is, or must be derived from.

    Raises:
        InvalidConfigError: The class cannot be found, or is not derived from `of`.
    """
    written = document.values.get("instance_class")
    if not isinstance(written, Mapping) or not {"module", "class"} <= set(
        cast("Mapping[str, object]", written)
    ):
        return of, {}
    data = ConfigurableClassData.of(cast("Mapping[str, object]", written))
    try:
        found: object = getattr(importlib.import_module(data.module_name), data.class_name, None)
    except ImportError as error:
        raise InvalidConfigError(
            f"{document.place_of('root:instance_class')}: the module {data.module_name} cannot be "
            f"imported: {error}. Install it, or correct its name."
        ) from error
    if not isinstance(found, type) or not issubclass(found, of):
        raise InvalidConfigError(
            f"{document.place_of('root:instance_class')}: {data.module_name}.{data.class_name} is "
            f"no subclass of penstock.{of.__name__}. Name one that is."
        )
    schema: object = getattr(found, "config_schema", dict[str, ConfigSchema])()
    return found, cast("Mapping[str, ConfigSchema]", schema)
