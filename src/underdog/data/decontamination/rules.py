"""What counts as a hit on a test set, strictest rule first, with every threshold.

- `ngram`: 13 words in a row are the same, case and punctuation aside (the rule of the GPT-3 paper,
  arXiv 2005.14165).
- `whole`: a test item too short for that stands in the text word for word.
- `numbers`: 13 words in a row are the same after every number, in digits or words, became one mark
  (TinyGSM, arXiv 2312.09241): the same question with other numbers.
- `template`: most runs of three content words are the same after names, numbers and function words
  were taken out: the same story with other names and numbers.

A run that stands in many different test items is their common wording and no evidence. Paraphrases
and translations are found by none of these.
"""

from dataclasses import dataclass
from typing import Literal, TypeAlias

Rule: TypeAlias = Literal["ngram", "whole", "numbers", "template"]
VERSION = 1
"""Rises when a rule finds other texts than before; data compared by older rules does not count."""

RULES: tuple[Rule, ...] = ("ngram", "whole", "numbers", "template")


@dataclass(frozen=True, slots=True)
class Thresholds:
    """When a rule speaks.

    Attributes:
        ngram: Words in a row that must be the same.
        ngram_words: Words with letters, not numbers, that such a run must hold at least: digits
            in a row are no text.
        whole_words: Words with letters that a short test item must hold at least to be looked for.
        numbers_words: Words with letters that a run with its numbers masked must hold at least.
        shingle: Content words in a row that the template rule compares.
        template_shingles: Different runs that a test item must have at least for the template
            rule to look at it.
        template_share: Share of a test item's runs that must be in the text.
        common: A run in more than this many different test items is no evidence.
    """

    ngram: int = 13
    ngram_words: int = 6
    whole_words: int = 5
    numbers_words: int = 8
    shingle: int = 3
    template_shingles: int = 6
    template_share: float = 0.75
    common: int = 10
