"""People of the stories: first names from many places, with their pronouns."""

from collections.abc import Callable, Sequence
from functools import cache

from underdog.errors import UnknownNameError

_SHE = {
    "africa": "Amara Zola Nia Abena Wanjiru Thandiwe Fatou Makena Ngozi Salma Halima Adjoa",
    "americas": "Camila Ximena Luciana Emily Grace Harper Valentina Aiyana Madison Paloma Inês",
    "asia-east": "Mei Yuki Hana Linh Jia Sakura Minji Thuy Xiu Aiko Soo-ah Ploy",
    "asia-south": "Priya Ananya Nadia Kavya Meera Ishani Zainab Dilani Rupa Ayesha Sunita Tara",
    "europe": "Clara Ingrid Zofia Elena Freya Maeve Katarina Noor Bianca Signe Ottilie Ilse",
    "mideast": "Leila Shirin Yasmin Dalia Rana Noa Zeynep Maryam Elif Samira Tamar Nour",
    "few": "Ana Mia Zoe Ida",
    "pacific": "Moana Aroha Leilani Tiare Kiri Malia Sina Talia Ngaire Hinewai Mele Kalea",
}
_HE = {
    "africa": "Kwame Tendai Jabari Sefu Chidi Moussa Thabo Kofi Bakari Amadi Yusuf Juma",
    "americas": "Mateo Diego Santiago Owen Caleb Rafael Thiago Nathan Joaquín Tomás Wyatt",
    "asia-east": "Haruto Wei Jun Minh Kenji Tae-yang Bao Riku Hoang Somchai Daichi Feng",
    "asia-south": "Arjun Rohan Imran Vikram Nuwan Farhan Sanjay Kabir Tariq Dev Anil Bilal",
    "europe": "Luca Emil Stefan Pavel Hugo Niels Andrei Finn Mikko Dario Anton Oskar",
    "mideast": "Omar Karim Reza Eitan Cem Hassan Amir Faris Levent Ziad Idan Kaveh",
    "few": "Ben Leo Sam Tom",
    "pacific": "Tane Keoni Manaia Sione Kai Ariki Tama Koa Wiremu Ioane Matiu Noa-lei",
}
FEW = "few"
"""Eight short names, for closed vocabularies."""

REGIONS = tuple(region for region in _SHE if region != FEW)
EVERYWHERE = "world"

_PRONOUNS = {
    "she": {"he": "she", "his": "her", "him": "her", "himself": "herself"},
    "he": {"he": "he", "his": "his", "him": "him", "himself": "himself"},
}


def known_region(region: str) -> str:
    """`region` if it is a known region of names, else raises `UnknownNameError`."""
    known = (*REGIONS, EVERYWHERE, FEW)
    if region not in known:
        raise UnknownNameError("region of names", region, known)
    return region


@cache
def names_of(region: str) -> tuple[tuple[str, str], ...]:
    """Pairs of a first name and its pronoun, `she` or `he`.

    Args:
        region: One of `REGIONS`, `world` for all regions, or `few` for a short list.

    Raises:
        UnknownNameError: No such region.
    """
    regions = REGIONS if known_region(region) == EVERYWHERE else (region,)
    pairs = [
        (name, pronoun)
        for place in regions
        for pronoun, pool in (("she", _SHE), ("he", _HE))
        for name in pool[place].split()
    ]
    return tuple(pairs)


LETTERS = "ABCD"
"""Letters of a story's people: `A` and `B` in a template, `C` and `D` in a continuation."""

PERSON_FORMS = ("he", "He", "his", "His", "him", "himself")


def person_forms(letter: str, name: str, pronoun: str) -> dict[str, str]:
    """Words for a person's holes, by hole: `{A}`, `{A.he}`, `{A.He}`, `{A.his}`, `{A.him}`, …."""
    words = _PRONOUNS[pronoun]
    forms = {form: words[form.lower()] for form in PERSON_FORMS}
    forms = {form: word.capitalize() if form[0] == "H" else word for form, word in forms.items()}
    return {letter: name, **{f"{letter}-{form}": word for form, word in forms.items()}}


_NOBODY = ("",) * (1 + len(PERSON_FORMS))


@cache
def cast_of(region: str) -> tuple[tuple[str, ...], ...]:
    """The words of `person_forms`, in its order, for each of `names_of(region)`."""
    return tuple(
        tuple(person_forms("A", name, pronoun).values()) for name, pronoun in names_of(region)
    )


def draw_people(region: str, letters: int, random: Callable[[], float]) -> Sequence[str]:
    """Draw different people; returns the words of `person_forms` for each, in one sequence.

    Args:
        region: Region of the names.
        letters: Bit mask of the people to draw: bit 0 for `A`, bit 1 for `B`, …. Letters below the
            highest bit that are not set get empty words.
        random: Draws from [0, 1).
    """
    cast = cast_of(region)
    used: set[int] = set()
    people: list[str] = []
    while letters:
        letters, drawn = divmod(letters, 2)
        if not drawn:
            people += _NOBODY
            continue
        place = int(random() * len(cast))
        while place in used:
            place = (place + 1) % len(cast)
        used.add(place)
        people += cast[place]
    return people
