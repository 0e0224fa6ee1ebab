"""Files become definitions, or an error that lists every mistake with its line."""

from __future__ import annotations

from pathlib import Path

import pytest

import penstock as dg
from penstock.errors import InvalidDefinitionsError, LoadError
from penstock.library.declarative.load import load_assets_from_yaml, load_definitions_from_yaml

YAML = """
defaults:
  group: files
assets:
  raw:
    path: in.csv
    description: What came in.
  clean:
    transform: cp {raw.path} {self.path}
    path: out/clean.csv
    tags: {tier: gold, level: 2}
    owners: [team:data]
    kinds: csv
    metadata: {rows: 3}
    timeout: 5m
    checks:
      not_empty: test -s {self.path}
tasks:
  tell:
    command: echo done
    depends_on: clean
"""


def _problems(path: Path, text: str) -> list[str]:
    path.write_text(text)
    with pytest.raises(InvalidDefinitionsError) as caught:
        load_definitions_from_yaml(path)
    return [problem.removeprefix(f"{path.name}, ") for problem in caught.value.problems]


def test_attributes_become_those_of_assets(tmp_path: Path):
    path = tmp_path / "assets.yaml"
    path.write_text(YAML)

    graph = load_definitions_from_yaml(path).load().graph

    clean = graph.node(dg.AssetKey("clean"))
    assert [k.to_user_string() for k in graph.keys] == ["raw", "clean", "tell"]
    assert graph.node(dg.AssetKey("raw")).node is None
    assert graph.node(dg.AssetKey("raw")).description == "What came in."
    assert clean.group == "files"
    assert clean.tags == (("level", "2"), ("tier", "gold"))
    assert list(clean.owners) == ["team:data"]
    assert clean.kinds == ("csv",)
    assert graph.parents(dg.AssetKey("clean")) == (dg.AssetKey("raw"),)
    assert graph.parents(dg.AssetKey("tell")) == (dg.AssetKey("clean"),)
    assert [check.name for check in graph.checks_of(dg.AssetKey("clean"))] == ["not_empty"]


def test_a_list_with_names_says_the_same_as_a_mapping(tmp_path: Path):
    path = tmp_path / "assets.yaml"
    path.write_text("assets:\n  - name: a\n    path: a.csv\n  - {name: b, command: x, path: b.csv}")

    graph = load_definitions_from_yaml(path).load().graph

    assert [k.to_user_string() for k in graph.keys] == ["a", "b"]


def test_every_mistake_is_listed_with_its_line(tmp_path: Path):
    found = _problems(
        tmp_path / "bad.yaml",
        """\
assets:
  raw: {path: in.csv}
  a:
    transform: cp {rwa.path} {self.pth}
    path: a.csv
    ownrs: me
  b:
    transform: cat {c.path} > {self.path}
    path: b.csv
    depends_on: [nothing]
    timeout: soon
  c:
    transform: cp {b.path} {self.path}
    path: b.csv
  d: {}
asets: {}
""",
    )

    assert found == [
        "line 4: 'a' refers to {rwa.path}, but this file declares no 'rwa'. Did you mean 'raw'?",
        "line 4: {self.pth} names an unknown attribute; there are 'path', 'name' and 'partition'. "
        "Did you mean 'path'?",
        "line 6: asset 'a' has the unknown attribute 'ownrs'. Did you mean 'owners'?",
        "line 7: these depend on each other in a circle: b → c → b. Remove one of the "
        "dependencies.",
        "line 8: the command of 'b' has '>', which only a shell understands. Add 'shell: true', or "
        "put it in a script.",
        "line 10: 'b' depends on 'nothing', which nothing declares.",
        "line 11: 'timeout' of asset 'b' must be seconds, or a duration like '5m'.",
        "line 14: 'c' and 'b' (line 7) have the same path 'b.csv'. Give each its own.",
        "line 15: asset 'd' has neither a path nor a transform. Add one of them.",
        "line 16: There is no section 'asets'. Did you mean 'assets' or 'tasks'? The sections are "
        "'assets', 'tasks' and 'defaults'.",
    ]


def test_two_assets_of_one_name_are_refused(tmp_path: Path):
    text = "asset a: path: x\nasset a: path: y\n"

    assert _problems(tmp_path / "a.penstock", text) == [
        "line 2: 'a' is declared twice, first in line 1. Rename one."
    ]


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("assets:\n  a: {path: x\n", "line 3: "),
        ("assets:\n  a: {path: x}\n  a: {path: y}\n", "line 3: the key 'a' is there twice"),
        ("", "line 1: it declares no asset"),
        ("assets:\n  a b: {path: x}\n  $: {path: y}", "valid"),
        ("assets:\n  a: {path: x, partitions: {type: yearly, start: '2024'}}", "'daily'"),
        ("assets:\n  a: {path: x, partitions: [k]}", "must hold '{self.partition}'"),
        ("assets:\n  a: {path: 'x/{self.partition}'}", "but it has no partitions"),
        ('assets:\n  a: {command: "x \'y", path: z}', "cannot be split"),
        ("assets:\n  a: {path: x, shell: true}", "no transform that it could be about"),
        ("assets:\n  a: {path: x, group: 'a b'}", "has the group 'a b'"),
        ("assets:\n  a: {path: x, transform: 'y', command: 'z'}", "Keep one"),
        ("assets:\n  s: {path: x}\n  a: {command: 'cp {s} z', path: z}", "Write '{s.path}'"),
        ("tasks:\n  t: {}", "has no command"),
        ("assets:\n  a: {command: 'x {a.path}', depends_on: a, path: z}", "depends on itself"),
    ],
)
def test_what_is_wrong_is_said(tmp_path: Path, text: str, what: str):
    assert what in "\n".join(_problems(tmp_path / "x.yaml", text))


def test_a_file_that_is_not_there_is_told(tmp_path: Path):
    with pytest.raises(LoadError, match="There is no file"):
        load_definitions_from_yaml(tmp_path / "nothing.yaml")


def test_assets_of_a_file_depend_on_python_assets_and_the_other_way_round(tmp_path: Path):
    path = tmp_path / "assets.yaml"
    path.write_text("assets:\n  made:\n    command: 'true'\n    depends_on: [from_python]")

    @dg.asset
    def from_python() -> int:
        return 1

    @dg.asset(deps=["made"])
    def after() -> None: ...

    declared = load_assets_from_yaml(path, upstream=[from_python])
    graph = dg.Definitions([from_python, after, *declared]).load().graph

    assert graph.parents(dg.AssetKey("made")) == (dg.AssetKey("from_python"),)
    assert graph.parents(dg.AssetKey("after")) == (dg.AssetKey("made"),)


def test_an_upstream_asset_that_is_not_among_the_named_ones_is_refused(tmp_path: Path):
    path = tmp_path / "assets.yaml"
    path.write_text("assets:\n  made:\n    command: 'true'\n    depends_on: [from_pyton]")

    with pytest.raises(InvalidDefinitionsError, match="Did you mean 'from_python'"):
        load_assets_from_yaml(path, upstream=["from_python"])


def test_the_code_version_follows_the_command_and_its_code_file(tmp_path: Path):
    path = tmp_path / "assets.yaml"
    script = tmp_path / "x.py"
    versions: set[str | None] = set()

    for code, command in [("1", "python x.py"), ("2", "python x.py"), ("2", "python x.py -v")]:
        script.write_text(code)
        path.write_text(f"assets:\n  a: {{command: '{command}', path: a.csv}}")
        graph = load_definitions_from_yaml(path).load().graph
        versions.add(graph.node(dg.AssetKey("a")).code_version)

    assert len(versions) == 3
