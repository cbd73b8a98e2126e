"""Reading `.story` files: word problems as plain text that anyone can write.

    extra {A}'s oven is {2..15} years old.

    template trays
    pick cake = roll, bun, loaf/loaves
    let trays = 3..20
    let per_tray = 6..24
    tell {A} bakes {trays} trays of {cake.s}, {per_tray} on each tray.  ~ another wording
    step baked = trays * per_tray | {A} bakes {=} {cake.s}. | How many {cake.s} does {A} bake?

A fourth field of a step lets continuations follow it: `things(cake): the {cake.s} that {A} bakes`.
`then NAME KIND` in place of `template NAME` begins a continuation of stories whose last result is
that kind of quantity: in it `{the}` is the noun phrase of the result, `{thing.s}` its noun, `it`
its value. `substep` is a step that is never asked for by itself; `decimals` on a line of its own
allows quarters; `#` starts a comment. docs/generators.md says more.
"""

import builtins
import keyword
import re
from dataclasses import dataclass, field

from underdog.errors import DataError
from underdog.generators.stories.sheets.draws import parse_draw
from underdog.generators.stories.sheets.formulas import parse_formula
from underdog.generators.stories.sheets.nouns import NUMBER_FORMS, noun_forms
from underdog.generators.stories.sheets.people import PERSON_FORMS
from underdog.generators.stories.sheets.story_parts import (
    IT,
    Calc,
    Ending,
    Extra,
    Let,
    Line,
    Situation,
    StoryPart,
    Tell,
)
from underdog.generators.stories.sheets.targets import targets_of

_HOLE = re.compile(r"\{([^{}]*)\}")
_ENDING = re.compile(r"(?P<kind>\w+)(?:\((?P<noun>\w+)\))?:\s*(?P<phrase>.+)")
_IDENTIFIER = re.compile(r"[a-z][a-z0-9_]*")
_PERSON = re.compile(r"[A-D]")
_REACHED = {"the", "The"}
_THING = {"thing", "thing.s", "thing.a", "thing.S"}
_CALCULATION = "="


@dataclass
class _Open:
    """A template or continuation that is being read."""

    name: str
    takes: str
    lines: list[Line] = field(default_factory=list[Line])
    picks: dict[str, tuple[dict[str, str], ...]] = field(
        default_factory=dict[str, tuple[dict[str, str], ...]]
    )
    decimals: bool = False
    people: set[str] = field(default_factory=set[str])
    forms: set[tuple[str, str]] = field(default_factory=set[tuple[str, str]])

    def names(self, kind: type[Let] | type[Calc]) -> set[str]:
        return {line.name for line in self.lines if isinstance(line, kind)}


class _StoryReader:
    def __init__(self, situation: str) -> None:
        self.situation = situation
        self.parts: list[StoryPart] = []
        self.extras: list[Extra] = []
        self.open: _Open | None = None

    def line(self, text: str) -> None:
        word, _, rest = text.partition(" ")
        rest = rest.strip()
        if word in ("template", "then"):
            self._start(word, rest)
        elif word == "extra":
            self.extras.append(_extra(rest))
        elif self.open is None:
            raise DataError(f"expected `template`, `then` or `extra` first, found {word!r}")
        else:
            self._inside(self.open, word, rest)

    def _start(self, word: str, rest: str) -> None:
        names = rest.split()
        if len(names) != (2 if word == "then" else 1):
            raise DataError(f"expected `template NAME` or `then NAME KIND`, found {word} {rest!r}")
        self.close()
        self.open = _Open(f"{self.situation}/{names[0]}", names[1] if word == "then" else "")

    def _inside(self, part: _Open, word: str, rest: str) -> None:
        match word:
            case "decimals":
                part.decimals = True
            case "pick":
                name, _, nouns = rest.partition("=")
                forms = (noun_forms(name.strip(), noun.strip()) for noun in nouns.split(","))
                part.picks[name.strip()] = tuple(forms)
            case "let":
                name, _, how = rest.partition("=")
                part.lines.append(Let(_new_name(part, name), parse_draw(how)))
            case "tell":
                part.lines.append(_tell(part, rest))
            case "step" | "substep":
                part.lines.append(_calc(part, rest, asked=word == "step"))
            case _:
                raise DataError(
                    f"unknown word {word!r}; use pick, let, tell, step, substep or decimals"
                )

    def close(self) -> None:
        """End the open part.

        Raises:
            DataError: A step uses a number that no sentence tells, or the last line is no step.
        """
        part, self.open = self.open, None
        if part is None:
            return
        if not part.lines or not isinstance(part.lines[-1], Calc):
            raise DataError(f"{part.name} must end with a step")
        told = {name for line in part.lines if isinstance(line, Tell) for name in line.numbers}
        for line in part.lines:
            if isinstance(line, Calc):
                missing = set(line.formula.names) & part.names(Let) - told
                if missing:
                    raise DataError(f"{part.name}: step {line.name} uses {missing}, never told")
        self.parts.append(
            StoryPart(
                part.name,
                part.takes,
                part.picks,
                tuple(part.lines),
                part.decimals,
                frozenset(part.people),
                tuple(sorted(part.forms)),
            )
        )


def parse_stories(text: str, name: str) -> Situation:
    """Parse a `.story` file.

    Args:
        text: Content of the file.
        name: Name of the situation, the first part of its templates' names.

    Raises:
        DataError: A line is malformed; the message has its number.
    """
    reader = _StoryReader(name)
    if "\0" in text:
        raise DataError(f"{name}.story has a NUL character; write plain text")
    for number, raw in enumerate(text.splitlines(), start=1):
        line = raw.strip()
        try:
            if line and not line.startswith("#"):
                reader.line(line)
        except DataError as error:
            raise DataError(f"{name}.story, line {number}: {error}") from error
    try:
        reader.close()
    except DataError as error:
        raise DataError(f"{name}.story, at its end: {error}") from error
    targets = tuple(target for part in reader.parts for target in targets_of(part))
    return Situation(name, targets, tuple(reader.extras))


def _new_name(part: _Open, text: str) -> str:
    name = text.strip()
    if not _IDENTIFIER.fullmatch(name) or keyword.iskeyword(name) or name in dir(builtins):
        raise DataError(f"{name!r} cannot be a name; use snake_case, and no word of Python's own")
    if name == IT or name in part.names(Let) | part.names(Calc) | part.picks.keys():
        raise DataError(f"{name!r} is already taken in {part.name}")
    return name


def _tell(part: _Open, text: str) -> Tell:
    wordings = [wording.strip() for wording in text.split(" ~ ")]
    patterns = tuple(_pattern(part, wording) for wording in wordings)
    numbers = [_numbers_in(part, wording) for wording in wordings]
    for wording, found in zip(wordings, numbers, strict=True):
        if found != numbers[0]:
            raise DataError(f"wording {wording!r} does not tell the same numbers as the first")
    return Tell(patterns, numbers[0])


def _numbers_in(part: _Open, text: str) -> frozenset[str]:
    holes = (hole.partition(".")[0] for hole in _HOLE.findall(text))
    return frozenset(hole for hole in holes if hole in part.names(Let))


def _calc(part: _Open, text: str, asked: bool) -> Calc:
    name, equals, rest = text.partition("=")
    fields = [piece.strip() for piece in rest.split(" | ")]
    if not equals or len(fields) not in (3, 4):
        raise DataError("expected `step NAME = FORMULA | SENTENCE with {=} | QUESTION [| ENDING]`")
    formula = parse_formula(fields[0])
    known = part.names(Let) | part.names(Calc)
    if part.takes:
        known.add(IT)
    if unknown := set(formula.names) - known:
        raise DataError(f"formula {fields[0]!r} uses {', '.join(unknown)}, not known by then")
    if fields[1].count(f"{{{_CALCULATION}}}") != 1:
        raise DataError(f"the sentence {fields[1]!r} must have {{=}} once")
    new = _new_name(part, name)
    questions = tuple(_pattern(part, wording.strip()) for wording in fields[2].split(" ~ "))
    if not all(question.endswith("?") for question in questions):
        raise DataError(f"the question {fields[2]!r} must end with a question mark")
    sentence = _pattern(part, fields[1].replace(f"{{{_CALCULATION}}}", "\0"))
    shown = f"{formula.shown} = {{{new}}}"
    ending = _ending(part, fields[3]) if len(fields) == 4 else None
    return Calc(new, formula, sentence.replace("\0", shown), questions, ending, asked)


def _ending(part: _Open, text: str) -> Ending:
    match = _ENDING.fullmatch(text)
    if match is None:
        raise DataError(f"the ending {text!r} is not of the form KIND: PHRASE or KIND(PICK): …")
    noun = match["noun"] or ""
    if noun and noun not in part.picks and noun != "thing":
        raise DataError(f"the ending counts {noun!r}, which no `pick` line names")
    return Ending(match["kind"], noun, _pattern(part, match["phrase"]))


def _pattern(part: _Open, text: str) -> str:
    """The text as a format pattern, its holes checked and `{x.y}` written `{x-y}`."""

    def hole(match: re.Match[str]) -> str:
        name, _, form = match[1].partition(".")
        if _PERSON.fullmatch(name) and (not form or form in PERSON_FORMS):
            part.people.add(name)
        elif name in part.names(Let) and form in NUMBER_FORMS:
            part.forms.add((name, form))
        elif not _is_plain(part, match[1]):
            raise DataError(f"{match[0]} is no number, noun or person of {part.name}")
        return f"{{{name}-{form}}}" if form else match[0]

    return _HOLE.sub(hole, text)


def _is_plain(part: _Open, hole: str) -> bool:
    if part.takes and (hole in _REACHED or hole in _THING):
        return True
    name, _, form = hole.partition(".")
    return (name in part.names(Let) and not form) or any(
        hole.replace(".", "-") in forms for forms in part.picks.get(name, ())
    )


def _extra(text: str) -> Extra:
    lets: list[Let] = []
    people: set[str] = set()

    def hole(match: re.Match[str]) -> str:
        name, _, form = match[1].partition(".")
        if _PERSON.fullmatch(name):
            if form and form not in PERSON_FORMS:
                raise DataError(f"{match[0]} is no form of a person; use {', '.join(PERSON_FORMS)}")
            people.add(name)
            return f"{{{name}-{form}}}" if form else match[0]
        lets.append(Let(f"extra{len(lets)}", parse_draw(match[1])))
        if lets[-1].how.names:
            raise DataError(f"{match[0]} hangs on other numbers; write a range such as {{2..15}}")
        return f"{{{lets[-1].name}}}"

    pattern = _HOLE.sub(hole, text)
    if not lets:
        raise DataError(f"the irrelevant sentence {text!r} has no number; write one as {{2..15}}")
    return Extra(pattern, tuple(lets), frozenset(people))
