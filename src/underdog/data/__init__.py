"""Training data: where it comes from, what is kept, how often each is seen, and the proof of it."""
