"""Joining the last (or first) letters of the words of a phrase (Wei et al., arXiv 2201.11903)."""

from random import Random

from underdog.core.item import Draft
from underdog.generators import families
from underdog.generators.craft.notation import ordinal
from underdog.generators.craft.word_lists import WORDS
from underdog.generators.craft.worked_steps import Trace
from underdog.generators.knobs import one_of, span

_ASKED = (
    'Take the {which} letter of each word in "{phrase}" and join them. What do you get?',
    'Join the {which} letters of the words in "{phrase}".',
    'What do the {which} letters of the words "{phrase}" spell when written one after another?',
    'Concatenate the {which} letter of every word of "{phrase}".',
)


@families.register("last_letters")
class LastLetters:
    """The last or first letters of some words, joined.

    Args:
        words: Most words.
        min_words: Fewest words.
        which: `last`, `first` or `mixed`.
    """

    name = "last_letters"
    version = 1
    checker = "exact:ignore_case=true"
    forms = ("answer", "cot", "program")

    def __init__(self, words: int = 6, min_words: int = 2, which: str = "mixed") -> None:
        self._fewest, self._most = span("min_words", min_words, "words", words, 1, 20)
        chosen = one_of("which", which, ("last", "first", "mixed"))
        self._which = ("last", "first") if chosen == "mixed" else (chosen,)

    def draft(self, rng: Random) -> Draft:
        """Draft of a problem: one phrase."""
        words = rng.sample(WORDS, rng.randint(self._fewest, self._most))
        which = rng.choice(self._which)
        place = -1 if which == "last" else 0
        trace = Trace()
        for number, word in enumerate(words, 1):
            letter = word[place]
            text = f'The {which} letter of the {ordinal(number)} word "{word}" is {letter}.'
            trace.add(f"letter_{number}", f"'{word}'[{place}]", letter, text)
        joined = "".join(word[place] for word in words)
        formula = " + ".join(step.name for step in trace.steps)
        trace.add("joined", formula, joined, f"Joined they are {joined}.")
        return Draft(
            text=rng.choice(_ASKED).format(which=which, phrase=" ".join(words)),
            answer=joined,
            steps=trace.steps,
            key=f"letters:{which}:{' '.join(words)}",
            difficulty=len(words),
            meta={"words": [*words], "which": which},
        )
