"""Shapes that exist because Dagster has them: views over native values. Each names what it shows."""
