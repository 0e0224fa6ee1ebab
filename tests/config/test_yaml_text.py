import pytest

from penstock.config.yaml_text import YamlMistake, parse_yaml


def test_dates_and_times_stay_text():
    assert parse_yaml("[2024-01-01, 2024-01-01 10:00:00]") == ["2024-01-01", "2024-01-01 10:00:00"]


def test_an_empty_document_is_none():
    assert parse_yaml("") is None


def test_anchors_and_merge_keys_work():
    assert parse_yaml("a: &x {n: 1}\nb: {<<: *x, m: 2}") == {"a": {"n": 1}, "b": {"n": 1, "m": 2}}


@pytest.mark.parametrize(
    ("text", "what", "line", "column"),
    [
        ("a: 1\nb: {c: 1, c: 2}", "the key 'c' is there twice", 2, 11),
        ("? [a]\n: 1", "a key must be text or a number", 1, 3),
        ("a: b: c", "mapping values are not allowed here", 1, 5),
        ("a: \x00", "a character is not allowed (special characters are not allowed)", 1, 1),
        (
            "a: !!python/object:os.system {}",
            "could not determine a constructor for the tag"
            " 'tag:yaml.org,2002:python/object:os.system'",
            1,
            4,
        ),
    ],
)
def test_a_mistake_has_its_place(text, what, line, column):
    with pytest.raises(YamlMistake) as raised:
        parse_yaml(text)

    assert (raised.value.what, raised.value.line, raised.value.column) == (what, line, column)
