"""The platform as a resource."""

from pathlib import Path

from local.platform import LocalLitePlatform

import penstock as dg


class PlatformResource(dg.ConfigurableResource):
    """Where the tables are, and where data lands."""

    root: str
    landing: str

    def platform(self) -> LocalLitePlatform:
        return LocalLitePlatform(Path(self.root), Path(self.landing))
