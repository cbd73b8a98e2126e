"""What ranking selectors measure: losses, embeddings, trajectories, clusters."""
