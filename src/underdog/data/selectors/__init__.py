"""Which training examples are kept, one file per selector.

`select` runs a selector, by name or built, over a stream of examples and gives one `Choice` per
example: kept or thrown away, its score, and why.
"""

from underdog.data.selectors.keep import Keep
from underdog.data.selectors.selector import Aid, Aids, Choice, Selector
from underdog.registry import Registry

selectors: Registry[Selector] = Registry("selector", "underdog.data.selectors")

from underdog.data.selectors.running import open_selector, select  # noqa: E402

__all__ = ["Aid", "Aids", "Choice", "Keep", "Selector", "open_selector", "select", "selectors"]
