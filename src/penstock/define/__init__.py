"""What users write: decorators, specs, results, contexts, and `Definitions` that gather them."""
