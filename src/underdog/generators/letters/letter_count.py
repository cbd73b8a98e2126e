"""How often a letter occurs in a word or phrase, or how many vowels it has."""

from random import Random

from underdog.core.item import Draft
from underdog.generators import families
from underdog.generators.craft.word_lists import WORDS
from underdog.generators.craft.worked_steps import Trace
from underdog.generators.knobs import share, whole

_LETTER = (
    'How many times does the letter "{letter}" occur in "{phrase}"?',
    'Count the letter "{letter}" in "{phrase}".',
    'How many letters "{letter}" are there in "{phrase}"?',
)
_VOWELS = (
    'How many vowels (a, e, i, o, u) does "{phrase}" have?',
    'Count the letters a, e, i, o and u in "{phrase}", all together.',
)


@families.register("letter_count")
class LetterCount:
    """Counting a letter, or the vowels, in one or more words.

    Args:
        words: Most words.
        vowels: Share of problems about vowels.
    """

    name = "letter_count"
    version = 1
    checker = "numeric"
    forms = ("answer", "cot", "program")

    def __init__(self, words: int = 4, vowels: float = 0.25) -> None:
        self._most = whole("words", words, 1, 12)
        self._vowels = share("vowels", vowels)

    def draft(self, rng: Random) -> Draft:
        """Draft of a problem: one phrase."""
        words = rng.sample(WORDS, rng.randint(1, self._most))
        phrase = " ".join(words)
        wanted = "aeiou" if rng.random() < self._vowels else rng.choice(_likely(phrase))
        trace = Trace()
        _count(trace, words, wanted)
        templates = _VOWELS if wanted == "aeiou" else _LETTER
        return Draft(
            text=rng.choice(templates).format(letter=wanted, phrase=phrase),
            answer=trace.answer,
            steps=trace.steps,
            key=f"letter_count:{wanted}:{' '.join(sorted(words))}",
            difficulty=len(phrase) / 6,
            meta={"letters": wanted},
        )


def _likely(phrase: str) -> str:
    """Letters to draw from: mostly letters of the phrase, so that the answer is seldom 0."""
    return phrase.replace(" ", "") * 2 + "aest"


def _count(trace: Trace, words: list[str], wanted: str) -> None:
    counts: list[str] = []
    for place, word in enumerate(words, 1):
        found = [letter for letter in word if letter in wanted]
        spelt = "-".join(letter.upper() if letter in wanted else letter for letter in word)
        name = f"in_word_{place}"
        formula = f"sum(letter in '{wanted}' for letter in '{word}')"
        trace.add(name, formula, len(found), f"{spelt} has {len(found)}.")
        counts.append(name)
    if len(words) > 1:
        total = sum(int(step.value) for step in trace.steps)
        trace.add("total", " + ".join(counts), total, "Together {}.")
