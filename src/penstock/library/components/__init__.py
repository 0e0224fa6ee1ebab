"""Components: definitions that are made from a type and its attributes, in Python or YAML."""
