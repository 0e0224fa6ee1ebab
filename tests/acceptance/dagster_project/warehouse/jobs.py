"""What is run together."""

import penstock as dg
from warehouse.partitions import daily

orders_job = dg.define_asset_job(
    name="orders_job",
    selection=dg.AssetSelection.keys(["raw", "orders"]).downstream(depth=1)
    & dg.AssetSelection.groups("raw", "marts"),
    partitions_def=daily,
    tags={"team": "data"},
    description="Orders and their revenue.",
)
regions_job = dg.define_asset_job("regions_job", selection="key:shipments_eu or key:shipments_us")


@dg.success_hook(required_resource_keys={"notify"})
def tell_success(context: dg.HookContext) -> None:
    context.resources.notify(f"{context.op.name} is done")


@dg.failure_hook(required_resource_keys={"notify"})
def tell_failure(context: dg.HookContext) -> None:
    context.resources.notify(f"{context.op.name} failed: {context.op_exception}")


@dg.op(out=dg.DynamicOut(str))
def list_files():
    for name in ("a", "b", "c"):
        yield dg.DynamicOutput(name, mapping_key=name)


@dg.op(config_schema={"suffix": str}, required_resource_keys={"notify"}, tags={"kind": "copy"})
def copy_file(context: dg.OpExecutionContext, name: str) -> str:
    context.log_event(dg.AssetMaterialization(asset_key=["copies", name], description="A copy"))
    return context.resources.notify(name + context.op_config["suffix"])


@dg.op(
    ins={"start": dg.In(dg.Nothing)},
    out={"files": dg.Out(list), "rejected": dg.Out(is_required=False)},
)
def prepare(context):
    yield dg.ExpectationResult(success=True, label="disk", description="There is room")
    yield dg.Output([], output_name="files")


@dg.op
def count(names: list[str], files: list) -> int:
    return len(names) + len(files)


@dg.op
def lock() -> None: ...


@dg.graph
def copies(files: list) -> int:
    return count(list_files().map(copy_file).collect(), files)


@dg.job(
    hooks={tell_success, tell_failure},
    tags={"team": "platform"},
    description="Copies files.",
    executor_def=dg.in_process_executor,
    config={"ops": {"copies": {"ops": {"copy_file": {"config": {"suffix": ".bak"}}}}}},
)
def housekeeping():
    files, _rejected = prepare(start=lock())
    copies(files)
