"""The rules of decontamination, strictest first, and their thresholds.

- `ngram`: 13 words in a row are the same, case and punctuation aside (the rule of the GPT-3 paper,
  arXiv 2005.14165).
- `whole`: a test item shorter than 13 words stands in the text word for word.
- `numbers`: 13 words in a row are the same after every number, in digits or words, is masked
  (TinyGSM, arXiv 2312.09241): the same question with other numbers.
- `gapped`: most words of a test item are there in its order, with single words put in, left out or
  unreadable every few words.
- `template`: most runs of three content words are the same, names, numbers and function words left
  out: the same story with other names and numbers.

Texts are compared as a person reads them (`reading`): without accents, markup and characters that
are not seen, look-alike letters as Latin ones, words one slip of the fingers away as the word that
was meant. Scripts without spaces are compared by characters, each of which weighs a part of a word.

A run in many different test items is common wording and no evidence. No rule finds paraphrases or
translations.
"""

from dataclasses import dataclass
from typing import Literal, TypeAlias

Rule: TypeAlias = Literal["ngram", "whole", "numbers", "gapped", "template"]
VERSION = 2
"""Version of the rules; raised when a rule finds other texts than before."""

RULES: tuple[Rule, ...] = ("ngram", "whole", "numbers", "gapped", "template")


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Thresholds of the rules.

    Attributes:
        ngram: Words in a run, for `ngram` and `numbers`.
        ngram_words: Least words with letters in a run, for `ngram`: digits in a row are no text.
        whole_words: Least words with letters in a short test item, for `whole`.
        numbers_words: Least words with letters in a run, for `numbers`.
        shingle: Content words in a run, for `template`.
        template_shingles: Least different runs of a test item, for `template`.
        template_share: Least share of a test item's runs that must be in the text, for `template`.
        common: Most different test items that may hold a run; a more frequent run is no evidence.
    """

    ngram: int = 13
    ngram_words: int = 6
    whole_words: int = 5
    numbers_words: int = 8
    shingle: int = 3
    template_shingles: int = 6
    template_share: float = 0.75
    common: int = 10
