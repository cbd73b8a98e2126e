"""The part of Python that Monty is given, in which its results are known to be those of CPython."""
