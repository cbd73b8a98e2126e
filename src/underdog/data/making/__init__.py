"""Data sets of generated problems, drawn, verified and written shard by shard."""
