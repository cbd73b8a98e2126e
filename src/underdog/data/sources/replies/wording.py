"""Comparing texts by their words: copies, echoes, refusals, and phrases that betray a hint."""

import re

_WORD = re.compile(r"[a-z]+|\d+(?:\.\d+)?")
_REFUSAL = re.compile(
    r"^\W*(?:(?:i['’]?m|i am) (?:sorry|unable|not able|afraid)|sorry\b|apolog"
    r"|i (?:can(?:no|['’])t|cannot|won['’]t|do not|don['’]t) (?:help|assist|do|answer|provide|solve"
    r"|write|create|have|know)|as an? (?:ai|(?:large )?language model)\b|unfortunately\b)",
    re.IGNORECASE,
)
_LEAKS = (
    r"(?:given|provided|known|supplied|correct|expected|desired|right|gold|true) (?:final )?answer",
    r"(?:the|a|your|this) hint",
    r"(?:was|were|been|are|as) told",
    r"answer (?:is|was|has been) (?:already )?(?:given|provided|known|supplied|correct)",
    r"(?:already |we |i )know (?:that )?the answer",
    r"to (?:get|reach|match|obtain|arrive at) the (?:\w+ )?answer",
    r"(?:since|because|knowing|as) the (?:final )?answer (?:is|must|should)",
    r"(?:match|agree|consistent)\w* (?:with )?the (?:\w+ )?answer",
)
_LEAK = re.compile(rf"\b(?:{'|'.join(_LEAKS)})\b", re.IGNORECASE)


def words(text: str) -> list[str]:
    """The words and numbers of a text, in lower case.

    Example:
        >>> words("Tom's 3 cats ate 2.5 kg!")
        ['tom', 's', '3', 'cats', 'ate', '2.5', 'kg']
    """
    return _WORD.findall(text.lower())


def squeezed(text: str) -> str:
    """A text reduced to its words; texts with the same words give the same result."""
    return " ".join(words(text))


def copied_share(text: str, original: str, n: int = 6) -> float:
    """Share of the n-grams of `text` that `original` has too; 0 for a text of fewer than n words.

    Example:
        >>> copied_share("the cat sat on the mat", "the cat sat on the rug", n=3)
        0.75
    """
    grams = _grams(words(text), n)
    if not grams:
        return 0.0
    known = set(_grams(words(original), n))
    return sum(gram in known for gram in grams) / len(grams)


def is_refusal(text: str) -> bool:
    """Whether a reply opens by declining to do what it was asked.

    Example:
        >>> is_refusal("I'm sorry, but I can't help with that."), is_refusal("She is sorry.")
        (True, False)
    """
    return _REFUSAL.match(text) is not None


def leaked_hint(text: str, question: str) -> str | None:
    """A phrase of a reply that betrays a given answer, unless the question has it too; or `None`.

    Example:
        >>> leaked_hint("To match the given answer we add 2.", "What is 1 + 2?")
        'To match the given answer'
    """
    for match in _LEAK.finditer(text):
        if match[0].lower() not in question.lower():
            return match[0]
    return None


def _grams(tokens: list[str], n: int) -> list[tuple[str, ...]]:
    return [tuple(tokens[at : at + n]) for at in range(len(tokens) - n + 1)]
