"""The version is the same wherever it is asked for."""

from importlib.metadata import version

import penstock as dg


def test_the_version_is_that_of_the_distribution():
    assert dg.version.__version__ == dg.__version__ == version("penstock")
