"""Checks of metadata are made from YAML."""

from __future__ import annotations

import penstock as dg
from penstock.components import MetadataChecksComponent


def test_each_asset_gets_the_checks_of_its_parameters():
    component = MetadataChecksComponent.from_attributes_dict(
        attributes={
            "checks": [
                {"key": "a", "params": {"type": "column_schema_change", "severity": "ERROR"}},
                {
                    "key": "b",
                    "params": {
                        "type": "metadata_bounds",
                        "metadata_key": "rows",
                        "min_value": 1,
                    },
                },
            ]
        }
    )

    defs = dg.build_defs_for_component(component)

    keys = {key for made in defs.asset_checks for key in made.check_keys}
    assert {key.asset_key.to_user_string() for key in keys} == {"a", "b"}
    assert component.checks[0].params.severity is dg.AssetCheckSeverity.ERROR
