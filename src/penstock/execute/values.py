"""Values and provenance of assets, asked for by a step while it runs."""

from __future__ import annotations

from penstock.define.io_manager import InputContext
from penstock.define.result import DataProvenance, DataVersion
from penstock.define.step import DEFAULT_IO_MANAGER
from penstock.execute.facts import RunFacts
from penstock.execute.inputs import input_manager
from penstock.model.keys import AssetKey
from penstock.store.protocol import Store


def load_asset_value(facts: RunFacts, key: AssetKey, *, partition: str | None) -> object:
    """Load the value of an asset by its IO manager.

    Raises:
        InvalidDefinitionError: What stores it is no IO manager.
    """
    maker = facts.loaded.step_of.get(key)
    output = maker.output_of(key) if maker is not None else None
    graph = facts.loaded.graph
    context = InputContext(
        asset_key=key,
        name=output.name if output is not None else "result",
        step_key=maker.name if maker is not None else "",
        run_id=facts.run_id,
        partition_keys=() if partition is None else (partition,),
        partitions=graph.node(key).partitions if graph.has(key) else None,
        definition_metadata=facts.metadata_of(key, output),
    )
    manager = output.manager if output is not None else DEFAULT_IO_MANAGER
    return input_manager(facts, manager).load_input(context)


def provenance_of(store: Store, key: AssetKey) -> DataProvenance | None:
    """Return what the newest version of an asset's data was made of; None if it was never made."""
    head = store.partition_head(key, None)
    if head is None or head.materialized is None:
        return None
    versions = {
        AssetKey.from_escaped_user_string(text): DataVersion(version)
        for text, version in head.inputs.items()
        if version
    }
    return DataProvenance(
        code_version=head.code_version or head.run or "",
        input_data_versions=versions,
        input_storage_ids=dict.fromkeys(versions),
        is_user_provided=False,
    )
