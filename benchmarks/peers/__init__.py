"""Other engines' sides of the engine benchmark, each run by its own environment's Python."""
