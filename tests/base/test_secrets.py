"""What is hidden of what environment variables gave, and what is left alone."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from penstock.base.secrets import (
    forget_secrets,
    holds_secret,
    is_secret_name,
    masked,
    masked_bytes,
    remember_environment,
    remember_secret,
)


@pytest.fixture(autouse=True)
def _forgetful() -> Iterator[None]:
    forget_secrets()
    yield
    forget_secrets()


def test_a_remembered_value_is_hidden_wherever_it_stands():
    remember_secret("DB_PASSWORD", "hunter2!")

    assert masked("url=pg://me:hunter2!@db and again hunter2!") == (
        "url=pg://me:********@db and again ********"
    )


def test_nothing_is_hidden_before_anything_is_remembered():
    assert masked("hunter2!") == "hunter2!"
    assert not holds_secret(None)


@pytest.mark.parametrize(
    "shown",
    [
        'p"a\\ss wörd/1',
        '{"k": "p\\"a\\\\ss w\\u00f6rd/1"}',
        "'p\"a\\\\ss wörd/1'",
        "p%22a%5Css%20w%C3%B6rd%2F1",
        "p%22a%5Css+w%C3%B6rd%2F1",
    ],
)
def test_every_way_of_writing_it_is_hidden(shown: str):
    remember_secret("API_TOKEN", 'p"a\\ss wörd/1')

    assert "rd" not in masked(shown)


def test_each_line_of_a_long_secret_is_hidden():
    remember_secret("PRIVATE_KEY", "-----BEGIN-----\nabcdefgh\nijklmnop\n")

    assert masked("  abcdefgh\n  ijklmnop") == "  ********\n  ********"


def test_a_longer_secret_is_hidden_whole_though_a_shorter_one_is_in_it():
    remember_secret("A_TOKEN", "secret")
    remember_secret("B_TOKEN", "secret-and-more")

    assert masked("x secret-and-more y") == "x ******** y"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DB_HOST", "db.example.org"),
        ("DATA_DIR", "/data/warehouse"),
        ("USE_TLS", "true"),
        ("REGION_NAME_1", "eu"),
        ("EMPTY_TOKEN", ""),
        ("AWS_REGION", "eu-central-1"),
    ],
)
def test_what_is_plainly_no_secret_is_left_alone(name: str, value: str):
    remember_secret(name, value)

    assert masked(f"at {value} now") == f"at {value} now"


def test_a_short_secret_is_hidden_if_its_name_says_that_it_is_one():
    remember_secret("PIN", "4711")
    remember_secret("WORKERS", "4712")

    assert masked("4711 4712") == "******** 4712"


@pytest.mark.parametrize(
    ("name", "is_secret"),
    [
        ("DB_PASSWORD", True),
        ("apiKey", True),
        ("API_KEY", True),
        ("PARTITION_KEY", False),
        ("SECRET_PATH", False),
        ("GITHUB_TOKEN", True),
        ("COMPASS", False),
    ],
)
def test_names_that_say_what_they_stand_for(name: str, *, is_secret: bool):
    assert is_secret_name(name) is is_secret


def test_of_an_environment_only_what_is_named_a_secret_is_remembered():
    remember_environment({"MY_SECRET": "sesame-open", "MY_NAME": "sesame-shut", "A_TOKEN": "abc"})

    assert masked("sesame-open sesame-shut abc") == "******** sesame-shut abc"


def test_bytes_that_are_no_text_stay_as_they_are():
    remember_secret("A_TOKEN", "sesame")

    assert masked_bytes(b"\xff\x00sesame\xfe") == b"\xff\x00********\xfe"
