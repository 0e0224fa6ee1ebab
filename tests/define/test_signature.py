import functools
from typing import TYPE_CHECKING, Annotated, Any, Optional

import pytest

import penstock as dg
from penstock.config.resource import ConfigurableResourceFactory
from penstock.define.signature import Signature, read_signature
from penstock.errors import (
    InvalidConfigDefinitionError,
    InvalidDefinitionError,
    ParameterCheckError,
)

if TYPE_CHECKING:
    from nowhere import Frame


class Limits(dg.Config):
    rows: int = 10


LIMITS = Limits(rows=3)


class Api(dg.ConfigurableResource):
    url: str


def _signature(**changes) -> Signature:
    nothing = {
        "context": False,
        "config": None,
        "resources": (),
        "inputs": (),
        "defaults": {},
        "takes_any": False,
        "returns_nothing": False,
    }
    return Signature(**{**nothing, **changes})


def test_parameters_are_sorted_by_what_they_ask_for():
    def made(context, config: Limits, api: Api, up: int, *, other=3, **rest) -> None: ...

    assert read_signature(made) == _signature(
        context=True,
        config=Limits,
        resources=("api",),
        inputs=("up", "other"),
        defaults={"other": 3},
        takes_any=True,
        returns_nothing=True,
    )


def test_annotations_as_text_mean_the_same():
    def made(ctx: "dg.AssetExecutionContext", config: "Limits", api: "Api") -> "None": ...

    assert read_signature(made) == _signature(
        context=True,
        config=Limits,
        resources=("api",),
        returns_nothing=True,
        context_type=dg.AssetExecutionContext,
    )


def test_a_type_for_checkers_only_makes_its_parameter_an_input():
    def made(api: "Api", frame: "Frame") -> "Frame": ...

    assert read_signature(made) == _signature(resources=("api",), inputs=("frame",))


def test_a_type_of_the_enclosing_function_resolves():
    class Local(dg.ConfigurableResource):
        n: int

    def made(local: "Local", frame: "Frame"):
        return Local

    assert read_signature(made) == _signature(resources=("local",), inputs=("frame",))


@pytest.mark.parametrize("name", ["context", "_context", "_", "__"])
def test_the_first_parameter_is_the_context_by_its_name(name):
    namespace = {}
    exec(f"def made({name}, context2): ...", namespace)

    assert read_signature(namespace["made"]) == _signature(context=True, inputs=("context2",))


def test_a_context_that_is_not_first_is_an_input():
    def made(up, context): ...

    assert read_signature(made).inputs == ("up", "context")


def test_config_without_an_annotation_is_refused():
    def made(config): ...

    with pytest.raises(InvalidConfigDefinitionError, match="no annotation that can be resolved"):
        read_signature(made)


@pytest.mark.parametrize(
    ("annotation", "printed"),
    [
        (dict, "{ }"),
        (dict[str, int], "{ [String]: (Int | { env: String }) }"),
        (list[float], "[Float]"),
        (str, "(String | { env: String })"),
        (Optional[str], "(String | { env: String })?"),  # noqa: UP045 - as users write it
        (Any, "Any"),
    ],
)
def test_config_may_be_of_any_type_that_a_config_file_holds(annotation, printed):
    def made(config): ...

    made.__annotations__["config"] = annotation

    assert str(read_signature(made).config_schema.config_type) == printed


@pytest.mark.parametrize("annotation", [tuple[str, str], set])
def test_config_of_another_type_is_refused(annotation):
    def made(config): ...

    made.__annotations__["config"] = annotation

    with pytest.raises(InvalidConfigDefinitionError, match="no form in config"):
        read_signature(made)


def test_a_default_of_plain_config_is_that_of_the_config():
    def made(config: str = "hi"): ...

    assert read_signature(made).config_schema.default_value == "hi"


def test_a_default_of_a_config_class_is_refused():
    def made(config: Limits = LIMITS): ...

    with pytest.raises(ParameterCheckError, match="Give the fields of the Config class defaults"):
        read_signature(made)


class TextFactory(ConfigurableResourceFactory[str]):
    def create_resource(self, context):
        return "made"


class Kept(dg.ConfigurableIOManager):
    def handle_output(self, context, obj): ...
    def load_input(self, context): ...


@pytest.mark.parametrize("annotation", [TextFactory, Kept, dg.ResourceDefinition])
def test_an_annotation_that_makes_a_resource_is_refused(annotation):
    def made(db): ...

    made.__annotations__["db"] = annotation

    with pytest.raises(InvalidDefinitionError, match="makes a resource and is not what user code"):
        read_signature(made)
    with pytest.raises(InvalidDefinitionError, match="makes a resource and is not what user code"):
        dg.sensor(job_name="nightly")(made)


def test_a_config_class_under_another_name_is_an_input_with_a_warning():
    def made(limits: Limits): ...

    with pytest.warns(UserWarning, match="rename the parameter"):
        assert read_signature(made).inputs == ("limits",)


def test_a_marked_annotation_is_a_resource():
    def made(db: Annotated[int, "penstock_resource"]): ...

    assert read_signature(made).resources == ("db",)


def test_further_return_types_can_mean_no_value():
    def made() -> dg.MaterializeResult: ...

    assert read_signature(made).returns_nothing is False
    assert read_signature(made, nothing_types=(dg.MaterializeResult,)).returns_nothing is True


def test_a_wrapped_function_is_read_through_its_wrapper():
    def made(context, up): ...

    @functools.wraps(made)
    def wrapper(*args, **kwargs): ...

    assert read_signature(wrapper) == _signature(context=True, inputs=("up",))


def test_positional_arguments_without_names_are_refused():
    def made(*parts): ...

    @functools.wraps(made)
    def wrapper(up): ...

    for function in (made, wrapper):
        with pytest.raises(InvalidDefinitionError) as caught:
            read_signature(function)

        assert str(caught.value) == "'made' takes *args; name its parameters."
