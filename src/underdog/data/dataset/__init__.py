"""A data set on disk: shards, columns, card, checking, inspection."""
