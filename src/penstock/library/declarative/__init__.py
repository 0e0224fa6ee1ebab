"""Assets that are made by commands, declared in a file without Python."""
