"""What an endpoint says, made fit to be shown and kept: without keys and without terminal escapes.

An endpoint may echo the key that it was sent, in any position and in any of the usual writings:
as it is, percent-encoded, or inside base64. Words that look like a key (`sk-...`) go as well.
"""

import base64
import binascii
import re
import unicodedata
from collections.abc import Iterable

HIDDEN = "[key]"
MOST_SHOWN = 300
"""Characters of an endpoint's words that a message shows."""

_LEAST_IN_MESSAGES = 4
_LEAST_IN_REPLIES = 8
"""Shorter keys (`none`, `x`) are placeholders, and would blot out ordinary words of a reply."""

_LIKE_A_KEY = re.compile(
    r"\b(?:hf|gsk|r8|ghp|gho)_\w{10,}|\b(?:pk|rk|xai|nvapi|pplx)-[\w-]{16,}|\bAIza[\w-]{20,}"
    r"|\b(?:Bearer|Basic)\s+[\w.~+/=-]{8,}",
    re.IGNORECASE,
)
_SK_WORD = re.compile(r"\bsk-[\w-]{4,}", re.IGNORECASE)
_BASE64 = re.compile(r"[A-Za-z0-9+/_-]{11,}={0,2}")
_JUNK = "[\x00-\x20\x7f-\xa0\u00ad\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]*"
_UNSEEN = frozenset(("Cc", "Cf", "Cs", "Zl", "Zp", "Co"))
_IN_REPLIES = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x9f]")
_USER = re.compile(r"(?<=//)[^#\s'\"]*@")
_QUERY = re.compile(r"\?[^#\s'\"]*")


class Secrets:
    """The secrets in use with an endpoint.

    Args:
        words: Keys, passwords and other values that must not be seen.
    """

    def __init__(self, words: Iterable[str] = ()) -> None:
        known = {word for word in words if len(word) >= _LEAST_IN_MESSAGES}
        self._words = sorted(known, key=len, reverse=True)
        self._anywhere = _pattern(self._words)
        self._in_replies = _pattern([w for w in self._words if len(w) >= _LEAST_IN_REPLIES])

    def shown(self, text: str, most: int = MOST_SHOWN) -> str:
        r"""An endpoint's words for a message: one line, bounded, no key, escapes written out.

        Example:
            >>> Secrets(["hunter22"]).shown("no \x1b[31mhunter22,\n sk-abc123456")
            'no \\x1b[31m[key], [key]'
        """
        return self.name(_LIKE_A_KEY.sub(HIDDEN, text[: 64 * most]), most)

    def name(self, text: str, most: int = MOST_SHOWN) -> str:
        """A name that an endpoint gives, as `shown`, but for words that only look like a key."""
        text = _SK_WORD.sub(HIDDEN, self._without(text[: 64 * most], self._anywhere))
        return "".join(map(_visible, " ".join(text.split())))[:most]

    def reply(self, text: str) -> str:
        r"""A reply's text without the key in use, control characters written out.

        Tabs and line ends stay as they are.

        Example:
            >>> Secrets(["hunter22"]).reply("it is\n\x1b[2Jhunter22")
            'it is\n\\x1b[2J[key]'
        """
        text = self._without(text, self._in_replies)
        return _IN_REPLIES.sub(lambda found: _visible(found[0]), text)

    def _without(self, text: str, pattern: re.Pattern[str] | None) -> str:
        if pattern is None:
            return text
        return _BASE64.sub(self._unless_it_hides, pattern.sub(HIDDEN, text))

    def _unless_it_hides(self, found: re.Match[str]) -> str:
        """A run of base64 letters, unless a secret is inside; it may begin within the run."""
        run = found[0].rstrip("=").replace("-", "+").replace("_", "/")
        for begin in range(4):
            inner = _decoded(run[begin:])
            if any(word.encode() in inner for word in self._words):
                return HIDDEN
        return found[0]


def public_address(text: str) -> str:
    """An address, or a text with addresses, without user info and without query.

    Example:
        >>> public_address("openai:http://me:secret@host/v1?key=2#m")
        'openai:http://host/v1?...#m'
    """
    return _QUERY.sub("?...", _USER.sub("", text)) if "//" in text else text


def _pattern(words: list[str]) -> re.Pattern[str] | None:
    """Any of some words, each letter as it is or percent-encoded, unseen characters between."""
    if not words:
        return None
    spread = (_JUNK.join(map(_letter, word)) for word in words)
    return re.compile("|".join(spread), re.IGNORECASE)


def _letter(letter: str) -> str:
    encoded = "".join(f"%{byte:02x}" for byte in letter.encode("utf-8", "surrogateescape"))
    return rf"(?:{re.escape(letter)}|{encoded}{'|[+]' if letter == ' ' else ''})"


def _decoded(run: str) -> bytes:
    try:
        return base64.b64decode(run[: len(run) // 4 * 4] + _padded(run))
    except (binascii.Error, ValueError):
        return b""


def _padded(run: str) -> str:
    rest = run[len(run) // 4 * 4 :]
    return rest + "=" * (4 - len(rest)) if len(rest) > 1 else ""


def _visible(letter: str) -> str:
    if unicodedata.category(letter) not in _UNSEEN:
        return letter
    code = ord(letter)
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"
