"""Writing a word backwards, or the words of a phrase in the opposite order."""

from random import Random

from underdog.core.item import Draft
from underdog.generators import families
from underdog.generators.craft.word_lists import WORDS
from underdog.generators.craft.worked_steps import Trace
from underdog.generators.knobs import one_of, whole

_LETTERS = (
    'Write the word "{text}" backwards.',
    'Spell "{text}" from its last letter to its first.',
    'What is "{text}" with its letters in reverse order?',
)
_WORDS = (
    'Write the words "{text}" in reverse order, parted by spaces.',
    'Put the words of "{text}" in the opposite order, with spaces between them.',
    'Read "{text}" word by word from the end. What do you get?',
)


@families.register("reversal")
class Reversal:
    """Letters of a word, or words of a phrase, in reverse order.

    Args:
        unit: `letters`, `words` or `mixed`.
        words: Most words in a phrase; a word to spell backwards may be two words joined.
    """

    name = "reversal"
    version = 1
    checker = "exact:ignore_case=true"
    forms = ("answer", "cot", "program")

    def __init__(self, unit: str = "mixed", words: int = 7) -> None:
        chosen = one_of("unit", unit, ("letters", "words", "mixed"))
        self._units = ("letters", "words") if chosen == "mixed" else (chosen,)
        self._most = whole("words", words, 2, 20)

    def draft(self, rng: Random) -> Draft:
        """Draft of a problem: one word or phrase."""
        unit = rng.choice(self._units)
        trace = Trace()
        if unit == "letters":
            text = "".join(rng.sample(WORDS, rng.choice((1, 1, 2))))
            _spell(trace, text)
            size, templates = len(text), _LETTERS
        else:
            words = rng.sample(WORDS, rng.randint(2, self._most))
            text, templates, size = " ".join(words), _WORDS, 2 * len(words)
            _turn(trace, words)
        return Draft(
            text=rng.choice(templates).format(text=text),
            answer=trace.answer,
            steps=trace.steps,
            key=f"reversal:{unit}:{min(text, trace.answer)}",
            difficulty=size / 4,
            meta={"unit": unit},
        )


def _spell(trace: Trace, word: str) -> None:
    letters = list(word)
    text = f"The letters are {', '.join(letters)}."
    trace.add("letters", f"list('{word}')", str(letters), text)
    backwards = letters[::-1]
    text = f"From the end they are {', '.join(backwards)}."
    trace.add("backwards", "letters[::-1]", str(backwards), text)
    answer = "".join(backwards)
    trace.add("joined", "''.join(backwards)", answer, f"Together: {answer}.")


def _turn(trace: Trace, words: list[str]) -> None:
    text = f"There are {len(words)} words; the last is {words[-1]}, the first is {words[0]}."
    trace.add("words", f"'{' '.join(words)}'.split()", str(words), text)
    answer = " ".join(reversed(words))
    trace.add("turned", "' '.join(words[::-1])", answer, f"From the end: {answer}.")
