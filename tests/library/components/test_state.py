"""State is fetched once, kept by key, and replaced only when the new one is complete."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from pathlib import Path

import pytest

import penstock as dg
from penstock.components import DefsStateConfig, DefsStateConfigArgs


@dataclass
class Listed(dg.StateBackedComponent):
    args: DefsStateConfigArgs = field(default_factory=DefsStateConfigArgs.local_filesystem)
    names: tuple[str, ...] = ("one",)
    fetches: int = 0

    @property
    def defs_state_config(self) -> DefsStateConfig:
        return DefsStateConfig.from_args(self.args, default_key="listed[x/y]")

    def write_state_to_path(self, state_path: Path) -> None:
        self.fetches += 1
        if not self.names:
            raise ConnectionError
        state_path.write_text("\n".join(self.names))

    def build_defs_from_state(
        self, context: dg.ComponentLoadContext, state_path: Path | None
    ) -> dg.Definitions:
        names = state_path.read_text().split() if state_path is not None else []
        return dg.Definitions(assets=[dg.AssetSpec(name) for name in names])


def _keys(defs: dg.Definitions) -> list[str]:
    return [spec.key.to_user_string() for spec in defs.assets or ()]  # type: ignore[attr-defined]


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def test_state_is_fetched_once_and_kept():
    component = Listed()

    first = _keys(dg.build_defs_for_component(component))
    component.names = ("two",)
    second = _keys(dg.build_defs_for_component(component))

    assert first == second == ["one"]
    assert component.fetches == 1


def test_state_is_fetched_anew_when_asked_for(tmp_path: Path):
    component = Listed()
    dg.build_defs_for_component(component)
    component.names = ("two",)

    asyncio.run(component.refresh_state(tmp_path))

    assert _keys(dg.build_defs_for_component(component)) == ["two"]


def test_a_failed_fetch_leaves_the_old_state(tmp_path: Path):
    component = Listed()
    dg.build_defs_for_component(component)
    component.names = ()

    with pytest.raises(ConnectionError):
        asyncio.run(component.refresh_state(tmp_path))

    assert _keys(dg.build_defs_for_component(component)) == ["one"]


def test_without_refreshing_on_load_there_is_no_state_until_it_is_fetched():
    args = DefsStateConfigArgs.local_filesystem().model_copy(update={"refresh_if_dev": False})

    assert _keys(dg.build_defs_for_component(Listed(args=args))) == []
