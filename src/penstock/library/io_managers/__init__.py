"""IO managers that need more than the standard library, or a store of their own."""
