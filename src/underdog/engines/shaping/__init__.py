"""What changes a model's logits before a token is drawn: penalties, biases, constraints."""
