"""Models from scratch: sizes by name, vocabularies, first weights."""
