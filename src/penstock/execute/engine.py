"""`ENGINE`: what the classes of `define` are run by; see `define/engine.py`."""

from __future__ import annotations

from penstock.define.engine import Engine, ValueLoader
from penstock.define.loaded import LoadedDefinitions
from penstock.execute.asset_value_loader import AssetValueLoader
from penstock.execute.jobs import execute_in_process
from penstock.instance import Instance


class _Engine:
    execute_in_process = staticmethod(execute_in_process)

    def ephemeral_instance(self) -> object:
        return Instance.ephemeral()

    def value_loader(self, loaded: LoadedDefinitions, instance: object) -> ValueLoader:
        return AssetValueLoader(loaded, instance)


ENGINE: Engine = _Engine()
