"""The card of a data set: what it was asked to be, what it holds, and how that reads."""
