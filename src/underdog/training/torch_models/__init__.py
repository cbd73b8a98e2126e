"""Models of the transformers library from files, their norms, and how they leave again."""
