"""Items as tokens, batches of them, and counts of what was fed."""
