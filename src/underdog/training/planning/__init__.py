"""What a training run would take on this machine, found out before it begins."""
