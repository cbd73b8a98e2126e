"""Statistics and costs: what is claimed, with which interval, at which price."""
