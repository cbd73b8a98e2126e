"""English forms and names."""

import pytest

from underdog.errors import UnknownNameError
from underdog.generators.stories.sheets.nouns import noun_forms, number_form, plural, with_article
from underdog.generators.stories.sheets.people import REGIONS, names_of, person_forms


@pytest.mark.parametrize(
    ("noun", "many"),
    [("box", "boxes"), ("bush", "bushes"), ("bus", "buses"), ("day", "days"), ("lily", "lilies")],
)
def test_plurals(noun: str, many: str) -> None:
    assert plural(noun) == many


@pytest.mark.parametrize(
    ("noun", "said"),
    [("egg", "an egg"), ("unit", "a unit"), ("hour", "an hour"), ("pen", "a pen")],
)
def test_articles(noun: str, said: str) -> None:
    assert with_article(noun) == said


def test_irregular_nouns_say_their_plural() -> None:
    forms = noun_forms("bread", "loaf/loaves")
    assert forms == {
        "bread": "loaf",
        "bread-s": "loaves",
        "bread-a": "a loaf",
        "bread-S": "Loaves",
    }


@pytest.mark.parametrize(
    ("form", "value", "said"),
    [
        ("th", 2, "half"),
        ("Th", 3, "A third"),
        ("times", 2, "twice"),
        ("Times", 3, "3 times"),
        ("money", 2.5, "2.50"),
        ("money", 3, "3"),
    ],
)
def test_numbers_in_words(form: str, value: float, said: str) -> None:
    assert number_form(form, value) == said


def test_every_region_has_women_and_men_and_no_name_twice() -> None:
    for region in REGIONS:
        assert {pronoun for _, pronoun in names_of(region)} == {"she", "he"}
    everywhere = [name for name, _ in names_of("world")]
    assert len(everywhere) == len(set(everywhere)) >= 120


def test_pronouns_agree() -> None:
    assert person_forms("A", "Mei", "she") == {
        "A": "Mei",
        "A-he": "she",
        "A-He": "She",
        "A-his": "her",
        "A-His": "Her",
        "A-him": "her",
        "A-himself": "herself",
    }


def test_an_unknown_region_is_refused() -> None:
    with pytest.raises(UnknownNameError, match="europe"):
        names_of("eurpe")
