"""How executors are told to treat attempts that may be tried again."""

from __future__ import annotations

import pytest

from penstock.errors import ParameterCheckError
from penstock.model.retry import RetryMode


@pytest.mark.parametrize(
    ("config", "mode"),
    [
        ({"enabled": {}}, RetryMode.ENABLED),
        ({"disabled": {}}, RetryMode.DISABLED),
        ({"deferred": {}}, RetryMode.DEFERRED),
    ],
)
def test_the_config_of_an_executor_chooses_the_mode(
    config: dict[str, object], mode: RetryMode
) -> None:
    assert RetryMode.from_config(config) is mode


def test_a_config_that_chooses_no_mode_names_the_modes() -> None:
    with pytest.raises(ParameterCheckError, match="'enabled', 'disabled', 'deferred'"):
        RetryMode.from_config({})
