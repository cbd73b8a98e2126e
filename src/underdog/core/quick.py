"""Mark of forms and checkers that are called in place, not from a thread."""


class Quick:
    """Mark of a form or a checker that computes briefly: no program, no other process.

    The driver calls such forms and checkers in place. All others are called from a thread, so that
    other problems go on meanwhile, at the price of two context switches per wave of samples.

    Example:
        >>> class Shout(Quick):
        ...     name = "shout"
        >>> isinstance(Shout(), Quick)
        True
    """

    __slots__ = ()
