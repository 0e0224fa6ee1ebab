"""Settings of an instance: `penstock.yaml` (or `dagster.yaml`), its schema, and what it builds."""
