"""When assets and checks are to be made: conditions, as values, and what one tick makes of them."""
