"""Short stories that must use given words and features (TinyStories, arXiv 2305.07759).

A verb, a noun and an adjective from small children's words, and features that code can check, are
drawn per story: diversity comes from the draw, not from the temperature. A story is kept when it
meets every demand, is long enough, ended by itself and does not repeat itself. Its quality is not
checked. `story_seeds` makes the seeds. Cost: n calls per draw.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from random import Random

from underdog.core import (
    Example,
    JSONValue,
    Message,
    Problem,
    Prompt,
    Question,
    SamplingParams,
)
from underdog.core.example import reply_learned
from underdog.data.sources import sources
from underdog.data.sources.replies.attempts import failure
from underdog.data.sources.replies.wording import squeezed, words
from underdog.data.sources.source import Ask, Desk, Exchange, Record, Reply, spelled
from underdog.data.sources.story_words import story_words
from underdog.errors import DataError
from underdog.generators.knobs import whole
from underdog.seeds import derive

_SPEECH = re.compile(r"[\"“][^\"“”\n]*\w+[^\"“”\n]*[\"”]")
_ASKED = re.compile(r"[\"“][^\"“”\n]*\?[\"”]")
_LESSON = re.compile(
    r"\b(?:learn(?:ed|t|s)?|lesson|from (?:then|that day) on|remember(?:ed)?)\b", re.I
)
_RAIN = re.compile(r"\b(?:rain\w*|snow\w*|storm\w*|wind\w*|sunn?\w*|fog\w*)\b", re.I)

FEATURES: Mapping[str, tuple[str, Callable[[str], bool]]] = {
    "speech": ("Somebody says something.", lambda text: _SPEECH.search(text) is not None),
    "question": ("Somebody asks a question aloud.", lambda text: _ASKED.search(text) is not None),
    "lesson": (
        "At the end the hero learns something.",
        lambda text: _LESSON.search(text[len(text) // 2 :]) is not None,
    ),
    "weather": ("The weather matters.", lambda text: _RAIN.search(text) is not None),
}
"""Features by name: words of the demand, and check of a story."""

_INSTRUCTION = (
    "You write very short stories for children of four years, in simple words and short sentences."
)
_REPEATED = 0.25


@sources.register("stories")
@dataclass(frozen=True, slots=True)
class Stories:
    """Stories that use given words and features.

    Args:
        n: Stories per draw.
        shortest: Least words per story.
        longest: Most words per story.
        temperature: Sampling temperature.
        max_tokens: Most tokens per story.
    """

    n: int = 1
    shortest: int = 50
    longest: int = 350
    temperature: float = 0.9
    max_tokens: int = 400

    def __post_init__(self) -> None:
        whole("n", self.n, 1, 1024)
        whole("shortest", self.shortest, 1, self.longest)

    @property
    def name(self) -> str:
        """The source with its parameters."""
        return spelled("stories", self)

    def make(self, seed: Problem, desk: Desk) -> Exchange:
        """Ask for n stories and check the demands."""
        demands = _demands(seed)
        request = seed.question.text
        prompt = Prompt((Message("system", _INSTRUCTION), Message("user", request)))
        params = SamplingParams(self.temperature, 0.95, max_tokens=self.max_tokens)
        [replies] = yield [Ask(prompt, params, self.n)]
        return [self._judged(request, demands, reply) for reply in replies]

    def _judged(self, request: str, demands: "Demands", reply: Reply) -> Record:
        text = reply.text.strip()
        fault = failure(reply) or self._fault(text, demands, reply)
        example = None
        if fault is None:
            turns = (Message("user", request), Message("assistant", text))
            tags: dict[str, JSONValue] = {
                "task": "stories",
                "form": "text",
                "words": [*demands.words],
                "features": [*demands.features],
            }
            example = Example("", reply_learned(turns), tags)
        return Record(
            *(fault or ("", "")),
            question=request,
            reply=text,
            teacher=reply.engine,
            usage=reply.usage,
            example=example,
            key=f"story|{squeezed(text)}",
        )

    def _fault(self, text: str, demands: "Demands", reply: Reply) -> tuple[str, str] | None:
        if reply.finish == "length":
            return "truncated", ""
        size = len(words(text))
        if not self.shortest <= size <= self.longest:
            return "bad length", f"{size} words, not {self.shortest} to {self.longest}"
        missing = demands.missing(text)
        if missing:
            return "demand not met", ", ".join(missing)
        share = repeated_share(text)
        return ("repetitive", f"{share:.0%} of its sentences") if share > _REPEATED else None


@dataclass(frozen=True, slots=True)
class Demands:
    """Words and features that a story must have.

    Attributes:
        words: Words that must occur, in any regular form.
        features: Names from `FEATURES`.
    """

    words: tuple[str, ...]
    features: tuple[str, ...]

    def missing(self, text: str) -> list[str]:
        """The demands that a text does not meet."""
        lost = [word for word in self.words if not uses(text, word)]
        return lost + [name for name in self.features if not FEATURES[name][1](text)]


def story_seeds(count: int, seed: int = 0, num_features: int = 2) -> Iterator[Problem]:
    """Drawn demands as seed problems for `collect`, the same for the same seed.

    Example:
        >>> [one] = story_seeds(1)
        >>> one.question.text.startswith("Write a story about")
        True
    """
    whole("num_features", num_features, 0, len(FEATURES))
    known = story_words()
    for number in range(count):
        rng = Random(derive("story", seed, number))  # noqa: S311 - data, not secrets
        drawn = (rng.choice(known.verbs), rng.choice(known.nouns), rng.choice(known.adjectives))
        hero = rng.choice(known.names)
        features = sorted(rng.sample(sorted(FEATURES), num_features))
        told = " ".join(FEATURES[name][0] for name in features)
        text = (
            f"Write a story about {hero} in 80 to 150 words. Use the words "
            f"“{drawn[0]}”, “{drawn[1]}” and “{drawn[2]}”. {told}".strip()
        )
        meta: dict[str, JSONValue] = {"words": [*drawn, hero], "features": [*features]}
        yield Problem(Question(f"story-{seed}-{number}", "stories", text), None, "train", meta)


def uses(text: str, word: str) -> bool:
    """Whether a text has a word in one of its regular forms.

    Example:
        >>> uses("They were carrying a kite.", "carry"), uses("A kitten!", "kite")
        (True, False)
    """
    word = word.lower()
    stem = re.escape(word[:-1] if word[-1] in "ey" else word)
    last = re.escape(word[-1])
    return (
        re.search(
            rf"\b{stem}(?:{last})?(?:s|es|d|ed|ing|ies|ied|{last}ed|{last}ing|ly|er|est|ier|iest)?\b",
            text.lower(),
        )
        is not None
    )


def repeated_share(text: str) -> float:
    """Share of sentences that repeat the words of an earlier sentence."""
    sentences = [squeezed(part) for part in re.split(r"[.!?]+", text)]
    sentences = [one for one in sentences if one]
    return 1 - len(set(sentences)) / len(sentences) if sentences else 0.0


def _demands(seed: Problem) -> Demands:
    given, features = seed.meta.get("words"), seed.meta.get("features")
    if not isinstance(given, list) or not isinstance(features, list):
        raise DataError(f"seed {seed.id!r} demands no words; make seeds with story_seeds()")
    for name in features:
        if name not in FEATURES:
            raise DataError(f"seed {seed.id!r} demands {name!r}; known: {', '.join(FEATURES)}")
    return Demands(tuple(map(str, given)), tuple(map(str, features)))
