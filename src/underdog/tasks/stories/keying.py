"""Canonical keys, quickly: the shape of a target's formula is flattened once, not per problem.

The key is what `canon_text` writes of the whole story's canonical form. Which sums and products run
into each other is known beforehand, but for the value that a continuation goes on from: there, one
shape is kept for each kind of form that it can have.
"""

from collections.abc import Callable, Sequence
from functools import cache
from operator import itemgetter
from typing import NamedTuple

from underdog.tasks.stories.formulas import Canon, Form, joined
from underdog.tasks.stories.parts import IT, Target
from underdog.tasks.stories.programs import places_of
from underdog.tasks.stories.working import Places

Texts = Sequence[str]
"""The values of a target as texts, in the order of `places_of`."""


class Reached(NamedTuple):
    """The canonical form that a story has reached: the texts of its operands, in any order."""

    level: str
    with_: Sequence[str]
    without: Sequence[str]

    @property
    def text(self) -> str:
        """As one operand of something else, or as the key."""
        return joined(*self) if self.level else self.with_[0]


NOTHING = Reached("", ("",), ())
"""What a template goes on from."""

_WITH, _WITHOUT = "+it", "-it"
_Operands = Callable[[Texts, Reached], list[str]]
_Written = Callable[[Texts, Reached], str]


class Shape(NamedTuple):
    """The form of a target's answer, all its steps put into one another."""

    level: str
    with_: _Operands
    without: _Operands

    def fill(self, texts: Texts, it: Reached) -> Reached:
        """The form with its numbers."""
        return Reached(self.level, self.with_(texts, it), self.without(texts, it))


@cache
def shape_of(target: Target, level: str) -> Shape:
    """The shape of a target's answer.

    Args:
        target: A template's, or a continuation's.
        level: That of the form it goes on from.
    """
    forms: dict[str, Form] = {name: name for name in target.given}
    forms[IT] = Canon(level, (_WITH,), (_WITHOUT,)) if level else _WITH
    for calc in target.steps:
        forms[calc.name] = calc.formula.canon(forms)
    form, places = forms[target.asked.name], places_of(target)
    if isinstance(form, str):
        return Shape("", _operands((form,), places), _none)
    return Shape(form.level, _operands(form.with_, places), _operands(form.without, places))


def _operands(forms: Sequence[Form], places: Places) -> _Operands:
    if not forms:
        return _none
    ready = [form for form in forms if isinstance(form, str) and form in places]
    spliced = _spliced(forms)
    rest = [form for form in forms if form not in (*ready, _WITH, _WITHOUT)]
    written = tuple(_written(form, places) for form in rest)
    numbers = _getter([places[form] for form in ready if isinstance(form, str)])
    if not written and not spliced:
        return lambda texts, it: [*numbers(texts)]

    def operands(texts: Texts, it: Reached) -> list[str]:
        found = [*numbers(texts)]
        for write in written:
            found.append(write(texts, it))
        for place in spliced:
            found += it[place]
        return found

    return operands


def _spliced(forms: Sequence[Form]) -> list[int]:
    """Which operands of the reached form stand here, as places in a `Reached`."""
    return [1 if form == _WITH else 2 for form in forms if form in (_WITH, _WITHOUT)]


def _written(form: Form, places: Places) -> _Written:
    if isinstance(form, str):
        return lambda texts, it: form
    if form.with_ == (_WITH,) and form.without == (_WITHOUT,):
        return lambda texts, it: it.text
    level, inverse = form.level, "-" if form.level == "+" else "/"
    pair = [
        places.get(one, -1) if isinstance(one, str) else -1 for one in form.with_ + form.without
    ]
    if len(pair) == 2 and min(pair) >= 0:
        first, second = pair
        if form.without:
            return lambda texts, it: f"({texts[first]}{inverse}{texts[second]})"
        return lambda texts, it: _sorted_pair(level, texts[first], texts[second])
    with_, without = _operands(form.with_, places), _operands(form.without, places)
    return lambda texts, it: joined(level, with_(texts, it), without(texts, it))


def _sorted_pair(level: str, first: str, second: str) -> str:
    return f"({first}{level}{second})" if first < second else f"({second}{level}{first})"


def _getter(places: list[int]) -> Callable[[Texts], Sequence[str]]:
    if not places:
        return lambda texts: ()
    if len(places) == 1:
        (place,) = places
        return lambda texts: (texts[place],)
    return itemgetter(*places)


def _none(texts: Texts, it: Reached) -> list[str]:
    return []
