"""Where everything is kept: the protocol of a store, one in memory and one in SQLite.

`protocol.py` is the seam, `memory.py` the plain model that every other store is held against,
`sqlite.py` the default. Statements live in `queries/*.sql`, the schema in `schema/NNNN.sql`.
"""
