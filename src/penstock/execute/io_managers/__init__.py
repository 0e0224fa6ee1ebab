"""Where values are kept: one module for each IO manager."""
