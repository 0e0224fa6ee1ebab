"""What tags of assets may look like."""

from __future__ import annotations

import pytest

from penstock.define.attributes import checked_tags
from penstock.errors import InvalidDefinitionError


def test_the_concurrency_of_an_asset_may_be_a_number_and_is_kept_as_text():
    tags = checked_tags({"dagster/max_concurrency": 4, "tier": "1"}, "Asset 'a'")

    assert tags == {"dagster/max_concurrency": "4", "tier": "1"}


@pytest.mark.parametrize(
    ("tag", "value"), [("tier", 1), ("dagster/max_concurrency", True), ("tier", None)]
)
def test_other_tags_are_texts(tag: str, value: object):
    with pytest.raises(InvalidDefinitionError, match=f"Asset 'a'.*tag '{tag}' with {value}, "):
        checked_tags({tag: value}, "Asset 'a'")


@pytest.mark.parametrize(
    ("tags", "misfit"),
    [
        ({"a b": "x"}, "be called"),
        ({"a": "x y"}, "hold"),
        ({"a/b/c": "x"}, "be called"),
        ({"a": "x" * 64}, "hold"),
        ({"k" * 64: "x"}, "be called"),
    ],
)
def test_keys_and_values_are_made_of_plain_characters(tags: dict[str, str], misfit: str):
    with pytest.raises(
        InvalidDefinitionError, match=f"Asset 'a' has the tag .* which no tag can {misfit}"
    ):
        checked_tags(tags, "Asset 'a'")
