"""Resources, IO managers and config, as a user's editor sees them; strict checkers accept it."""

from collections.abc import Generator
from contextlib import contextmanager
from typing import assert_type

from pydantic import PrivateAttr

import penstock as dg


class Session:
    def get(self, path: str) -> list[int]:
        return [len(path)]


class Api(dg.ConfigurableResource):
    url: str
    retries: int = 3
    _session: Session = PrivateAttr(default_factory=Session)

    def setup_for_execution(self, context: dg.InitResourceContext) -> None:
        self._session = Session()

    @contextmanager
    def yield_for_execution(self, context: dg.InitResourceContext) -> Generator["Api"]:
        yield self

    def numbers(self) -> list[int]:
        return self._session.get(self.url)


class Client(dg.ConfigurableResource[Session]):
    api: dg.ResourceDependency[Api]

    def create_resource(self, context: dg.InitResourceContext) -> Session:
        return Session()


class Files(dg.ConfigurableIOManager):
    folder: str

    def handle_output(self, context: dg.OutputContext, obj: object) -> None:
        context.add_output_metadata({"at": f"{self.folder}/{context.asset_key.to_user_string()}"})

    def load_input(self, context: dg.InputContext) -> object:
        return (self.folder, context.asset_key, context.partition_key)


class Query(dg.Config):
    table: str
    limit: int | None = None
    tags: dict[str, str] = {}


@dg.resource(config_schema={"url": str})
def plain(context: dg.InitResourceContext) -> Session:
    return Session()


@dg.io_manager
def memory() -> dg.IOManager:
    return dg.InMemoryIOManager()


@dg.asset
def rows(api: Api, client: dg.ResourceParam[Session], config: Query) -> list[int]:
    assert_type(api.url, str)
    assert_type(config.limit, int | None)
    return api.numbers() + client.get(config.table)


assert_type(plain, dg.ResourceDefinition)
assert_type(memory, dg.IOManagerDefinition)
assert_type(rows, dg.AssetsDefinition)

api = Api(url="https://example.org")
defs = dg.Definitions(
    assets=[rows],
    resources={
        "api": api,
        "client": Client(api=api),
        "plain": plain.configured({"url": "https://example.org"}),
        "io_manager": Files(folder="/data"),
        "from_environment": Api(url=dg.EnvVar("API_URL")),
    },
)
