"""Values: keys, metadata, manifests, events, runs, backfills. Frozen, without behaviour that decides."""
