"""From a job to a value of the manifest, without the callables."""

from __future__ import annotations

from penstock.define.definition_arguments import Job
from penstock.define.describe import describe_step
from penstock.define.job import UnresolvedAssetJob
from penstock.model.manifest import JobNode


def describe_job(job: Job) -> JobNode:
    """Return a job as a value of a manifest: its steps, or the selection that it is of."""
    tags = tuple(job.tags.items())
    if isinstance(job, UnresolvedAssetJob):
        return JobNode(
            job.name, selection=str(job.selection), description=job.description, tags=tags
        )
    steps = tuple(describe_step(step) for step in job.steps)
    return JobNode(job.name, steps=steps, description=job.description, tags=tags)
