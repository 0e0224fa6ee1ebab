"""Where steps run: one module for each executor."""
