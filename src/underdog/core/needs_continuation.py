"""A marker class for forms whose replies only an engine that continues can write."""


class NeedsContinuation:
    """Marks a form that works only where the engine continues the prompt's prefix.

    On an engine whose `info.continues` is false such a form is refused before anything is asked.

    Example:
        >>> class FillIn(NeedsContinuation):
        ...     name = "fill_in"
        >>> isinstance(FillIn(), NeedsContinuation)
        True
    """

    __slots__ = ()
