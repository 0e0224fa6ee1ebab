import pickle

from pydantic import PrivateAttr

from penstock.config.env import EnvVar
from penstock.config.model import Config
from penstock.config.reading import Reading
from penstock.config.sourced import Template, given_values, template_of


class Inner(Config):
    token: str
    size: int = 1


class Outer(Config):
    inner: Inner
    tags: list[str] = []


class Client(Config):
    token: str
    _header: str = PrivateAttr(default="")

    def model_post_init(self, context):
        self._header = f"Bearer {self.token}"


def resolved(model, **environment):
    template = template_of(model, {})
    return Reading(environment).read_model(template.model, template.values, path="p")


def test_given_values_leave_defaults_out():
    assert given_values(Inner(token="a")) == {"token": "a"}


def test_a_template_describes_nested_models_with_their_overrides():
    outer = Outer(inner=Inner(token=EnvVar("T")))

    described = template_of(outer, {"inner": {"size": 2}, "tags": ["x"]})

    inner = Template(model=Inner, values={"token": EnvVar("T"), "size": 2})
    assert described == Template(model=Outer, values={"inner": inner, "tags": ["x"]})
    assert repr(described) == """Outer(inner=Inner(token=EnvVar("T"), size=2), tags=['x'])"""


def test_hooks_of_the_model_run_only_once_the_values_are_known():
    declared = Client(token=EnvVar("T"))

    client = resolved(declared, T="abc")

    assert declared._header == ""
    assert client._header == "Bearer abc"


def test_templates_and_resolved_models_survive_a_pickle():
    declared = Inner(token=EnvVar("T"))

    client = pickle.loads(pickle.dumps(resolved(declared, T="hunter2")))

    assert client.token == "hunter2"
    assert repr(client) == 'Inner(token=EnvVar("T"), size=1)'
    assert repr(pickle.loads(pickle.dumps(declared))) == 'Inner(token=EnvVar("T"), size=1)'
