import penstock as dg


def _classes(error):
    found = []
    while error is not None:
        found.append(error.cls_name)
        error = error.cause
    return found


def _errors(job, **arguments):
    """Return the classes of the errors of the first failed step and of the run."""
    result = job.execute_in_process(raise_on_error=False, **arguments)
    (step,) = result.get_step_failure_events()
    run = result.get_job_failure_event()
    return _classes(step.step_failure_data.error), _classes(run.job_failure_data.error)


def _job_of(function, resources=None, **arguments):
    made = dg.op(name="only", **arguments)(function)

    @dg.job(resource_defs=resources)
    def j():
        made()

    return j


def _raises(error):
    def raising(*_):
        raise error

    return raising


def test_what_the_body_of_a_step_raised_is_the_cause_of_the_steps_error():
    def boom():
        raise ValueError("boom") from KeyError("a")

    wanted = ["DagsterExecutionStepExecutionError", "ValueError", "KeyError"]
    assert (wanted, wanted) == _errors(_job_of(boom))


def test_an_error_of_ours_is_shown_with_its_name_in_dagster():
    def wrong():
        raise dg.InvariantViolationError("no")

    assert _errors(_job_of(wrong))[0] == ["DagsterInvariantViolationError"]


def test_a_wrong_argument_inside_a_step_counts_as_an_error_of_user_code():
    def wrong():
        raise dg.ParameterCheckError("no")

    wanted = ["DagsterExecutionStepExecutionError", "ParameterCheckError"]
    assert wanted == _errors(_job_of(wrong))[0]


def test_a_failure_of_user_code_is_shown_as_it_is():
    def fails():
        raise dg.Failure("no")

    assert _errors(_job_of(fails))[0] == ["Failure"]


def test_a_type_check_that_raised_says_so_with_the_cause():
    checked = dg.DagsterType(_raises(ValueError("check")), name="Checked")

    wanted = ["DagsterTypeCheckError", "ValueError"]
    assert wanted == _errors(_job_of(lambda: 1, out=dg.Out(checked)))[0]


def test_an_io_manager_that_raised_says_so_with_the_cause():
    class Broken(dg.IOManager):
        def handle_output(self, context, obj):
            raise ValueError("disk")

        def load_input(self, context): ...

    wanted = ["DagsterExecutionHandleOutputError", "ValueError"]
    assert wanted == _errors(_job_of(lambda: 1, {"io_manager": Broken()}))[0]


def test_a_value_of_another_type_is_told_with_the_name_in_dagster():
    assert _errors(_job_of(lambda: 1, out=dg.Out(str)))[0] == ["DagsterTypeCheckDidNotPass"]


def test_metadata_of_an_error_of_user_code_is_in_the_form_of_metadata():
    def fails():
        raise dg.TypeCheckDidNotPass(description="Never.", metadata={"why": "so"})

    try:
        _job_of(fails).execute_in_process()
    except dg.TypeCheckDidNotPass as error:
        raised = error

    assert raised.description == "Never."
    assert {"why": dg.MetadataValue.text("so")} == raised.metadata
