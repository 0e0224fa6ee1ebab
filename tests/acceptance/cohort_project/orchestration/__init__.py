"""The encounters as assets; imports `local`, and is never imported by it."""
