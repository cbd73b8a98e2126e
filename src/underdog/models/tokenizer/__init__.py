"""Tokenizers built from what a model file says of its vocabulary."""
