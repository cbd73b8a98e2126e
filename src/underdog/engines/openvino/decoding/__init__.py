"""The decoding loop: rows in a batch, their sampling, cache blocks and counters."""
