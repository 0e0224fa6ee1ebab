"""The loops that work through the store on their own; none of them sees user code."""
