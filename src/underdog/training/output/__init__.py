"""What a training run writes beside its model: the claim on the folder, the log of steps."""
