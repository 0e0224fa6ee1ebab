"""The selection language: what each form means, and what each mistake says."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from penstock.errors import (
    InvalidSelectionError,
    InvalidSubsetError,
    ParameterCheckError,
    UnresolvableSelectionError,
)
from penstock.graph.asset_graph import AssetGraph
from penstock.graph.selection import AssetSelection
from penstock.graph.selection_parser import parse
from penstock.model.keys import AssetKey
from penstock.model.manifest import AssetDependency, AssetNode, Manifest
from penstock.partitions.static import StaticPartitionsDefinition


def key(text: str) -> AssetKey:
    return AssetKey.from_user_string(text)


def node(text: str, *deps: str, **facts: object) -> AssetNode:
    return AssetNode(
        key=key(text),
        node=text,
        deps=tuple(AssetDependency(key=key(d)) for d in deps),
        **facts,
    )


# ext → a → b → c → d → e
GRAPH = AssetGraph(
    Manifest(
        location="here",
        assets=(
            node("a", "ext", group="raw", owners=("ann.b@x.org",)),
            node(
                "b",
                "a",
                tags=(("tier", "1"), ("beta", ""), ("k", "a b")),
                partitions=StaticPartitionsDefinition(["x"]),
            ),
            node("c", "b", kinds=("dbt",)),
            node("d", "c", owners=("team:data",)),
            node("e", "d"),
            node("raw/my-table.v2", group="raw"),
            node("2"),
        ),
    )
)
LOOSE = ["2", "raw/my-table.v2"]


def names(text: str) -> list[str]:
    return sorted(str(k) for k in AssetSelection.from_string(text).resolve(GRAPH))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a", ["a"]),
        ("raw/my-table.v2", ["raw/my-table.v2"]),
        ('"a"', ["a"]),
        ("a,b", ["a", "b"]),
        ("a and a , c or d", ["a", "c", "d"]),
        ("a or b", ["a", "b"]),
        ("a OR b AND c", ["a"]),
        ("(a or b) and not a", ["b"]),
        ("not a and not b and c", ["c"]),
        ("not a and not b", ["2", "c", "d", "e", "raw/my-table.v2"]),
        ("not not a", ["a"]),
        ("not a or b", ["2", "b", "c", "d", "e", "raw/my-table.v2"]),
        ("sinks(*)", ["2", "e", "raw/my-table.v2"]),
        ("roots(b+)", ["b"]),
        ("sinks", None),
        ("*", ["2", "a", "b", "c", "d", "e", "raw/my-table.v2"]),
        ('key:"*"', ["2", "a", "b", "c", "d", "e", "ext", "raw/my-table.v2"]),
        ("key:raw*", ["raw/my-table.v2"]),
        ("key:*t", ["ext"]),
        ('key:"r*2"', ["raw/my-table.v2"]),
        ("key:nothing", []),
        ("key : a", ["a"]),
        ("group:raw", ["a", "raw/my-table.v2"]),
        ('group:"r*"', ["a", "raw/my-table.v2"]),
        ("group:<null>", []),
        ("kind:dbt", ["c"]),
        ("kind:<null> and c+", ["d"]),
        ("owner:ann.b@x.org", ["a"]),
        ("owner:team:data", ["d"]),
        ('owner:"team:data"', ["d"]),
        ("owner:<null> and (a or b)", ["b"]),
        ("tag:tier=1", ["b"]),
        ("tag:tier", []),
        ("tag:beta", ["b"]),
        ('tag:"k" = "a b"', ["b"]),
        ("tag:tier=1 or kind:dbt", ["b", "c"]),
        ("is:external", ["ext"]),
        ("partitions:static", ["b"]),
        ("partitions:time", []),
        ("partitions:none and group:raw", ["a", "raw/my-table.v2"]),
        ("partitions:<null> and tag:tier=1", []),
        ("code_location:here and kind:dbt", ["c"]),
        ("code_location:there", []),
        ("is:materializable and key:e*", ["e"]),
    ],
)
def test_each_form_selects(text: str, expected: list[str] | None):
    if expected is None:
        with pytest.raises(InvalidSubsetError):
            names(text)
    else:
        assert names(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("b+", ["b", "c"]),
        ("b++", ["b", "c", "d"]),
        ("+c", ["b", "c"]),
        ("++c", ["a", "b", "c"]),
        ("+c+", ["b", "c", "d"]),
        ("b*", ["b", "c", "d", "e"]),
        ("*c", ["a", "b", "c"]),
        ("*c+", ["a", "b", "c", "d"]),
        ("2+d", ["b", "c", "d"]),
        ("b+2", ["b", "c", "d"]),
        ("1+c+1", ["b", "c", "d"]),
        ("2+", ["2"]),
        ("+b", ["a", "b"]),
        ("a+ and b", ["b"]),
        ("a +or c", ["a", "b", "c"]),
    ],
)
def test_beside_a_bare_name_each_plus_is_one_level(text: str, expected: list[str]):
    assert names(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("key:b+", ["b", "c", "d", "e"]),
        ("+key:c", ["a", "b", "c"]),
        ("key:b++", ["b", "c", "d"]),
        ("key:b+1", ["b", "c"]),
        ("1+key:c", ["b", "c"]),
        ("(b)+", ["b", "c", "d", "e"]),
        ("+kind:dbt+1", ["a", "b", "c", "d"]),
        ("key:ext+1", ["a", "ext"]),
        ("sinks(a or b)+", ["b", "c", "d", "e"]),
    ],
)
def test_beside_another_atom_a_lone_plus_has_no_limit(text: str, expected: list[str]):
    assert names(text) == expected


def test_a_bare_name_without_asset_is_an_error_when_resolved():
    selection = AssetSelection.from_string("raw/my-tabel.v2 and b")

    with pytest.raises(InvalidSubsetError) as caught:
        selection.resolve(GRAPH)

    assert str(caught.value) == (
        "There is no asset 'raw/my-tabel.v2'. Did you mean 'raw/my-table.v2'?"
    )


@pytest.mark.parametrize(
    ("text", "column", "what"),
    [
        ("a and", 6, "expected an asset, an attribute like tag:x, '*' or '(', found the end."),
        ("a b", 3, "expected 'and', 'or', ',' or the end, found 'b'."),
        ("(a or b", 8, "expected 'and', 'or' or ')', found the end."),
        ("(a,b)", 3, "expected 'and', 'or' or ')', found ','."),
        ("a,,b", 3, "expected an asset, an attribute like tag:x, '*' or '(', found ','."),
        ("a And b", 3, "expected 'and', 'or', ',' or the end, found 'And'."),
        ("kind:x*", 7, "expected 'and', 'or', ',' or the end, found '*'."),
        ('key:"a', 5, "this quote is not closed; expected another '\"'."),
        ("is:ready", 4, "'is:' cannot be 'ready'; expected 'external' or 'materializable'."),
        ("tag:", 5, "expected a value of 'tag:'."),
        ("check:a", 7, "expected a check, written check:asset:name."),
        ("a+1234567", 3, "expected at most 6 digits of levels."),
        (
            "grop:raw",
            1,
            "no attribute 'grop:'. Did you mean 'group'? "
            "Expected key:, is:, check:, group:, kind:, owner:, tag:, partitions:, code_location:, "
            "status:, column:, column_tag:, table_name:, changed_in_branch:, automation_type:, "
            "sensor:, schedule:, job:",
        ),
        (
            "a & b",
            3,
            "the character '&' means nothing here. Put a value that holds it in double quotes, "
            'like key:"my asset".',
        ),
    ],
)
def test_a_mistake_is_shown_with_its_column_and_a_caret(text: str, column: int, what: str):
    with pytest.raises(InvalidSelectionError) as caught:
        parse(text)

    assert str(caught.value) == (
        f"Cannot read the selection at column {column}: {what}\n  {text}\n  {' ' * (column - 1)}^"
    )


@pytest.mark.parametrize(
    "text",
    [
        'status:"healthy"',
        'column:"id"',
        "column:<null>",
        'column_tag:"pii"="yes"',
        'column_tag:"pii"',
        'table_name:"t"',
        'changed_in_branch:"NEW"',
        'automation_type:"schedule"',
        'sensor:"s"',
        'schedule:"s"',
        'job:"j"',
    ],
)
def test_what_only_a_deployment_knows_is_read_and_written_but_not_resolved(text: str):
    selection = AssetSelection.from_string(text)

    assert str(selection) == text
    with pytest.raises(UnresolvableSelectionError) as caught:
        selection.resolve(GRAPH)
    assert str(caught.value) == (
        f"'{text}' cannot be resolved from definitions alone: it asks for what only a deployment "
        "knows. Use it in the UI's search; in code select by key, group, tag, kind or owner."
    )
    assert isinstance(caught.value, NotImplementedError)
    assert isinstance(caught.value, ParameterCheckError)


def test_a_code_location_needs_a_graph_that_has_one():
    with pytest.raises(UnresolvableSelectionError, match="code_location"):
        AssetSelection.from_string("code_location:here").resolve([node("a")])


def test_sources_can_be_included_in_all_of_a_text():
    def chosen(text: str) -> list[str]:
        selection = AssetSelection.from_string(text, include_sources=True)
        return sorted(str(k) for k in selection.resolve(GRAPH))

    assert chosen("* and key:e*") == ["e", "ext"]
    assert chosen("not (a or b or c)") == ["2", "d", "e", "ext", "raw/my-table.v2"]
    assert AssetSelection.from_string("*", include_sources=True) == AssetSelection.all(
        include_sources=True
    )


def test_an_empty_selection_is_an_error():
    with pytest.raises(InvalidSelectionError, match="The selection is empty"):
        parse("  ")


@pytest.mark.parametrize("text", ["(" * 10_000 + "a" + ")" * 10_000, "not " * 10_000 + "a"])
def test_a_selection_nested_too_deeply_is_an_error(text: str):
    with pytest.raises(InvalidSelectionError, match="nested more than 50 levels"):
        parse(text)


@given(
    st.text()
    | st.text(alphabet='ab2+*()",: =<>\\\n')
    | st.lists(
        st.sampled_from(
            [
                "a",
                "2",
                "+",
                "*",
                "(",
                ")",
                ",",
                "and",
                "not",
                "or",
                "key:",
                "tag:",
                '"',
                "sinks(",
                "is:",
            ]
        )
    ).map(" ".join)
)
def test_any_text_is_a_selection_or_a_selection_error(text: str):
    try:
        selection = AssetSelection.from_string(text)
    except InvalidSelectionError:
        return
    assert AssetSelection.from_string(str(selection)).expression is not None
