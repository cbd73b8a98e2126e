"""What sources read out of a model's replies, and how they check it."""
