"""The card of a trained model: what it was made from, how, and what it was measured to do."""
