"""Collecting the assets and checks of modules."""

from __future__ import annotations

from collections.abc import Iterable
from types import ModuleType
from typing import TypeVar

from penstock.define.node import AssetChecksDefinition, AssetsDefinition

T = TypeVar("T")


def load_assets_from_modules(modules: Iterable[ModuleType]) -> list[AssetsDefinition]:
    """Return the assets that modules have as attributes, alone or in lists; each once."""
    return _collect(modules, AssetsDefinition)


def load_asset_checks_from_modules(modules: Iterable[ModuleType]) -> list[AssetChecksDefinition]:
    """Return the checks that modules have as attributes, alone or in lists; each once."""
    return _collect(modules, AssetChecksDefinition)


def _collect(modules: Iterable[ModuleType], kind: type[T]) -> list[T]:
    found: dict[int, T] = {}
    for module in modules:
        for value in vars(module).values():
            found.update((id(m), m) for m in _members(value) if isinstance(m, kind))
    return list(found.values())


def _members(value: object) -> Iterable[object]:
    if isinstance(value, (list, tuple)):
        return value  # pyright: ignore[reportUnknownVariableType] - any object will do
    return (value,)
