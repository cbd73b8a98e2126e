"""The rollout store: SQLite, in memory, and the journal that writes to it."""
