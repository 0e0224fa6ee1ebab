"""The types of inputs and outputs: what they accept, how config becomes a value of them."""
