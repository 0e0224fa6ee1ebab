"""Values that stand for something wherever definitions are read: no value, the usual IO manager."""

DEFAULT_IO_MANAGER = "io_manager"
"""The key of the IO manager of every input and output that names none."""

NO_VALUE = object()
"""Stands for "no default value", because None is one."""
