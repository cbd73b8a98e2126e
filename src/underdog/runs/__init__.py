"""Every solution sampled in a run, stored, resumed and replayed."""
