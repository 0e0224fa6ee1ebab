"""The error of a misuse of Pipes, which code that knows the external package can catch as well."""

from __future__ import annotations

import sys

from penstock.errors import PipesError


def pipes_error(message: str) -> PipesError:
    """Make a `PipesError`.

    Code of the orchestrating side may catch `dagster_pipes.DagsterPipesError`. Who does so has
    imported that package, so it is looked up and never imported.
    """
    package = sys.modules.get("dagster_pipes")
    theirs = getattr(package, "DagsterPipesError", None)
    if theirs is None:
        return PipesError(message)
    both: type[PipesError] = type("PipesError", (PipesError, theirs), {})
    return both(message)
