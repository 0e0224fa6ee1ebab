"""An online shop's warehouse: a project as many are, with the import changed and nothing else."""
