"""First names and everyday words for questions, from the `.txt` files beside this one.

First names are from many places, and none is the beginning of another. Everyday words have three to
nine letters, all in lower case.
"""

from pathlib import Path


def _words_of(name: str) -> tuple[str, ...]:
    return tuple(Path(__file__).with_name(f"{name}.txt").read_text(encoding="utf-8").split())


PEOPLE = _words_of("first_names")
WORDS = _words_of("everyday_words")
