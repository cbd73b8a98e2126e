"""Models written to disk as GGUF files, by the official writer."""
