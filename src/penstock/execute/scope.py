"""`Scope`: the facts and sinks behind the context of one attempt."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence

from penstock.define.node import NodeDefinition
from penstock.define.result import AssetMaterialization, AssetObservation
from penstock.execute.facts import RunFacts
from penstock.execute.protocol import Report, Task
from penstock.model.events import AssetMaterialized, AssetObserved, LogLine
from penstock.model.keys import AssetCheckKey, AssetKey
from penstock.partitions.definition import PartitionsDefinition


class _LogHandler(logging.Handler):
    """Turns records of Python's logging into events of the run."""

    def __init__(self, step: str, report: Report) -> None:
        super().__init__()
        self._step = step
        self._report = report

    def emit(self, record: logging.LogRecord) -> None:
        message = self.format(record)
        self._report(LogLine(message, record.levelno, self._step, record.name))


class Scope:
    """What a context knows of the attempt; fulfils `define.context.StepScope`."""

    def __init__(
        self,
        *,
        facts: RunFacts,
        task: Task,
        node: NodeDefinition,
        partitions: PartitionsDefinition | None,
        report: Report,
    ) -> None:
        self.run_id = facts.run_id
        self.run_spec = facts.spec
        self.step_key = task.step.key
        self.attempt = task.attempt
        self.assets: Mapping[str, AssetKey] = {a.output: a.key for a in task.step.assets}
        self.checks: Sequence[AssetCheckKey] = [
            AssetCheckKey(c.asset, c.name) for c in task.step.checks
        ]
        self.partitions = partitions
        self.partition_key = facts.spec.partition if partitions is not None else None
        self.partition_range = facts.partition_range if partitions is not None else None
        self.resources: Mapping[str, object] = facts.resources
        self.config: object = None
        self.instance = facts.instance
        self._node = node
        self._report = report
        self._log: logging.Logger | None = None

    @property
    def log(self) -> logging.Logger:
        """A logger whose records become events; made when first asked for."""
        if self._log is None:
            # Not getLogger: it would keep one logger for each step that ever ran.
            name = f"penstock.{self.step_key}"
            self._log = logging.Logger(name, logging.DEBUG)  # noqa: LOG001 - see above
            self._log.addHandler(_LogHandler(self.step_key, self._report))
        return self._log

    @log.setter
    def log(self, logger: logging.Logger) -> None:
        self._log = logger

    def log_event(self, event: AssetMaterialization | AssetObservation) -> None:
        """Record an event of user code about some asset."""
        kind = AssetObserved if isinstance(event, AssetObservation) else AssetMaterialized
        self._report(
            kind(
                asset=event.asset_key,
                partition=event.partition,
                step=self.step_key,
                metadata=dict(event.metadata),
                tags=dict(event.tags),
                description=event.description,
            )
        )
