"""A model on disk, without an engine: files, shape, tensors, tokenizer, chat template, adapters."""
