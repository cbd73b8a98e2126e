"""GGUF files: header, tensors, tokens, quantised blocks."""
