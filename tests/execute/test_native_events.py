"""Events of user code become events of the run, whatever their tags are made of."""

import penstock as dg
from penstock.execute.native_events import native_event
from penstock.model.events import AssetMaterialized, decode_event, encode_event, kind_of


def test_a_tag_that_is_no_text_is_recorded_as_text_and_can_be_read_again():
    event = dg.AssetMaterialization("orders", tags={"rows": 500})  # type: ignore[dict-item]

    native = native_event(event, "load")

    assert native == AssetMaterialized(dg.AssetKey("orders"), step="load", tags={"rows": "500"})
    assert decode_event(kind_of(native), encode_event(native)) == native


def test_the_version_that_user_code_tells_in_a_tag_is_the_version():
    event = dg.AssetMaterialization("orders", tags={"dagster/data_version": "v2"})

    native = native_event(event, "load")

    assert isinstance(native, AssetMaterialized)
    assert native.data_version == "v2"
