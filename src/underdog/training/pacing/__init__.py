"""What is fed when, as functions of progress: shares, difficulty, lengths, hints, prompts."""
