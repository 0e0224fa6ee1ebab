import pytest

from penstock.errors import ParameterCheckError
from penstock.partitions.paging import page_of, read_cursor
from penstock.partitions.static import StaticPartitionsDefinition

LETTERS = StaticPartitionsDefinition(["a", "b", "c"])


def test_a_cursor_says_where_the_page_ended() -> None:
    page = page_of(["a", "b"], at=1, cursor=None, has_more=True)

    assert read_cursor(page.cursor) == (1, "b")


def test_an_empty_page_keeps_its_cursor_and_has_nothing_after_it() -> None:
    last = LETTERS.get_paginated_partition_keys(None, 3)
    after = LETTERS.get_paginated_partition_keys(None, 3, cursor=last.cursor)

    assert (after.results, after.cursor, after.has_more) == ([], last.cursor, False)


def test_pages_go_backwards_too() -> None:
    page = LETTERS.get_paginated_partition_keys(None, 2, ascending=False)

    assert (page.results, page.has_more) == (["c", "b"], True)


def test_what_is_no_cursor_is_refused() -> None:
    with pytest.raises(ParameterCheckError, match="'zzz' is not the cursor of a page"):
        LETTERS.get_paginated_partition_keys(None, 2, cursor="zzz")
