"""The mark of code that may be called in place, because it waits for nothing."""


class Quick:
    """Mark of a form or a checker that only computes, and briefly.

    It runs no program and asks no other process. The driver reads with such forms and checkers in
    place; all others it calls from a thread, so that other problems go on meanwhile, at the price
    of two context switches per wave of samples.

    Example:
        >>> class Shout(Quick):
        ...     name = "shout"
        >>> isinstance(Shout(), Quick)
        True
    """

    __slots__ = ()
