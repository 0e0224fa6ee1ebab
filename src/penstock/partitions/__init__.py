"""Partitions: definitions of keys, the algebra of sets of them, and mappings between them."""
