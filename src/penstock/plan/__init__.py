"""From a manifest and a request to a plan."""
