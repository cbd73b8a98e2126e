"""What families are written with: number text, phrasing, names, keys, worked steps."""
