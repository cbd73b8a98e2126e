"""Ways to hide a copy of a test item from a machine, each a function of text and generator.

A person reads every changed text as the same problem, except that `numbers`, `names`, `order` and
`synonyms` change its content a little.
"""

import re
from collections.abc import Callable, Mapping
from random import Random

Attack = Callable[[str, Random], str]

_NAMES = (
    *("Aarav", "Bexley", "Chidera", "Dmitri", "Esme", "Farouk"),
    *("Ginevra", "Hiroshi", "Ingrid", "Jovan", "Kalani", "Liora"),
)
_LOOKALIKES = {
    "cyrillic": dict(zip("aceopxyijsABCEHKMOPTX", "асеорхуіјѕАВСЕНКМОРТХ", strict=True)),
    "greek": dict(zip("ovuiptkAEHIKMNOTXY", "ονυιρτκΑΕΗΙΚΜΝΟΤΧΥ", strict=True)),
    "armenian, Latin": dict(zip("ouhnglai", "օսհոɡӏɑı", strict=True)),
}
_FILLERS = ("really", "actually", "basically", "indeed", "certainly", "simply", "now", "well")
_SYNONYMS = (
    *(("many", "numerous"), ("buys", "purchases"), ("bought", "purchased"), ("gives", "hands")),
    *(("gave", "handed"), ("find", "determine"), ("begins", "starts"), ("big", "large")),
    *(("money", "cash"), ("children", "kids"), ("total", "overall"), ("left", "remaining")),
    *(("each", "every"), ("makes", "produces"), ("store", "shop"), ("picked", "collected")),
    *(("sold", "traded"), ("needs", "requires"), ("wants", "wishes"), ("friends", "pals")),
    *(("got", "received"), ("house", "home"), ("road", "street"), ("cost", "price")),
)


def _each_word(change: Callable[[str, Random], str], every: int = 1, least: int = 1) -> Attack:
    """The change at every so many words with letters, beginning at a random one of them."""

    def attack(text: str, rng: Random) -> str:
        count = rng.randrange(every)

        def one(found: re.Match[str]) -> str:
            nonlocal count
            if len(found[0]) < least:
                return found[0]
            count += 1
            return change(found[0], rng) if count % every == 0 else found[0]

        return re.sub(r"[^\W\d_]+", one, text)

    return attack


def _typo(word: str, rng: Random) -> str:
    """One slip of the fingers: two letters swapped, one lost, doubled or another."""
    place = rng.randrange(len(word) - 1)
    before, letter, after = word[:place], word[place], word[place + 1 :]
    slips = (
        before + after[0] + letter + after[1:],
        before + after,
        before + letter + letter + after,
        before + rng.choice("abcdefghijklmnopqrstuvwxyz") + after,
    )
    return rng.choice(slips)


def _joined(mark: str) -> Callable[[str, Random], str]:
    """A mark that is not seen, somewhere inside a word (behind a word of one letter)."""

    def change(word: str, rng: Random) -> str:
        place = rng.randint(1, max(1, len(word) - 1))
        return word[:place] + mark + word[place:]

    return change


def _accented(text: str, rng: Random) -> str:
    return re.sub(r"[^\W\d_]", lambda one: one[0] + rng.choice("\u0301\u0308\u0323\u0332"), text)


def _lookalike(alphabet: str) -> Attack:
    table = str.maketrans(_LOOKALIKES[alphabet])
    return lambda text, _: text.translate(table)


def _filled(text: str, rng: Random) -> str:
    count = rng.randrange(5)

    def one(found: re.Match[str]) -> str:
        nonlocal count
        count += 1
        return f"{found[0]} {rng.choice(_FILLERS)}" if count % 5 == 0 else found[0]

    return re.sub(r"\w+(?:[.,'’]\w+)*", one, text)


def renumbered(text: str, rng: Random) -> str:
    """Other numbers."""
    return re.sub(r"\d+", lambda old: str(int(old[0]) + rng.randint(1, 30)), text)


def renamed(text: str, rng: Random) -> str:
    """Other names for every word that is written with a capital inside a sentence."""
    found = dict.fromkeys(re.findall(r"(?<=[a-z,] )([A-Z][a-z]{2,})\b", text))
    firsts = re.findall(r"(?:^|[.?!] )([A-Z][a-z]{2,})(?:'s)? (?:has|had|is|was|and|bought)", text)
    found |= dict.fromkeys(firsts)
    new = dict(zip(found, rng.sample(_NAMES, min(len(found), len(_NAMES))), strict=False))
    return re.sub(r"\b[A-Z][a-z]{2,}\b", lambda old: new.get(old[0], old[0]), text)


def _reordered(text: str, rng: Random) -> str:
    sentences = re.split(r"(?<=[.?!]) +", text)
    rng.shuffle(sentences)
    return " ".join(sentences)


def _synonyms(text: str, _: Random) -> str:
    for word, other in _SYNONYMS:
        text = re.sub(rf"\b{word}\b", other, text)
    return text


ATTACKS: Mapping[str, Attack] = {
    "verbatim": lambda text, _: text,
    "combining accents on every letter": _accented,
    "zero-width space in every word": _each_word(_joined("\u200b")),
    "soft hyphen in every word": _each_word(_joined("\u00ad")),
    "word joiner in every word": _each_word(_joined("\u2060")),
    "Cyrillic look-alikes": _lookalike("cyrillic"),
    "Greek look-alikes": _lookalike("greek"),
    "Armenian and rare Latin look-alikes": _lookalike("armenian, Latin"),
    "fullwidth letters": lambda text, _: "".join(
        chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in text
    ),
    "\\text{} around every word": _each_word(lambda word, _: f"\\text{{{word}}}"),
    "<b> around every word": _each_word(lambda word, _: f"<b>{word}</b>"),
    "** inside every word": _each_word(_joined("**")),
    "\\! inside every word": _each_word(_joined("\\!")),
    "a typo in every sixth word": _each_word(_typo, every=6, least=3),
    "a filler word every five words": _filled,
    "other numbers": renumbered,
    "other names": renamed,
    "other order of sentences": _reordered,
    "synonyms": _synonyms,
}
"""Attacks by name."""

LEAST: Mapping[str, float] = dict.fromkeys(ATTACKS, 0.95) | {
    "a typo in every sixth word": 0.85,
    "a filler word every five words": 0.85,
    "other numbers": 0.9,
    "other names": 0.85,
    "other order of sentences": 0.8,
    "synonyms": 0.7,
}
"""Least share of copies that must be found in test sets of word problems."""
