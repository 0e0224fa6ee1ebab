"""Config and resources as users write them, and how raw run config becomes them."""
