"""Objects are made from YAML as from Python; what does not fit is told with its place."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Annotated, Literal

import pytest
from pydantic import ValidationError

import penstock as dg
from penstock.errors import ResolutionError


class Color(Enum):
    RED = "red"


class Inner(dg.Resolvable, dg.Model):
    size: int


class Outer(dg.Resolvable, dg.Model):
    name: str
    inner: Inner | None = None
    many: list[Inner] = []
    table: dict[str, Inner] = {}
    color: Color = Color.RED
    kind: Literal["a", "b"] = "a"


@dataclass
class Record(dg.Resolvable):
    name: str
    color: Color | None = None
    items: list[str] = field(default_factory=list)


class Plain(dg.Resolvable):
    def __init__(self, name: str, count: int = 1) -> None:
        self.facts = (name, count)


def test_a_model_is_made_from_yaml_as_from_python():
    text = """
    name: n
    inner: {size: 1}
    many: [{size: 2}, {size: "{{ three }}"}]
    table: {a: {size: 4}}
    kind: b
    """

    assert Outer.resolve_from_yaml(text, scope={"three": 3}) == Outer(
        name="n",
        inner=Inner(size=1),
        many=[Inner(size=2), Inner(size=3)],
        table={"a": Inner(size=4)},
        kind="b",
    )


def test_a_dataclass_and_a_plain_class_are_made_too():
    assert Record.resolve_from_yaml("name: n\ncolor: red") == Record("n", Color.RED)
    assert Plain.resolve_from_dict({"name": "n"}).facts == ("n", 1)


def test_a_whole_template_keeps_its_type_and_a_part_of_text_becomes_text():
    class Thing(dg.Resolvable, dg.Model):
        whole: object
        part: str
        plain: str

    scope = {"number": 5, "key": dg.AssetKey("k")}

    made = Thing.resolve_from_yaml(
        "whole: '{{ key }}'\npart: 'v{{ number }}'\nplain: '007'", scope=scope
    )

    assert made == Thing(whole=dg.AssetKey("k"), part="v5", plain="007")


def test_the_environment_is_in_scope(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("SIZE", "7")

    made = Inner.resolve_from_yaml("size: '{{ env.SIZE }}'")

    assert made.size == 7
    assert Inner.resolve_from_yaml("size: \"{{ env('NOT_SET', 8) }}\"").size == 8


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("name: '{{ nobody }}'", "It can use: env, dg, datetime"),
        ("name: '{{ nobody.x }}'", "'nobody' means nothing in this template"),
        ("name: '{{ 1 + }}'", "is malformed"),
        ("name: \"{{ env('NOT_SET') }}\"", "no variable NOT_SET"),
        ("name: '{{ dg.Definitions }}'", "cannot be used in templates"),
        ("name: '{{ fail() }}'", "ZeroDivisionError"),
        ("name: n\nmany:\n  - size: '{{ nobody }}'", "<text>:3:5 - many[0].size"),
    ],
)
def test_a_template_that_fails_is_told(text: str, what: str):
    def fail() -> float:
        return 1 / 0

    with pytest.raises(ResolutionError) as caught:
        Outer.resolve_from_yaml(text, scope={} if "nobody" in text else {"fail": fail})

    assert what in str(caught.value)


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("name: n\nmany:\n  - size: 1\n    sise: 2", "<text>:4:5 - many[0].sise: Extra inputs"),
        ("name: n\ninner: {}", "<text>:2:8 - inner.size: Field required"),
        ("inner: {size: 1}", "name: Field required"),
        ("name: n\nnam: m", "<text>:2:1 - nam: Extra inputs"),
    ],
)
def test_what_does_not_fit_is_told_with_its_place(text: str, what: str):
    with pytest.raises(ValidationError) as caught:
        Outer.resolve_from_yaml(text)

    assert what in str(caught.value)


def test_a_resolver_renames_retypes_and_makes_a_field():
    class Shouted(dg.Resolvable, dg.Model):
        text: Annotated[
            tuple[str, ...],
            dg.Resolver(
                lambda context, value: tuple(value.upper().split()),
                model_field_name="words",
                model_field_type=str,
                description="The words.",
            ),
        ]

    assert Shouted.resolve_from_yaml("words: a b").text == ("A", "B")
    assert Shouted.model().model_fields["words"].description == "The words."


def test_a_resolver_that_raises_is_told_with_its_field():
    class Bad(dg.Resolvable, dg.Model):
        size: Annotated[int, dg.Resolver(lambda context, value: 1 // 0)]

    with pytest.raises(ResolutionError, match="'size' failed: ZeroDivisionError"):
        Bad.resolve_from_yaml("size: 1")


def test_a_passthrough_leaves_templates_alone():
    class Query(dg.Resolvable, dg.Model):
        sql: Annotated[str, dg.Resolver.passthrough()]

    assert Query.resolve_from_yaml("sql: '{{ table }}'").sql == "{{ table }}"


def test_an_injected_value_comes_from_a_template():
    class Timed(dg.Resolvable, dg.Model):
        partitions: dg.Injected[dg.DailyPartitionsDefinition]

    daily = dg.DailyPartitionsDefinition("2024-01-01")

    assert Timed.resolve_from_yaml("partitions: '{{ d }}'", scope={"d": daily}).partitions == daily


def test_the_first_type_of_a_union_that_fits_is_taken():
    class Circle(dg.Resolvable, dg.Model):
        radius: int

    class Square(dg.Resolvable, dg.Model):
        side: int

    class Shape(dg.Resolvable, dg.Model):
        form: Circle | Square
        more: Sequence[Circle | Square] = ()

    made = Shape.resolve_from_yaml("form: {side: 1}\nmore: [{radius: 2}, {side: 3}]")

    assert made.form == Square(side=1)
    assert list(made.more) == [Circle(radius=2), Square(side=3)]


def test_specs_keys_and_checks_are_made_from_yaml():
    class All(dg.Resolvable, dg.Model):
        key: dg.ResolvedAssetKey
        spec: dg.ResolvedAssetSpec
        check: dg.ResolvedAssetCheckSpec

    made = All.resolve_from_yaml(
        """
        key: a/b
        spec:
          key: c
          deps: [a/b]
          tags: {tier: 1}
          kinds: [csv]
          partitions_def: {type: static, partition_keys: [x, y]}
        check: {name: not_empty, asset: c, blocking: true}
        """
    )

    assert made.key == dg.AssetKey(["a", "b"])
    assert [dep.asset_key for dep in made.spec.deps] == [dg.AssetKey(["a", "b"])]
    assert made.spec.tags["tier"] == "1"
    assert made.spec.kinds == {"csv"}
    assert made.spec.partitions_def == dg.StaticPartitionsDefinition(["x", "y"])
    assert made.check.key == dg.AssetCheckKey(dg.AssetKey("c"), "not_empty")


def test_a_type_of_which_nothing_says_how_it_is_made_is_refused():
    class Foreign: ...

    @dataclass
    class Bad(dg.Resolvable):
        thing: Foreign

    with pytest.raises(ResolutionError, match="thing: Foreign"):
        Bad.model()


def test_form_facts_are_in_the_schema():
    class Shown(dg.Resolvable, dg.Model):
        name: Annotated[
            str, dg.Resolver.default(form_config=dg.ComponentFormConfig(placeholder="a name"))
        ]

        @classmethod
        def get_form_config(cls) -> dg.ComponentFormConfig:
            return dg.ComponentFormConfig(label="Shown thing", editable=True)

    schema = Shown.model().model_json_schema()

    assert schema["title"] == "Shown thing"
    assert schema["x-app-managed"] is True
    assert schema["properties"]["name"]["ui:placeholder"] == "a name"
