"""The cohorts."""

import penstock as dg

cohorts = dg.StaticPartitionsDefinition(["adults", "children"])
