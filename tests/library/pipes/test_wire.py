"""Parameters survive the way through an environment variable, read by the external package."""

import dagster_pipes
from hypothesis import given
from hypothesis import strategies as st

from penstock.library.pipes.wire import CONTEXT_VARIABLE, argument_of, pack, unpack

_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=10,
)


@given(st.dictionaries(st.text(), _JSON))
def test_what_is_packed_is_unpacked(params):
    assert unpack(pack(params)) == params
    assert dagster_pipes.decode_param(pack(params)) == params
    assert unpack(dagster_pipes.encode_param(params)) == params


def test_the_names_are_those_of_the_external_package():
    assert dagster_pipes.DAGSTER_PIPES_CONTEXT_ENV_VAR == CONTEXT_VARIABLE
    assert argument_of(CONTEXT_VARIABLE) == dagster_pipes.DAGSTER_PIPES_CONTEXT_CLI_ARGUMENT
