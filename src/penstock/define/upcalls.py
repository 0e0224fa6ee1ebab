"""The one deliberate hole in the layers: definitions that can run themselves.

`job.execute_in_process()` and its kin live on classes of this layer and need `penstock.execute`
above it. They go through `engine`, by name and at call time, and nothing else does.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

from penstock.define.engine import Engine

if TYPE_CHECKING:
    from penstock.define.job_definition import JobDefinition


def engine() -> Engine:
    """Return what runs definitions."""
    module = importlib.import_module("penstock.execute.engine")
    found: Engine = module.ENGINE
    return found


def job_of_graph(graph: object, **arguments: object) -> JobDefinition:
    """Make a job of a graph: the job's module knows graphs, and not the other way round."""
    module = importlib.import_module("penstock.define.job")
    made: JobDefinition = module.job_of_graph(graph, **arguments)
    return made
