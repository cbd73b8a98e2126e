"""Whether a data set is what its card says, compared with all that it was made from."""
