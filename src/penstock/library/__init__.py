"""Batteries: what is useful to many projects and needed by no part of the engine."""
