"""The one asset graph, the language that selects from it, and staleness: pure."""
