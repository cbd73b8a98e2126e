"""Canonical keys, quickly: the shape of a target's formula is flattened once, not per problem.

The key is what `canon_text` writes of the whole story's canonical form. Which sums and products run
into each other is known beforehand, but for the value that a continuation goes on from: there, one
shape is kept for each kind of form that it can have.
"""

from collections.abc import Callable, Sequence
from functools import cache
from operator import itemgetter
from typing import NamedTuple

from underdog.generators.stories.sheets.formulas import Canon, Form, joined
from underdog.generators.stories.sheets.story_parts import IT, Target
from underdog.generators.stories.sheets.working import Places
from underdog.generators.stories.writer.programs import places_of

Texts = Sequence[str]
"""The values of a target as texts, in the order of `places_of`."""

Reached = tuple[str, Texts, Texts]
"""What a continuation goes on from: its text, or its operands, whichever the shape asks for."""

_NOTHING: Reached = ("", (), ())
_WITH, _WITHOUT = "+it", "-it"
_Write = Callable[[Texts, Reached], str]
_List = Callable[[Texts, Reached], list[str]]


class AnswerShape(NamedTuple):
    """The form of a target's answer, all its steps put into one another.

    Attributes:
        level: `+` for a sum, `*` for a product, nothing for a single number.
        opened: Whether what it goes on from runs into a sum or product of it.
        quoted: Whether what it goes on from is an operand of it.
        write: Its text.
        with_: Its operands.
        without: Those subtracted or divided by.
    """

    level: str
    opened: bool
    quoted: bool
    write: _Write
    with_: _List
    without: _List


def key_of(parts: Sequence[Target], texts: Sequence[Texts]) -> str:
    """The canonical form of a story's answer, as `canon_text` writes it.

    Args:
        parts: A template's target and its continuations.
        texts: The values of each.
    """
    shape, reached = shape_of(parts[0], ""), _NOTHING
    if len(parts) == 1:
        return shape.write(texts[0], reached)
    for place in range(1, len(parts)):
        following, said = shape_of(parts[place], shape.level), texts[place - 1]
        with_: Texts = ()
        without: Texts = ()
        text = ""
        if following.opened:
            with_, without = shape.with_(said, reached), shape.without(said, reached)
        if following.quoted:
            text = shape.write(said, reached)
        shape, reached = following, (text, with_, without)
    return shape.write(texts[-1], reached)


@cache
def shape_of(target: Target, level: str) -> AnswerShape:
    """The shape of a target's answer.

    Args:
        target: A template's, or a continuation's.
        level: That of the form it goes on from; nothing for a template.
    """
    forms: dict[str, Form] = {name: name for name in target.given}
    forms[IT] = Canon(level, (_WITH,), (_WITHOUT,))
    for calc in target.steps:
        forms[calc.name] = calc.formula.canon(forms)
    form, places = forms[target.asked.name], places_of(target)
    top = form if isinstance(form, Canon) else Canon("", (form,), ())
    return AnswerShape(
        top.level,
        _opens(top),
        _quotes(top),
        _written(form, places),
        _listed(top.with_, places),
        _listed(top.without, places),
    )


def _is_quoted(form: Form) -> bool:
    return isinstance(form, Canon) and form.with_ == (_WITH,) and form.without == (_WITHOUT,)


def _opens(form: Form) -> bool:
    if isinstance(form, str) or _is_quoted(form):
        return False
    operands = form.with_ + form.without
    return _WITH in operands or any(map(_opens, operands))


def _quotes(form: Form) -> bool:
    if isinstance(form, str):
        return False
    return _is_quoted(form) or any(map(_quotes, form.with_ + form.without))


def _written(form: Form, places: Places) -> _Write:
    """Writes a form as one operand."""
    if isinstance(form, str):
        return _word(form, places)
    if _is_quoted(form):
        return lambda texts, it: it[0]
    level, inverse = form.level, "-" if form.level == "+" else "/"
    operands = form.with_ + form.without
    slots = [places[one] for one in operands if isinstance(one, str) and one in places]
    if _WITH not in operands and len(operands) == 2:
        if form.without:
            return _quotient(inverse, slots, *(_written(one, places) for one in operands))
        return _pair(level, slots, *(_written(one, places) for one in operands))
    if len(slots) == len(operands) and not form.without:
        pick = itemgetter(*slots)
        return lambda texts, it: f"({level.join(sorted(pick(texts)))})"
    with_, without = _listed(form.with_, places), _listed(form.without, places)
    return lambda texts, it: joined(level, with_(texts, it), without(texts, it))


def _word(form: str, places: Places) -> _Write:
    if form in places:
        place = places[form]
        return lambda texts, it: texts[place]
    return lambda texts, it: form


def _pair(level: str, slots: list[int], left: _Write, right: _Write) -> _Write:
    if len(slots) == 2:
        first, second = slots

        def of_slots(texts: Texts, it: Reached) -> str:
            one, other = texts[first], texts[second]
            return f"({one}{level}{other})" if one < other else f"({other}{level}{one})"

        return of_slots

    def of_any(texts: Texts, it: Reached) -> str:
        one, other = left(texts, it), right(texts, it)
        return f"({one}{level}{other})" if one < other else f"({other}{level}{one})"

    return of_any


def _quotient(inverse: str, slots: list[int], left: _Write, right: _Write) -> _Write:
    if len(slots) == 2:
        first, second = slots
        return lambda texts, it: f"({texts[first]}{inverse}{texts[second]})"
    return lambda texts, it: f"({left(texts, it)}{inverse}{right(texts, it)})"


def _listed(forms: Sequence[Form], places: Places) -> _List:
    """Writes operands in any order, those of an opened form among them."""
    slots = [places[form] for form in forms if isinstance(form, str) and form in places]
    opened = [1 if form == _WITH else 2 for form in forms if form in (_WITH, _WITHOUT)]
    rest = [form for form in forms if not (form in (_WITH, _WITHOUT) or form in [*places])]
    written = tuple(_written(form, places) for form in rest)
    if not opened and not written:
        return lambda texts, it: [texts[place] for place in slots]

    def listed(texts: Texts, it: Reached) -> list[str]:
        found = [texts[place] for place in slots]
        for write in written:
            found.append(write(texts, it))
        for place in opened:
            found += it[place]
        return found

    return listed
