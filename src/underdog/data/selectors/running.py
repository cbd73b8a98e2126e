"""Running a selector, after checking that all its aids are given."""

from collections.abc import Iterable, Iterator

from underdog.core.example import Example
from underdog.data.selectors import selectors
from underdog.data.selectors.keep import Keep
from underdog.data.selectors.selector import Aids, Choice, Selector
from underdog.errors import UsageError

_HOW = {
    "engine": "an engine that can score text, such as openvino:model=…",
    "trajectories": "loss trajectories of a small proxy (a Parquet file)",
    "pass_rates": "pass rates of the student's own samples",
}


def open_selector(spec: str) -> Selector:
    """The selector of a spec such as `s2l:clusters=50`.

    Raises:
        UnknownNameError: No such selector or parameter.
        ConfigError: A parameter is out of range.
    """
    return selectors.create(spec)


def select(
    selector: Selector | str,
    examples: Iterable[Example],
    keep: Keep | None = None,
    aids: Aids | None = None,
) -> Iterator[Choice]:
    """Choose which examples to keep.

    Args:
        selector: A selector, or a spec such as `ifd` or `minhash:threshold=0.8`.
        examples: Examples with unique ids, read once; a streaming selector keeps none in memory.
        keep: Share or count to keep; `None` keeps all that the selector does not reject.
        aids: Engine, trajectories or pass rates, when the selector needs them.

    Returns:
        One choice per example, in their order.

    Raises:
        UsageError: An aid that the selector needs is missing, or `keep` was given to a
            selector that takes none.

    Example:
        >>> from underdog.core.example import Segment
        >>> twice = [Example(str(i), (Segment("1+1=2", "assistant", 1.0),)) for i in range(2)]
        >>> [choice.kept for choice in select("exact", twice)]
        [True, False]
    """
    chosen = open_selector(selector) if isinstance(selector, str) else selector
    given = aids or Aids()
    for need in chosen.needs:
        if getattr(given, need) is None:
            raise UsageError(f"selector {chosen.name!r} needs {_HOW[need]}; none was given")
    if chosen.streams and keep is not None:
        raise UsageError(
            f"selector {chosen.name!r} decides example by example: leave out how much to keep, "
            "or run a ranking selector on what it leaves"
        )
    return chosen.choose(examples, keep, given)
