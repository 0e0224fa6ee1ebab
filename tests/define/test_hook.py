"""Hooks: which ends they answer to, what their context tells, and calling them by hand."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from penstock.define.hook import (
    HookExecutionResult,
    build_hook_context,
    event_list_hook,
    failure_hook,
    success_hook,
)
from penstock.define.op import op
from penstock.errors import (
    InvalidDefinitionError,
    InvalidInvocationError,
    InvalidPropertyError,
    ParameterCheckError,
)


@dataclass
class Ended:
    is_step_success: bool = False
    is_step_failure: bool = False


@op
def one(): ...


def test_a_hook_answers_to_its_kind_of_end_only() -> None:
    told: list[object] = []
    on_success = success_hook(lambda context: told.append("well"), name="tell")
    on_failure = failure_hook(name="warn")(lambda context: told.append("badly"))
    context = build_hook_context()

    assert HookExecutionResult("tell") == on_success.hook_fn(context, [Ended(is_step_success=True)])
    assert HookExecutionResult("tell", is_skipped=True) == on_success.hook_fn(context, [Ended()])
    assert HookExecutionResult("warn") == on_failure.hook_fn(context, [Ended(is_step_failure=True)])
    assert told == ["well", "badly"]


def test_a_hook_is_called_by_hand_with_a_built_context() -> None:
    @success_hook(required_resource_keys={"chat"})
    def tell(context):
        return context.resources.chat, context.job_name, context.op.name, context.op_exception

    error = ValueError("no")
    context = build_hook_context(
        resources={"chat": "room"}, op=one, job_name="nightly", op_exception=error
    )

    assert ("room", "nightly", "one", error) == tell(context)
    assert ("room", "nightly", "one", error) == tell(context=context)


def test_a_call_by_hand_needs_the_context_and_its_resources() -> None:
    @success_hook(required_resource_keys={"chat"})
    def tell(context): ...

    with pytest.raises(InvalidInvocationError, match="without its argument, 'context'"):
        tell()
    with pytest.raises(InvalidInvocationError, match="takes 'context' alone"):
        tell(build_hook_context(), 1)
    with pytest.raises(InvalidDefinitionError, match="'chat', which hook 'tell' requires"):
        tell(build_hook_context())


def test_what_a_built_context_was_not_given_is_refused() -> None:
    @success_hook
    def asks(context):
        return context.step_key

    with pytest.raises(InvalidPropertyError, match="step_key"):
        asks(build_hook_context())


def test_a_hook_of_all_ends_takes_the_events() -> None:
    @event_list_hook(required_resource_keys={"chat"})
    def audit(context, event_list):
        return HookExecutionResult("audit", is_skipped=not event_list)

    assert HookExecutionResult("audit", is_skipped=True) == audit.hook_fn(None, [])
    with pytest.raises(
        InvalidDefinitionError, match="@event_list_hook passes 'context' and 'event_list'"
    ):
        event_list_hook(lambda context: None)
    with pytest.raises(InvalidDefinitionError, match="@success_hook passes 'context' by position"):
        success_hook(lambda ctx: None)
    with pytest.raises(ParameterCheckError, match="must be a set"):
        success_hook(name="x", required_resource_keys=["chat"])(lambda context: None)
