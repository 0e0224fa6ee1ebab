"""The article "Orchestration with Dagster", its snippets about resources and configuration.

Each snippet is the article's own code with the import changed. `trino` and the Iceberg catalog are
third-party clients; plain classes of the same shape stand in for them.
"""

from __future__ import annotations

import types
import warnings
from pathlib import Path

import pydantic
import pytest
from pydantic_settings import BaseSettings

import penstock as dg
from penstock import MaterializeResult


class Connection:
    """The connection of a fake `trino.dbapi`."""

    def __init__(self, host: str, port: int, user: str) -> None:
        self.address = f"{user}@{host}:{port}"


trino = types.SimpleNamespace(
    dbapi=types.SimpleNamespace(Connection=Connection, connect=Connection)
)


class IcebergCatalog:
    """A catalog that remembers what was asked of it."""

    def __init__(self, ref: str) -> None:
        self.ref = ref
        self.calls: list[str] = []

    def ensure_table(self, *_: object) -> None:
        self.calls.append("ensure_table")

    def merge_parquet(self, *_: object) -> None:
        self.calls.append("merge_parquet")


def get_catalog(ref: str) -> IcebergCatalog:
    return IcebergCatalog(ref)


@dg.resource
def trino_resource(config) -> trino.dbapi.Connection:
    """Trino connection (configured via .env)."""
    return trino.dbapi.connect(
        host=config.trino_host,
        port=config.trino_port,
        user="phlo",
    )


@dg.resource
def iceberg_resource(config) -> IcebergCatalog:
    """PyIceberg catalog for Iceberg operations."""
    return get_catalog(ref="dev")


ADDRESS = {"trino_host": "trino", "trino_port": 8080}


def asset_that_records_its_connection(seen: list[str]) -> dg.AssetsDefinition:
    @dg.asset(required_resource_keys={"trino"})
    def rows(context) -> None:
        seen.append(context.resources.trino.address)

    return rows


def test_a_resource_function_reads_its_config_by_attribute():
    seen: list[str] = []

    dg.materialize(
        [asset_that_records_its_connection(seen)],
        resources={"trino": trino_resource},
        run_config={"resources": {"trino": {"config": ADDRESS}}},
    )

    assert seen == ["phlo@trino:8080"]


def test_a_resource_function_is_configured_in_one_place():
    seen: list[str] = []
    rows = asset_that_records_its_connection(seen)
    defs = dg.Definitions(assets=[rows], resources={"trino": trino_resource.configured(ADDRESS)})

    defs.resolve_implicit_global_asset_job_def().execute_in_process()

    assert seen == ["phlo@trino:8080"]


def test_config_that_a_resource_function_lacks_is_named():
    with pytest.raises(Exception, match="trino_port"):
        dg.materialize(
            [asset_that_records_its_connection([])],
            resources={"trino": trino_resource},
            run_config={"resources": {"trino": {"config": {"trino_host": "trino"}}}},
        )


def test_a_resource_is_swapped_for_a_mock():
    seen: list[str] = []

    dg.materialize(
        [asset_that_records_its_connection(seen)],
        resources={"trino": types.SimpleNamespace(address="a mock")},
    )

    assert seen == ["a mock"]


def test_a_resource_function_without_config_is_shared_by_the_assets_of_a_run():
    used: list[IcebergCatalog] = []

    @dg.asset(required_resource_keys={"iceberg"})
    def first(context) -> None:
        used.append(context.resources.iceberg)

    @dg.asset(required_resource_keys={"iceberg"}, deps=[first])
    def second(context) -> None:
        used.append(context.resources.iceberg)

    dg.materialize([first, second], resources={"iceberg": iceberg_resource})

    assert used[0] is used[1]
    assert used[0].ref == "dev"


class IcebergResource(dg.ConfigurableResource):
    ref: str = "dev"

    def ensure_table(self, *_: object) -> None:
        CALLS.append(f"ensure_table on {self.ref}")

    def merge_parquet(self, *_: object) -> None:
        CALLS.append(f"merge_parquet on {self.ref}")

    def setup_for_execution(self, context) -> None:
        CALLS.append("connected")

    def teardown_after_execution(self, context) -> None:
        CALLS.append("disconnected")


CALLS: list[str] = []


@pytest.fixture(autouse=True)
def nothing_is_called_yet() -> None:
    CALLS.clear()


@dg.asset
def dlt_glucose_entries(iceberg: IcebergResource) -> MaterializeResult:
    """iceberg resource injected automatically."""
    # Use iceberg resource
    iceberg.ensure_table(...)
    iceberg.merge_parquet(...)


def test_a_resource_is_injected_by_its_annotation_and_connected_around_the_asset():
    assert dg.materialize([dlt_glucose_entries], resources={"iceberg": IcebergResource()}).success

    assert CALLS == ["connected", "ensure_table on dev", "merge_parquet on dev", "disconnected"]


def test_a_resource_function_fills_a_parameter_too():
    catalog = IcebergCatalog("dev")

    @dg.asset
    def entries(iceberg: dg.ResourceParam[IcebergCatalog]) -> MaterializeResult:
        iceberg.ensure_table(...)
        iceberg.merge_parquet(...)

    dg.materialize([entries], resources={"iceberg": catalog})

    assert catalog.calls == ["ensure_table", "merge_parquet"]


def test_a_missing_resource_is_named_before_anything_runs():
    with pytest.raises(dg.DagsterInvalidDefinitionError, match="iceberg"):
        dg.materialize([dlt_glucose_entries])


def test_config_of_a_run_changes_a_field_of_a_resource():
    dg.materialize(
        [dlt_glucose_entries],
        resources={"iceberg": IcebergResource()},
        run_config={"resources": {"iceberg": {"config": {"ref": "feature"}}}},
    )

    assert CALLS[1] == "ensure_table on feature"


def test_an_environment_variable_configures_a_resource_when_it_runs(monkeypatch):
    resource = IcebergResource(ref=dg.EnvVar("NESSIE_BRANCH"))
    monkeypatch.setenv("NESSIE_BRANCH", "main")

    dg.materialize([dlt_glucose_entries], resources={"iceberg": resource})

    assert CALLS[1] == "ensure_table on main"


def settings_class() -> type[BaseSettings]:
    """The article's class of settings; pydantic itself warns of its inner class `Config`."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", pydantic.warnings.PydanticDeprecatedSince20)

        class CascadeConfig(BaseSettings):
            # Iceberg
            iceberg_warehouse_path: str = "s3://lake/warehouse"
            iceberg_staging_path: str = "s3://lake/stage"

            # Nessie
            nessie_uri: str = "http://nessie:19120"
            nessie_branch: str = "dev"

            # Trino
            trino_host: str = "trino"
            trino_port: int = 8080

            class Config:
                env_file = ".env"  # Read from .env

    return CascadeConfig


def test_settings_are_read_from_the_env_file_and_logged(tmp_path: Path, monkeypatch):
    (tmp_path / ".env").write_text("NESSIE_BRANCH=feature\n")
    monkeypatch.chdir(tmp_path)
    config = settings_class()()  # Singleton

    @dg.asset
    def dlt_glucose_entries(context, iceberg: IcebergResource) -> MaterializeResult:
        context.log.info(f"Using warehouse: {config.iceberg_warehouse_path}")  # noqa: G004
        context.log.info(f"Using branch: {config.nessie_branch}")  # noqa: G004

    with dg.DagsterInstance.ephemeral() as instance:
        result = dg.materialize(
            [dlt_glucose_entries], resources={"iceberg": IcebergResource()}, instance=instance
        )
        logged = [
            e.user_message for e in instance.all_logs(result.run_id) if e.dagster_event is None
        ]

    assert logged == ["Using warehouse: s3://lake/warehouse", "Using branch: feature"]


def test_settings_may_themselves_be_a_resource():
    seen: list[str] = []
    settings = settings_class()

    @dg.asset(required_resource_keys={"config"})
    def dlt_glucose_entries(context) -> None:
        seen.append(f"{context.resources.config.trino_host}:{context.resources.config.trino_port}")

    dg.materialize([dlt_glucose_entries], resources={"config": settings()})

    assert seen == ["trino:8080"]


def test_a_settings_class_configures_the_resource_function(monkeypatch):
    monkeypatch.setenv("TRINO_HOST", "elsewhere")
    seen: list[str] = []
    config = settings_class()()
    wanted = {"trino_host": config.trino_host, "trino_port": config.trino_port}

    dg.materialize(
        [asset_that_records_its_connection(seen)],
        resources={"trino": trino_resource.configured(wanted)},
    )

    assert seen == ["phlo@elsewhere:8080"]
