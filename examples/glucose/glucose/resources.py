"""The Nightscout server as a resource."""

import penstock as dg
from glucose.client import NightscoutClient


class NightscoutResource(dg.ConfigurableResource):
    """Where Nightscout is, and how patient its client is.

    Two attempts absorb most lost requests; the few that are lost twice fail the step, and the
    asset's retry policy runs it again.
    """

    base_url: str
    attempts: int = 2

    def client(self) -> NightscoutClient:
        """Build a client of the server."""
        return NightscoutClient(base_url=self.base_url, attempts=self.attempts)
