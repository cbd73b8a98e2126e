"""A data set on disk: shards, columns, card, inspection."""
