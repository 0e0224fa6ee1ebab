import pytest

import penstock as dg
from penstock.define.types.annotations import resolve_runtime_type
from penstock.errors import InvalidDefinitionError, ParameterCheckError


def test_a_bare_name_is_the_plain_container():
    assert resolve_runtime_type(dg.List) == resolve_runtime_type(list)
    assert resolve_runtime_type(dg.Dict) == resolve_runtime_type(dict)
    assert resolve_runtime_type(dg.Set) == resolve_runtime_type(set)
    assert resolve_runtime_type(dg.Tuple) == resolve_runtime_type(tuple)
    assert dg.List(int) == dg.List[int]
    assert repr(dg.List) == "penstock.List"


def test_optional_alone_is_no_type():
    with pytest.raises(InvalidDefinitionError, match="is not a type for an input or output"):
        resolve_runtime_type(dg.Optional)


@pytest.mark.parametrize("name", [dg.List, dg.Optional, dg.Tuple])
def test_none_is_no_part(name):
    with pytest.raises(ParameterCheckError, match="is not a type"):
        name[None]


@pytest.mark.parametrize("parts", [str, (str,), (str, int, int)])
def test_a_dict_has_a_type_of_keys_and_a_type_of_values(parts):
    with pytest.raises(ParameterCheckError, match="the type of its keys and the type of its"):
        dg.Dict[parts]


def test_equal_parts_make_equal_types():
    assert dg.List[dg.Int] == resolve_runtime_type(list[int])
    assert dg.Tuple[dg.String, dg.Int] != dg.Tuple[dg.Int, dg.String]
    assert dg.Set[int] != dg.List[int]
    assert len({dg.Dict[str, int], dg.Dict[str, int]}) == 1
