"""Running a source: asking, journalling, resuming, accounting."""
