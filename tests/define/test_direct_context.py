"""A check called by hand with a context of its own."""

import penstock as dg


def test_a_check_is_called_with_resources_and_an_instance():
    @dg.asset_check(asset="orders", required_resource_keys={"limit"})
    def is_small(context: dg.AssetCheckExecutionContext) -> dg.AssetCheckResult:
        count = context.instance.get_runs_count()
        return dg.AssetCheckResult(passed=count <= context.resources.limit)

    with dg.DagsterInstance.ephemeral() as instance:
        context = dg.build_asset_check_context(resources={"limit": 0}, instance=instance)

        assert isinstance(context, dg.AssetCheckExecutionContext)
        assert is_small(context).passed
