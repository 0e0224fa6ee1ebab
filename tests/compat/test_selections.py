"""The named kinds of selections: each equals what the constructor of that meaning makes."""

import pytest

from penstock.compat import selections as named
from penstock.errors import ParameterCheckError
from penstock.graph.selection import AssetSelection
from penstock.model.keys import AssetCheckKey, AssetKey

A, B = AssetSelection.assets("a"), AssetSelection.assets("b")
CHECK = AssetCheckKey(AssetKey("a"), "ok")


@pytest.mark.parametrize(
    ("made", "meant"),
    [
        (named.AllSelection(), AssetSelection.all()),
        (named.AllSelection(include_sources=True), AssetSelection.all(include_sources=True)),
        (named.AllAssetCheckSelection(), AssetSelection.all_asset_checks()),
        (named.KeysAssetSelection([AssetKey("a")]), A),
        (
            named.AssetChecksForAssetKeysSelection([AssetKey("a")]),
            AssetSelection.checks_for_assets("a"),
        ),
        (named.AssetCheckKeysSelection([CHECK]), AssetSelection.checks(CHECK)),
        (named.KeyPrefixesAssetSelection([["x", "y"]]), AssetSelection.key_prefixes(["x", "y"])),
        (named.KeySubstringAssetSelection("x"), AssetSelection.key_substring("x")),
        (named.KeyWildCardAssetSelection("p/*"), AssetSelection.from_string("key:p/*")),
        (named.GroupsAssetSelection(["g", "h"]), AssetSelection.groups("g", "h")),
        (named.GroupWildCardAssetSelection("g*"), AssetSelection.from_string("group:g*")),
        (named.TagAssetSelection("k", "v"), AssetSelection.tag("k", "v")),
        (named.KindAssetSelection(False, "dbt"), AssetSelection.kind("dbt")),
        (named.OwnerAssetSelection("team:x"), AssetSelection.from_string("owner:team:x")),
        (named.IsAttributeAssetSelection("external"), AssetSelection.from_string("is:external")),
        (named.PartitionsAssetSelection("time"), AssetSelection.from_string("partitions:time")),
        (
            named.CodeLocationAssetSelection("here"),
            AssetSelection.from_string("code_location:here"),
        ),
        (named.StatusAssetSelection("healthy"), AssetSelection.from_string("status:healthy")),
        (named.ColumnAssetSelection(None), AssetSelection.from_string("column:<null>")),
        (named.TableNameAssetSelection("t"), AssetSelection.from_string("table_name:t")),
        (named.ColumnTagAssetSelection("k", "v"), AssetSelection.from_string("column_tag:k=v")),
        (
            named.ChangedInBranchAssetSelection("NEW"),
            AssetSelection.from_string("changed_in_branch:NEW"),
        ),
        (
            named.AutomationTypeAssetSelection("schedule"),
            AssetSelection.from_string("automation_type:schedule"),
        ),
        (named.SensorNameAssetSelection("s"), AssetSelection.from_string("sensor:s")),
        (named.ScheduleNameAssetSelection("s"), AssetSelection.from_string("schedule:s")),
        (named.JobAssetSelection("j"), AssetSelection.from_string("job:j")),
        (named.AndAssetSelection([A, B]), A & B),
        (named.OrAssetSelection([A, B]), A | B),
        (named.SubtractAssetSelection(A, B), A - B),
        (named.SinksAssetSelection(A), A.sinks()),
        (named.RootsAssetSelection(A), A.roots()),
        (named.MaterializableAssetSelection(A), A.materializable()),
        (named.RequiredNeighborsAssetSelection(A), A.required_multi_asset_neighbors()),
        (named.ParentSourcesAssetSelection(A), A.upstream_source_assets()),
        (named.UpstreamAssetSelection(A, 2, False), A.upstream(2, include_self=False)),
        (named.DownstreamAssetSelection(A, None, True), A.downstream()),
        (named.UpstreamAssetSelection(A, named.MAX_NUM, True), A.upstream()),
    ],
)
def test_a_named_kind_is_what_the_constructor_makes(made: AssetSelection, meant: AssetSelection):
    assert made == meant
    assert hash(made) == hash(meant)


@pytest.mark.parametrize(
    "make",
    [
        lambda: named.KeysAssetSelection("a"),
        lambda: named.KeysAssetSelection(["a"]),
        lambda: named.GroupsAssetSelection("g"),
        lambda: named.KeyPrefixesAssetSelection("p"),
        lambda: named.AssetCheckKeysSelection("c"),
        lambda: named.AndAssetSelection([]),
        lambda: named.OrAssetSelection("a"),
        lambda: named.SinksAssetSelection("a"),
        lambda: named.SubtractAssetSelection("a", "b"),
    ],
)
def test_an_argument_of_another_class_is_refused(make):
    with pytest.raises(ParameterCheckError):
        make()
