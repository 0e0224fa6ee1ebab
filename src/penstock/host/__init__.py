"""Where user code is found and loaded."""
