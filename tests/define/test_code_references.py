from pathlib import Path

import pytest

import penstock as dg
from penstock.errors import InvalidDefinitionError

KEY = "dagster/code_references"
MAPPING = dg.AnchorBasedFilePathMapping(Path("/shop/assets/__init__.py"), "assets/__init__.py")


@dg.asset
def orders(): ...


def referred(path="/shop/assets/orders.py"):
    place = dg.LocalFileCodeReference(file_path=path, line_number=7, label="code")
    return dg.AssetSpec("orders", metadata={KEY: dg.CodeReferencesMetadataValue([place])})


def test_a_definition_gets_the_place_of_its_function():
    [located] = dg.with_source_code_references([orders])

    [place] = located.metadata_by_key[orders.key][KEY].code_references
    assert place.file_path == str(Path(__file__).absolute())
    assert place.line_number == orders.steps[0].function.__code__.co_firstlineno


def test_a_place_is_not_added_twice():
    [located] = dg.with_source_code_references(dg.with_source_code_references([orders]))

    assert len(located.metadata_by_key[orders.key][KEY].code_references) == 1


def test_checks_have_places_and_specs_have_none():
    check = dg.asset_check(asset=orders, name="ok")(lambda: True)

    located, spec = dg.with_source_code_references([check, dg.AssetSpec("raw")])

    assert KEY in located.check_specs[0].metadata
    assert spec == dg.AssetSpec("raw")


@pytest.mark.parametrize(
    ("url", "page"),
    [
        ("https://github.com/me/shop.git", "https://github.com/me/shop/tree/main"),
        ("https://gitlab.com/me/shop/", "https://gitlab.com/me/shop/-/tree/main"),
    ],
)
def test_files_become_pages_of_the_repository(url, page):
    [linked] = dg.link_code_references_to_git([referred()], url, "main", MAPPING)

    assert linked.metadata[KEY].code_references == [
        dg.UrlCodeReference(url=f"{page}/assets/orders.py#L7", label="code")
    ]


def test_paths_are_relative_to_the_anchor():
    path = MAPPING.convert_to_source_control_path(Path("/shop/lib/tables.py"))

    assert path == "lib/tables.py"


def test_an_unknown_host_needs_a_platform():
    with pytest.raises(InvalidDefinitionError, match="does not tell whether it is of GitHub"):
        dg.link_code_references_to_git([referred()], "https://code.me/shop", "main", MAPPING)


@pytest.mark.parametrize(
    ("anchor", "in_repository"),
    [("/shop", ""), ("/shop/assets", "assets"), ("/shop/assets/__init__.py", "assets/__init__.py")],
)
def test_the_anchor_of_paths_is_a_file_or_a_folder(anchor: str, in_repository: str):
    mapping = dg.AnchorBasedFilePathMapping(Path(anchor), in_repository)

    path = mapping.convert_to_source_control_path(Path("/shop/assets/orders.py"))

    assert path == "assets/orders.py"
