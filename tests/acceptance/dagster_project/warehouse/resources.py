"""Connections: a database, an API, and where values are kept."""

import pickle
from pathlib import Path

from pydantic import PrivateAttr

import penstock as dg


class ApiClient(dg.ConfigurableResource):
    """A shop's API, which answers with made-up orders."""

    token: str
    page_size: int = 2

    def orders(self, day: str) -> list[dict[str, object]]:
        return [
            {"id": f"{day}-{number}", "amount": 10.0 * number, "customer": f"c{number % 2}"}
            for number in range(1, self.page_size + 1)
        ]


class Database(dg.ConfigurableResource):
    """A database over the API's shop."""

    client: dg.ResourceDependency[ApiClient]
    schema_name: str = "public"
    _connected: bool = PrivateAttr(default=False)

    def setup_for_execution(self, context: dg.InitResourceContext) -> None:
        self._connected = True

    def teardown_after_execution(self, context: dg.InitResourceContext) -> None:
        self._connected = False

    def execute(self, statement: str) -> str:
        if not self._connected:
            raise RuntimeError("not connected")
        return f"{self.schema_name}: {statement}"


class PickleFiles(dg.ConfigurableIOManager):
    """Values as files, one for each partition."""

    base_dir: str

    def _path(self, context: dg.InputContext | dg.OutputContext) -> Path:
        if context.has_asset_key:
            parts = context.get_asset_identifier()
        else:
            made = context if isinstance(context, dg.OutputContext) else context.upstream_output
            parts = made.get_identifier()
        return Path(self.base_dir).joinpath(*parts).with_suffix(".pickle")

    def handle_output(self, context: dg.OutputContext, obj: object) -> None:
        path = self._path(context)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(pickle.dumps(obj))
        context.add_output_metadata({"path": dg.MetadataValue.path(str(path))})

    def load_input(self, context: dg.InputContext) -> object:
        if not context.has_asset_partitions or len(context.asset_partition_keys) == 1:
            return pickle.loads(self._path(context).read_bytes())
        folder = Path(self.base_dir).joinpath(*context.asset_key.path)
        return {
            key: pickle.loads((folder / f"{key}.pickle").read_bytes())
            for key in context.asset_partition_keys
        }


@dg.resource(config_schema={"channel": dg.Field(str, default_value="#data")})
def notifier(init_context):
    """Where people are told."""
    sent: list[str] = []
    channel = init_context.resource_config["channel"]
    yield lambda text: sent.append(f"{channel} {text}") or sent[-1]


def build_resources(base_dir: str) -> dict[str, object]:
    """Return the resources for a folder of values."""
    client = ApiClient(token=dg.EnvVar("SHOP_TOKEN"))
    return {
        "api": client,
        "db": Database(client=client),
        "files": PickleFiles(base_dir=base_dir),
        "io_manager": PickleFiles(base_dir=base_dir),
        "notify": notifier,
    }
