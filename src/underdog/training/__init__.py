"""Training a model: recipes and stages, what is learned, schedules, checkpoints, export."""
