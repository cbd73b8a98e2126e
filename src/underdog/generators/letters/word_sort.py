"""Putting words into alphabetical order, by repeatedly taking the first one that is left."""

from random import Random

from underdog.core.item import Draft
from underdog.generators import families
from underdog.generators.craft.word_lists import WORDS
from underdog.generators.craft.worked_steps import Trace
from underdog.generators.knobs import share, span

_ASKED = (
    "Put these words in {order} and part them by spaces: {words}",
    "Sort into {order}: {words}. Write the words with spaces between them.",
    "Arrange the words {words} in {order}, parted by spaces.",
)
_ORDERS = (
    ("alphabetical order", "alphabetical order, from A to Z"),
    ("reverse alphabetical order", "alphabetical order backwards, from Z to A"),
)


@families.register("word_sort")
class WordSort:
    """Words in alphabetical order.

    Args:
        words: Most words.
        min_words: Fewest words.
        backwards: Share of problems that ask for the order from Z to A.
    """

    name = "word_sort"
    version = 1
    checker = "text"
    forms = ("answer", "cot", "program")

    def __init__(self, words: int = 7, min_words: int = 3, backwards: float = 0.3) -> None:
        self._fewest, self._most = span("min_words", min_words, "words", words, 2, 20)
        self._backwards = share("backwards", backwards)

    def draft(self, rng: Random) -> Draft:
        """Draft of a problem: a list of words."""
        words = rng.sample(WORDS, rng.randint(self._fewest, self._most))
        backwards = rng.random() < self._backwards
        trace = Trace()
        _select(trace, words, backwards)
        return Draft(
            text=rng.choice(_ASKED).format(
                order=rng.choice(_ORDERS[backwards]), words=", ".join(words)
            ),
            answer=trace.answer,
            steps=trace.steps,
            key=f"word_sort:{'z' if backwards else 'a'}:{' '.join(sorted(words))}",
            difficulty=len(words),
            meta={"words": [*words]},
        )


def _select(trace: Trace, words: list[str], backwards: bool) -> None:
    """Add the steps of a selection sort: the first of the remaining words, again and again."""
    left, pick = [*words], "max" if backwards else "min"
    names: list[str] = []
    trace.add("words", str(words), str(words), f"There are {len(words)} words.")
    for place in range(1, len(words) + 1):
        word = max(left) if backwards else min(left)
        left.remove(word)
        name = f"word_{place}"
        taken = f" if word not in ({', '.join(names)},)" if names else ""
        formula = f"{pick}(word for word in words{taken})"
        text = f"First comes {word}." if place == 1 else f"Of the rest, {word} comes first."
        if not left:
            text = f"{word} is left."
        trace.add(name, formula, word, text)
        names.append(name)
    answer = " ".join(sorted(words, reverse=backwards))
    formula = f"' '.join([{', '.join(names)}])"
    trace.add("in_order", formula, answer, f"So the order is {answer}.")
