"""Dev accuracy: held-out problems answered by the engine that will serve the model."""
