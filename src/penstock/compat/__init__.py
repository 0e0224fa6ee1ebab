"""Shapes that exist because Dagster has them: each is a view, and names the value it shows."""
