"""The warnings of a life cycle, told apart by their classes."""

import pytest

import penstock as dg


def test_a_deprecation_names_its_version_and_what_to_use_instead():
    with pytest.warns(DeprecationWarning, match="The x is deprecated") as caught:
        dg.deprecation_warning("The x", "2.0", "Use the y.")

    (warning,) = caught
    assert str(warning.message) == (
        "The x is deprecated: version 2.0 will not have it any more. Use the y."
    )


def test_the_classes_can_be_filtered_apart():
    assert issubclass(dg.SupersessionWarning, FutureWarning)
    assert issubclass(dg.ConfigArgumentWarning, SyntaxWarning)
    assert not issubclass(dg.BetaWarning, dg.PreviewWarning)
    with pytest.warns(dg.PreviewWarning):
        raise_warning(dg.PreviewWarning)


def raise_warning(kind: type[Warning]) -> None:
    import warnings

    warnings.warn("may change", kind, stacklevel=2)
