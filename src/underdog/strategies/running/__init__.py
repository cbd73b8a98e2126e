"""What gives a strategy life: draws, scores, budgets."""
