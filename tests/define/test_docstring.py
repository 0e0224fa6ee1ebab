"""What docstrings in the three common styles say of parameters and results."""

from __future__ import annotations

import pytest

from penstock.define.docstring import DocString, description_of, read_docstring

GOOGLE = """Load.

Args:
    path (str): Where it is,
        on disk.
    limit: How much.

Returns:
    int: The rows.
"""

NUMPY = """Load.

Parameters
----------
path : str
    Where it is, on disk.
limit
    How much.

Returns
-------
rows
    The rows.
"""

REST = """Load.

:param str path: Where it is, on disk.
:param limit: How much.
:returns: The rows.
"""


@pytest.mark.parametrize("text", [GOOGLE, NUMPY, REST])
def test_parameters_and_results_are_found_in_every_style(text: str) -> None:
    expected = DocString({"path": "Where it is, on disk.", "limit": "How much."}, "The rows.")

    assert expected == read_docstring(text)


@pytest.mark.parametrize("text", [None, "", "Load the rows.", "Note: this is prose."])
def test_prose_says_nothing_of_parameters(text: str | None) -> None:
    assert DocString() == read_docstring(text)


def test_the_description_has_no_indentation() -> None:
    def function() -> None:
        """Here is some
        multiline description.
        """

    assert description_of(function) == "Here is some\nmultiline description."
    assert description_of(lambda: None) is None
