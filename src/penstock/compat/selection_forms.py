"""From a selection to the named form and the fields that Dagster writes it with, and back.

Reading a form gives a selection that equals the one it was written from. What has no form is
written as text. Refuses to know JSON.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from penstock.compat import selections as named
from penstock.graph import selection_expression as expr
from penstock.graph.selection import AssetSelection

Form = tuple[str, Mapping[str, object]]

_TEXT = "AssetSelection"
_FIELDS: Mapping[expr.Field, tuple[type[AssetSelection], str]] = {
    expr.Field.PARTITIONS: (named.PartitionsAssetSelection, "selected_partitions"),
    expr.Field.CODE_LOCATION: (named.CodeLocationAssetSelection, "selected_code_location"),
    expr.Field.STATUS: (named.StatusAssetSelection, "selected_status"),
    expr.Field.COLUMN: (named.ColumnAssetSelection, "selected_column"),
    expr.Field.TABLE_NAME: (named.TableNameAssetSelection, "selected_table_name"),
    expr.Field.CHANGED_IN_BRANCH: (
        named.ChangedInBranchAssetSelection,
        "selected_changed_in_branch",
    ),
    expr.Field.AUTOMATION_TYPE: (named.AutomationTypeAssetSelection, "selected_automation_type"),
    expr.Field.SENSOR: (named.SensorNameAssetSelection, "selected_sensor"),
    expr.Field.SCHEDULE: (named.ScheduleNameAssetSelection, "selected_schedule"),
    expr.Field.JOB: (named.JobAssetSelection, "selected_job"),
}
_FUNCTIONS = {
    expr.Function.SINKS: named.SinksAssetSelection,
    expr.Function.ROOTS: named.RootsAssetSelection,
    expr.Function.NEIGHBORS: named.RequiredNeighborsAssetSelection,
    expr.Function.EXTERNAL_PARENTS: named.ParentSourcesAssetSelection,
}
_READABLE: Mapping[str, Callable[..., AssetSelection]] = {
    _TEXT: AssetSelection.from_string,
    **{
        name: each
        for name, each in vars(named).items()
        if isinstance(each, type) and issubclass(each, AssetSelection) and not name.startswith("_")
        if each is not AssetSelection
    },
}


def readers() -> Mapping[str, Callable[..., AssetSelection]]:
    """Return what makes a selection of the fields of each form."""
    return _READABLE


def form_of(selection: AssetSelection) -> Form:
    """Return the name and the fields of a selection; what is inside are selections again.

    Raises:
        InvalidInvocationError: It is made by code.
    """
    expression = selection.expression
    match expression:
        case expr.Walk(child, direction, depth):
            up = direction is expr.Direction.UPSTREAM
            kind = named.UpstreamAssetSelection if up else named.DownstreamAssetSelection
            return _form(kind, child=AssetSelection(child), depth=depth, include_self=True)
        case expr.Apply(function, child) if function in _FUNCTIONS:
            return _form(_FUNCTIONS[function], child=AssetSelection(child))
        case expr.Apply(expr.Function.CHECKS, expr.Keys(keys)):
            return _form(named.AssetChecksForAssetKeysSelection, selected_asset_keys=list(keys))
        case expr.Apply(expr.Function.CHECKS, expr.All(external=True)):
            return _form(named.AllAssetCheckSelection)
        case expr.Not(child):
            return _subtract(expr.All(), child)
        case expr.And(operands):
            parts = [AssetSelection(each) for each in operands]
            return _form(named.AndAssetSelection, operands=parts)
        case expr.Or((_, *_) as operands):
            parts = [AssetSelection(each) for each in operands]
            return _form(named.OrAssetSelection, operands=parts)
        case expr.Minus(base, removed):
            return _subtract(expr.subtraction(base, *removed[:-1]), removed[-1])
        case _:
            return _leaf_form(expression) or (_TEXT, {"string": str(selection)})


def _leaf_form(expression: expr.Expression) -> Form | None:
    match expression:
        case expr.All(external):
            return _form(named.AllSelection, include_sources=external)
        case expr.Keys(keys):
            return _form(named.KeysAssetSelection, selected_keys=list(keys))
        case expr.CheckKeys(keys):
            return _form(named.AssetCheckKeysSelection, selected_asset_check_keys=list(keys))
        case expr.KeyPattern(pattern) if "\\" not in pattern:
            return _form(named.KeyWildCardAssetSelection, selected_key_wildcard=pattern)
        case expr.Is(structure):
            return _form(named.IsAttributeAssetSelection, attribute=structure.value)
        case expr.Attribute():
            return _attribute_form(expression)
        case _:
            return None


def _attribute_form(attribute: expr.Attribute) -> Form | None:
    value, external = attribute.value, attribute.external
    match attribute.field:
        case expr.Field.KIND:
            return _form(named.KindAssetSelection, include_sources=external, kind_str=value)
        case expr.Field.OWNER:
            return _form(named.OwnerAssetSelection, selected_owner=value)
        case expr.Field.GROUP:
            return _group_form(value, external=external)
        case expr.Field.TAG if value is not None:
            return _form(
                named.TagAssetSelection, key=attribute.key, value=value, include_sources=external
            )
        case expr.Field.COLUMN_TAG if value is not None:
            return _form(named.ColumnTagAssetSelection, key=attribute.key, value=value)
        case field if field in _FIELDS and not external:
            kind, name = _FIELDS[field]
            return _form(kind, **{name: value})
        case _:
            return None


def _group_form(pattern: str | None, *, external: bool) -> Form | None:
    if pattern is None:
        return _form(named.GroupsAssetSelection, selected_groups=[], include_sources=external)
    if "\\" in pattern:
        return None
    if "*" in pattern:
        kind = named.GroupWildCardAssetSelection
        return _form(kind, selected_group_wildcard=pattern, include_sources=external)
    return _form(named.GroupsAssetSelection, selected_groups=[pattern], include_sources=external)


def _subtract(left: expr.Expression, right: expr.Expression) -> Form:
    kind = named.SubtractAssetSelection
    return _form(kind, left=AssetSelection(left), right=AssetSelection(right))


def _form(kind: type[AssetSelection], **fields: object) -> Form:
    return kind.__name__, fields
