"""English forms of nouns and small numbers: plurals, articles, fractions, multiples."""

from underdog.generators.stories.sheets.formulas import Number, number_text

_VOWELS = "aeiou"
_PARTS = {
    2: "half",
    3: "a third",
    4: "a quarter",
    5: "a fifth",
    6: "a sixth",
    7: "a seventh",
    8: "an eighth",
    9: "a ninth",
    10: "a tenth",
}


def plural(noun: str) -> str:
    """The regular plural.

    Example:
        >>> plural("box"), plural("berry"), plural("toy")
        ('boxes', 'berries', 'toys')
    """
    if noun.endswith(("s", "x", "z", "ch", "sh")):
        return f"{noun}es"
    if noun.endswith("y") and noun[-2:-1] not in _VOWELS:
        return f"{noun[:-1]}ies"
    return f"{noun}s"


def with_article(noun: str) -> str:
    """The noun with `a` or `an`, by its first letter; `u` as in `unit` takes `a`.

    Example:
        >>> with_article("orange"), with_article("uniform"), with_article("umbrella")
        ('an orange', 'a uniform', 'an umbrella')
    """
    sounds_like_you = noun.startswith(("uni", "use", "uku", "eu"))
    vowel = noun[:1] in _VOWELS and not sounds_like_you
    return f"{'an' if vowel or noun.startswith('hour') else 'a'} {noun}"


def noun_forms(name: str, noun: str) -> dict[str, str]:
    """Words for the holes of a picked noun, by hole: `{cake}`, `{cake.s}`, `{cake.a}`.

    Args:
        name: Name of the pick.
        noun: Singular, or `singular/plural` when the plural is irregular.
    """
    single, _, many = noun.partition("/")
    forms = {name: single, f"{name}-s": many or plural(single), f"{name}-a": with_article(single)}
    return {**forms, f"{name}-S": _capital(forms[f"{name}-s"])}


def number_form(form: str, value: Number) -> str:
    """A number as a `th` (`a third`) or a `times` (`twice`); `Th`, `Times` for a capital.

    Example:
        >>> number_form("th", 4), number_form("times", 2), number_form("Times", 2)
        ('a quarter', 'twice', 'Twice')
    """
    text = number_text(value)
    if form.lower() == "th":
        said = _PARTS[int(value)]
    elif form == "money":
        said = text if isinstance(value, int) else f"{value:.2f}"
    else:
        said = {"2": "twice"}.get(text, f"{text} times")
    return _capital(said) if form[0].isupper() else said


NUMBER_FORMS = ("th", "Th", "times", "Times", "money")


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
