"""A marker class for forms and checkers that are called in place, not from a thread."""


class Quick:
    """Marks a form or checker as brief to call: it runs no program and no other process.

    The driver calls such forms and checkers in place. All others are called from a thread, so that
    other problems go on meanwhile, at the price of two context switches per wave of samples.

    Example:
        >>> class Shout(Quick):
        ...     name = "shout"
        >>> isinstance(Shout(), Quick)
        True
    """

    __slots__ = ()
