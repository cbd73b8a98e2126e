"""Texts as arrays of word numbers, many texts at a time: the input of all rules.

A text is read as a person sees it (`reading`). Of scripts that put no spaces between words, each
character is a word, and weighs a part of one.

One table lookup turns a token into a row number; arrays hold the traits of each row (word, number,
name, end of sentence). Words in no test item share one number, which never matches, so the table
does not grow with the training data.
"""

import re
from array import array
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from underdog.data.decontamination.reading.as_seen import plain_text
from underdog.data.decontamination.reading.misspelt import Deletes, Misspelt

Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]
Hashes = NDArray[np.uint64]

UNKNOWN, NUMBER, END = 0, 1, 2
"""Word numbers of unknown words, of masked numbers, of sentence ends."""

_SPACELESS = {
    60: "\u2e80-\u2fdf\u3005-\u3007\u3041-\u3096\u309d-\u309f\u30a1-\u30fa\u30fc-\u30ff"
    "\u3105-\u312f\u31a0-\u31bf\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\ua000-\ua48f"
    "\uf900-\ufaff\U00016fe0-\U00018cff\U0001b000-\U0001b2ff\U00020000-\U0003ffff",
    40: "\u1100-\u11ff\ua960-\ua97c\uac00-\ud7a3",
    25: "\u0e01-\u0e4e\u0e80-\u0ecf\u0edc-\u0edf\u1000-\u103f\u1050-\u108f\u1780-\u17d3"
    "\u1950-\u19df\u1a20-\u1a7f\u1b05-\u1b4b\ua984-\ua9c0\uaa60-\uaadf",
}
"""Characters of scripts written without spaces, as ranges of a pattern, by their weight.

The weight is in hundredths of a word: two Chinese characters or three syllables of Korean are about
a word, and four letters of Thai, Lao, Burmese or Khmer, whose vowel signs are left out.
"""
WHOLE = 100
"""Weight of a word."""

_JOINS = r"'013457@|*`\x00-\x08\x0e-\x1f\x7f"
"""Inside a word these are an apostrophe, digits that look like letters, emphasis, or not seen."""
_PATTERN = rf"{{0}}+(?:[{_JOINS}]+{{0}}+)*|\d+(?:,\d{{{{3}}}})*(?:\.\d+)?|[.?!:\n]"
_ASCII = re.compile(_PATTERN.format("[A-Za-z]"), re.ASCII)
_CHARACTERS = "".join(_SPACELESS.values())
_UNICODE = re.compile(f"[{_CHARACTERS}]|" + _PATTERN.format(rf"[^\W\d_{_CHARACTERS}]"))
_WEIGHTS = {weight: re.compile(f"[{ranges}]") for weight, ranges in _SPACELESS.items()}
_LETTERS = str.maketrans("013457@|", "oleastal", "'*`" + "".join(map(chr, (*range(32), 127))))
_TALL_I = re.compile(r"(?<=[a-z])I|I(?=I*[a-z])(?<=[A-Za-z]I)")
_ENDS = frozenset(".?!:\n")
_NUMERAL_WORDS = """
    zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen
    sixteen seventeen eighteen nineteen twenty thirty forty fifty sixty seventy eighty ninety
    hundred thousand million billion dozen
"""
_FUNCTION = """
    a an and are as at be been before but by can could did do does each every for from gave get
    gets had has have he her hers him his how i if in into is it its just many me more much my of
    off on or our out over per she so some than that the their them then there these they this
    those to total up was we were what when where which who whose will with would you your
"""
_NUMERALS = frozenset(_NUMERAL_WORDS.split())
_FUNCTION_WORDS = frozenset(_FUNCTION.split())
_CACHE = 1 << 20
_MARKS = ("", "0", "")
"""The words of the numbers `UNKNOWN`, `NUMBER` and `END`."""


def tokens(text: str) -> list[str]:
    """Words, numbers and sentence ends of a text, as a person sees them.

    Example:
        >>> tokens("Mr. O'Neil's 1,200 eggs?")
        ['Mr', '.', "O'Neil's", '1,200', 'eggs', '?']
        >>> tokens("他有3个苹果")
        ['他', '有', '3', '个', '苹', '果']
    """
    text = plain_text(text)
    return (_ASCII if text.isascii() else _UNICODE).findall(text)


def _plain(token: str) -> str:
    """A token in small letters, without marks inside it."""
    if token[0].isdigit():
        return token.replace(",", "")
    return _TALL_I.sub("l", token).casefold().translate(_LETTERS)


def _weight(word: str) -> int:
    """Weight of a word, in hundredths."""
    if len(word) == 1:
        return next((weight for weight, known in _WEIGHTS.items() if known.match(word)), WHOLE)
    return WHOLE


def _stem(word: str) -> str:
    return word[:-1] if len(word) > 3 and word.endswith("s") and not word.endswith("ss") else word


class _Rows(dict[str, int]):
    """Table from token to row: twice its word's number, plus one for a capitalised token."""

    def __init__(self, words: Sequence[str], deletes: Deletes) -> None:
        super().__init__()
        self._words = {word: number for number, word in enumerate(words, start=len(_MARKS))}
        self._misspelt = Misspelt(words, deletes)

    def __missing__(self, token: str) -> int:
        if token in _ENDS:
            row = 2 * END
        elif token[0].isdigit():
            row = 2 * self._words.get(_plain(token), NUMBER)
        else:
            row = 2 * self._number(_plain(token)) + token[0].isupper()
        if len(self) >= _CACHE:
            self.clear()
        self[token] = row
        return row

    def _number(self, word: str) -> int:
        if word in self._words:
            return self._words[word]
        meant = self._misspelt.meant(word)
        return UNKNOWN if meant is None else meant + len(_MARKS)


@dataclass(frozen=True, slots=True)
class Stream:
    """The words of many texts, one text after the other, one array entry per word.

    Attributes:
        ids: Number of each word.
        text: Number of each word's text, ascending.
        lettered: Whether each word has letters and is no number.
        place: Index of each word among all tokens.
    """

    ids: Ints
    text: Ints
    lettered: Flags
    place: Ints

    def only(self, keep: Flags) -> "Stream":
        """The stream of the flagged words."""
        return Stream(self.ids[keep], self.text[keep], self.lettered[keep], self.place[keep])


@dataclass(frozen=True, slots=True)
class WordStreams:
    """The same texts as the different rules compare them.

    Attributes:
        words: All words.
        masked: All words, each run of numbers replaced by one mark.
        content: All words but numbers, names and function words.
        starts: Index among all tokens of each text's first token.
    """

    words: Stream
    masked: Stream
    content: Stream
    starts: Ints


@dataclass(frozen=True, slots=True)
class Traits:
    """Traits of words, one array entry per word number.

    Attributes:
        number: Whether the word is a number in digits.
        numeral: Whether the word is a number, in digits or in words.
        empty: Whether the word is a function word or a single letter.
        common_noun: Whether the word is mostly in lower case inside a sentence.
        stem: Number of the word's stem.
        weight: Weight of the word, in hundredths of a word of a script with spaces.
        hashes: 64-bit hash of the word.
    """

    number: Flags
    numeral: Flags
    empty: Flags
    common_noun: Flags
    stem: Ints
    weight: NDArray[np.int32]
    hashes: Hashes

    @classmethod
    def of(cls, words: Sequence[str], nouns: frozenset[str]) -> "Traits":
        """The traits of the marks (`_MARKS`), which have the first numbers, and of words."""
        table = [*_MARKS, *words]
        number = np.array([bool(word) and word[0].isdigit() for word in table])
        weight = np.array([_weight(word) for word in table], dtype=np.int32)
        single = np.array([len(word) == 1 for word in table]) & (weight == WHOLE)
        stems: dict[str, int] = {}
        return cls(
            number=number,
            numeral=number | np.array([word in _NUMERALS for word in table]),
            empty=np.array([word in _FUNCTION_WORDS for word in table]) | single,
            common_noun=np.array([word in nouns for word in table]),
            stem=np.array([stems.setdefault(_stem(word), len(stems)) for word in table]),
            weight=weight,
            hashes=_random(["", "<number>", "<end>", *words]),
        )


class TestWords:
    """The words of all test items, with their traits.

    Args:
        words: The words, in the order of their numbers.
        traits: Traits of the words.
        deletes: Table that finds a word behind a slip of the fingers.
    """

    def __init__(self, words: Sequence[str], traits: Traits, deletes: Deletes) -> None:
        self.words = tuple(words)
        self.traits = traits
        self.deletes = deletes
        self._rows = _Rows(self.words, deletes)

    @classmethod
    def of(cls, texts: Iterable[str]) -> "TestWords":
        """The words of the texts of all test items."""
        seen, starts = Counter[str](), Counter[str]()
        for text in texts:
            found = tokens(text)
            seen.update(found)
            starts.update([word for end, word in pairwise([".", *found]) if end in _ENDS])
        words, nouns = _sort_out(seen, starts)
        deletes = Deletes.of(list(words), list(words.values()))
        return cls(list(words), Traits.of(list(words), nouns), deletes)

    @property
    def hashes(self) -> Hashes:
        """64-bit hash of each word, by number."""
        return self.traits.hashes

    def __len__(self) -> int:
        return len(self.traits.stem)

    def streams(self, texts: Sequence[str]) -> WordStreams:
        """Texts as word numbers, once for each kind of rule."""
        get = self._rows.__getitem__
        found, ends = array("q"), array("q")
        for text in texts:
            found.extend(map(get, tokens(text)))
            ends.append(len(found))
        rows_L = np.frombuffer(found, dtype=np.int64)
        lengths = np.diff(np.frombuffer(ends, dtype=np.int64), prepend=0)
        text_L = np.repeat(np.arange(len(texts)), lengths)
        ids_L, capital_L = rows_L >> 1, (rows_L & 1).astype(np.bool_)
        starts_L = np.ones(len(ids_L), dtype=np.bool_)
        starts_L[1:] = (ids_L[:-1] == END) | (text_L[1:] != text_L[:-1])
        name_L = capital_L & ~(starts_L & self.traits.common_noun[ids_L])
        inside_L = ids_L != END
        stream = Stream(ids_L, text_L, ~self.traits.number[ids_L], np.arange(len(ids_L)))
        words = stream.only(inside_L)
        content_L = inside_L & ~name_L & ~self.traits.numeral[ids_L] & ~self.traits.empty[ids_L]
        content = stream.only(content_L)
        stems = Stream(self.traits.stem[content.ids], content.text, content.lettered, content.place)
        return WordStreams(words, self._masked(words), stems, np.cumsum(lengths) - lengths)

    def _masked(self, words: Stream) -> Stream:
        numeral_L = self.traits.numeral[words.ids]
        repeated_L = np.zeros(len(numeral_L), dtype=np.bool_)
        same_text = words.text[1:] == words.text[:-1]
        repeated_L[1:] = numeral_L[1:] & numeral_L[:-1] & same_text
        ids = np.where(numeral_L, NUMBER, words.ids)
        return Stream(ids, words.text, ~numeral_L, words.place).only(~repeated_L)


def _sort_out(seen: Counter[str], starts: Counter[str]) -> tuple[dict[str, int], frozenset[str]]:
    """Occurrences of each word, and the words mostly in lower case inside a sentence."""
    small = Counter[str]()
    words: dict[str, int] = {word: 0 for word in sorted(_NUMERALS | _FUNCTION_WORDS)}
    for token, count in seen.items():
        if token not in _ENDS:
            word = _plain(token)
            words[word] = words.get(word, 0) + count
            small[word] += count if token[0].islower() else starts[token] - count
    return words, frozenset(word for word, balance in small.items() if balance > 0)


def _random(table: Sequence[str]) -> Hashes:
    digests = b"".join(blake2b(word.encode(), digest_size=8).digest() for word in table)
    return np.frombuffer(digests, dtype=np.uint64)
