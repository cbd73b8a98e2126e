"""Percentages: parts of a number, shares, rises and falls, the number before a change."""

from dataclasses import dataclass
from math import gcd
from random import Random

from underdog.core.item import Draft, Step
from underdog.generators import families
from underdog.generators.craft.decimal_text import decimal
from underdog.generators.craft.operands import number_of
from underdog.generators.craft.phrasing import Phrasing
from underdog.generators.form_sets import NUMERIC_CHAINS
from underdog.generators.knobs import kinds_of, whole

KINDS = ("part", "share", "rise", "fall", "before", "change")
_SHARE = (
    "What percentage of {1} is {0}?",
    "{0} is what percent of {1}?",
    "Express {0} as a percentage of {1}.",
    "How many percent of {1} are {0}?",
    "Out of {1}, {0} are chosen. What percentage is that?",
)
_RISE = (
    "Increase {1} by {0}%.",
    "What is {1} increased by {0}%?",
    "A number of {1} grows by {0}%. What is it then?",
    "Something costs {1} and gets {0}% dearer. What does it cost now?",
    "What do you get when {0}% is added to {1}?",
)
_FALL = (
    "Decrease {1} by {0}%.",
    "What is {1} reduced by {0}%?",
    "A number of {1} shrinks by {0}%. What is it then?",
    "Something costs {1} and gets {0}% cheaper. What does it cost now?",
    "What is left of {1} after taking off {0}%?",
)
_BEFORE = (
    "After it {2} by {0}%, a number is {1}. What was it before?",
    "A value {2} by {0}% and is now {1}. Find the old value.",
    "A number {2} by {0}% to {1}. What was the number at first?",
)
_CHANGE = (
    "A value {2} from {0} to {1}. By what percentage did it change?",
    "A number {2} from {0} to {1}. By how many percent?",
    "By what percentage did something change that {2} from {0} to {1}?",
)
_PART = ("{0}% of {1}", "{0} percent of {1}", "{0} % of the number {1}")
_WENT = {1: ("rose", "increased", "grew"), -1: ("fell", "decreased", "shrank")}


@dataclass(frozen=True, slots=True)
class _Wording:
    text: str
    answer: str
    steps: tuple[Step, ...]


@families.register("percentages")
class Percentages:
    """Questions about percentages whose answers are exact decimals.

    Args:
        kind: `any`, or one of `part`, `share`, `rise`, `fall`, `before`, `change`.
        digits: Most digits of the base number, 1 to 9.
        largest: Largest percentage, 2 to 500 (falls stay below 100).
        wording: `varied` or `plain`.
    """

    name = "percentages"
    version = 1
    checker = "numeric"
    forms = NUMERIC_CHAINS

    def __init__(
        self, kind: str = "any", digits: int = 3, largest: int = 100, wording: str = "varied"
    ) -> None:
        self._kinds = kinds_of("kind", kind, KINDS)
        self._digits = whole("digits", digits, 1, 9)
        self._largest = whole("largest", largest, 2, 500)
        self._phrasing = Phrasing(wording)

    def draft(self, rng: Random) -> Draft:
        """Draft of a problem: one question."""
        kind = rng.choice(self._kinds)
        percent = rng.randint(1, self._largest)
        base = number_of(rng, rng.randint(1, self._digits)) or 1
        if kind in ("share", "before", "change"):
            base *= 100 // gcd(percent, 100)
        sign = -1 if kind == "fall" or (kind in ("before", "change") and rng.random() < 0.5) else 1
        if sign < 0 and percent > 99:
            percent = 50
            base *= 2
        wording = self._wording(kind, rng, percent, base, sign)
        key = (
            "percent"
            if kind in ("part", "share")
            else "percent_rise"
            if sign > 0
            else "percent_fall"
        )
        return Draft(
            wording.text,
            wording.answer,
            wording.steps,
            f"{key}:{percent},{base}",
            len(str(percent)) + len(str(base)) + (kind in ("before", "change")),
            {"kind": kind},
        )

    def _wording(self, kind: str, rng: Random, percent: int, base: int, sign: int) -> _Wording:
        pick = self._phrasing.pick
        if kind == "part":
            text = self._phrasing.ask_noun(rng, pick(rng, _PART).format(percent, base))
            return _Wording(text, *_part(percent, base))
        if kind == "share":
            amount = base * percent // 100
            return _Wording(pick(rng, _SHARE).format(amount, base), *_share(amount, base))
        if kind in ("rise", "fall"):
            text = pick(rng, _RISE if sign > 0 else _FALL).format(percent, base)
            return _Wording(text, *_changed(percent, base, sign))
        went = pick(rng, _WENT[sign])
        after = base * (100 + sign * percent) // 100
        if kind == "before":
            text = pick(rng, _BEFORE).format(percent, after, went)
            return _Wording(text, *_before(percent, after, base, sign))
        return _Wording(pick(rng, _CHANGE).format(base, after, went), *_change(base, after))


def _part(percent: int, base: int) -> tuple[str, tuple[Step, ...]]:
    product, part = base * percent, decimal(base * percent, 2)
    steps = (
        Step("product", f"{base} * {percent}", str(product), f"{base} * {percent} = {product}."),
        Step("part", "product / 100", part, f"Per hundred that is {product} / 100 = {part}."),
    )
    return part, steps


def _share(amount: int, base: int) -> tuple[str, tuple[Step, ...]]:
    hundredfold, share = amount * 100, str(amount * 100 // base)
    steps = (
        Step("hundredfold", f"{amount} * 100", str(hundredfold),
             f"{amount} * 100 = {hundredfold}."),
        Step("share", f"hundredfold / {base}", share,
             f"Divided by the whole, {hundredfold} / {base} = {share} percent."),
    )  # fmt: skip
    return share, steps


def _changed(percent: int, base: int, sign: int) -> tuple[str, tuple[Step, ...]]:
    part, steps = _part(percent, base)
    mark = "+" if sign > 0 else "-"
    after = decimal(base * (100 + sign * percent), 2)
    last = Step("after", f"{base} {mark} part", after, f"{base} {mark} {part} = {after}.")
    return after, (*steps, last)


def _before(percent: int, after: int, base: int, sign: int) -> tuple[str, tuple[Step, ...]]:
    mark = "+" if sign > 0 else "-"
    whole_now = 100 + sign * percent
    steps = (
        Step("percent_now", f"100 {mark} {percent}", str(whole_now),
             f"The number is now 100 {mark} {percent} = {whole_now} percent of the old one."),
        Step("hundredfold", f"{after} * 100", str(after * 100), f"{after} * 100 = {after * 100}."),
        Step("before", "hundredfold / percent_now", str(base),
             f"It was {after * 100} / {whole_now} = {base}."),
    )  # fmt: skip
    return str(base), steps


def _change(base: int, after: int) -> tuple[str, tuple[Step, ...]]:
    high, low = max(base, after), min(base, after)
    difference = high - low
    answer = str(difference * 100 // base)
    steps = (
        Step("difference", f"{high} - {low}", str(difference),
             f"The difference is {high} - {low} = {difference}."),
        Step("hundredfold", "difference * 100", str(difference * 100),
             f"{difference} * 100 = {difference * 100}."),
        Step("change", f"hundredfold / {base}", answer,
             f"Divided by the old value, {difference * 100} / {base} = {answer} percent."),
    )  # fmt: skip
    return answer, steps
