"""What an instance gives to runs that declare nothing: an IO manager."""

from __future__ import annotations

import importlib
from collections.abc import Mapping

from penstock.errors import InvalidDefinitionError
from penstock.execute.io_managers.filesystem import PickledObjectFilesystemIOManager
from penstock.execute.io_managers.memory import InMemoryIOManager
from penstock.instance import Instance

_PREFIXES = ("PENSTOCK", "DAGSTER")
_YES = ("1", "true", "yes", "on")


def default_io_manager(instance: Instance) -> object:
    """Return the IO manager, or a definition of one, of an instance that declares none.

    The environment may name one: `PENSTOCK_DEFAULT_IO_MANAGER_MODULE` and `..._ATTRIBUTE`, and with
    `..._SILENCE_FAILURES` one that cannot be had is passed over. Else values are pickled under the
    home; in memory where there is no home.

    Raises:
        InvalidDefinitionError: The environment names one that cannot be had.
    """
    named = _named(instance.settings.environment)
    if named is not None:
        return named
    if instance.home is None:
        return InMemoryIOManager(instance.memory)
    return PickledObjectFilesystemIOManager(instance.home / "storage")


def _named(environment: Mapping[str, str]) -> object:
    for prefix in _PREFIXES:
        variable = f"{prefix}_DEFAULT_IO_MANAGER"
        module, attribute = (environment.get(f"{variable}_{e}") for e in ("MODULE", "ATTRIBUTE"))
        if not module or not attribute:
            continue
        try:
            return getattr(importlib.import_module(module), attribute)
        except (ImportError, AttributeError) as error:
            if environment.get(f"{variable}_SILENCE_FAILURES", "").lower() in _YES:
                return None
            raise InvalidDefinitionError(
                f"The environment names '{attribute}' of '{module}' as the default IO manager"
                f" ({variable}_MODULE and {variable}_ATTRIBUTE), but: {error}. Correct or"
                " unset them."
            ) from error
    return None
