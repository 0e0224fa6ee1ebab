"""Values: keys, metadata, manifests, events, runs, backfills. Frozen, and they decide nothing."""
