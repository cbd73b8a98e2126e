"""Every family's items, what they are without the seeding, and their solutions in every form."""

from dataclasses import fields
from itertools import islice
from random import Random

import pytest

from tests.pinned.doors import Draft, families, forms, generate
from tests.pinned.pins import Pins, digest, plain

pytestmark = pytest.mark.untraced
ITEMS, RENDERS = Pins("items"), Pins("renders")
NAMES = [name for name in families.names() if name != "reasoning_gym"]
OTHERS = (
    "addition:digits=12,negatives=0.4,carries=balanced,wording=plain",
    "cards:draws=2,unions=0.9,sequences=0.1",
    "chain:operators=+-,brackets=0,max_terms=12,digits=4,wording=plain",
    "clock:hours=24,step=5",
    "coin_flip:people=4,min_people=4,flips=0.9",
    "comparison:kind=fractions,numbers=5,digits=2",
    "counting:kind=shared,size=20",
    "day_count:kind=between,days=40,years=10",
    "decimals:digits=4,places=3,max_terms=5,operators=+-",
    "dice:dice=2,sides=6",
    "digits:operation=multiply,digits=6,min_digits=4,carries=natural",
    "division:digits=12,divisor_digits=2,short=0.9,remainders=0",
    "durations:hours=3,breaks=3,overnight=0.9",
    "expansion:kind=product,size=4",
    "fractions:largest=30,operators=+-",
    "gcd_lcm:kind=lcm,largest=60,shared=5",
    "knights:people=4,min_people=4",
    "last_letters:words=8,min_words=3,which=first",
    "letter_count:words=2,vowels=1",
    "linear_equation:level=3,min_level=3,size=30,solution=50",
    "linear_system:unknowns=2,size=9,solution=20",
    "microgsm:min_steps=4,max_distractors=3,variety=1,numbers=large",
    "modular:kind=power,digits=5,largest=90",
    "multiplication:digits=16,product_digits=16,negatives=0.5,short=0",
    "number_sort:kind=median,numbers=12,min_numbers=10,size=1000",
    "ordering:people=6,min_people=4,extra=2",
    "percentages:kind=before,digits=2,largest=40",
    "plans:steps=4,changed=1,extra=0",
    "polynomial_value:degree=4,size=3,at=3",
    "powers:largest=20,min_exponent=3,max_exponent=6,negatives=0.5",
    "quadratic:root=9,leading=1",
    "reversal:unit=letters,words=4",
    "roots:largest=40,cubes=0.8,places=3",
    "rounding:digits=3,places=2,decimals=1",
    "schedules:tasks=8,min_tasks=7,length=4",
    "sequences:rule=fibonacci,max_position=30,size=5",
    "subtraction:digits=12,swapped=1,negatives=0.5,borrows=balanced",
    "syllogism:links=3,min_links=3,extra=0",
    "table_names:kind=rank,rows=4",
    "tables:kind=spread,rows=4",
    "tinypy:level=2,variables=2,loops=3,size=9",
    "units:system=imperial,digits=2,decimals=1,mixed=1",
    "urns:draws=2,colours=2,size=30,replaced=1",
    "weekday:kind=date,days=900",
    "word_sort:words=4,backwards=1",
    "words:min_steps=3,max_steps=7,min_distractors=1,max_distractors=3,variety=1,names=africa",
    "words:numbers=large,question=start,chain=2",
)


@pytest.mark.parametrize("spec", ITEMS.keys([*NAMES, *OTHERS]))
def test_items_are_what_they_were(spec: str) -> None:
    family = families.create(spec)
    count, seeds = (60, (0, 7)) if spec in NAMES else (20, (3,))
    made: dict[str, object] = {
        f"{split} {seed}": _digest(spec, split, seed, count)
        for split in ("train", "dev", "test")
        for seed in seeds
    }
    rng = Random(3)
    drafts = [_row(family.draft(rng)) for _ in range(5)]
    made["drafts"] = digest(drafts, f"drafts {spec}")
    facts = (family.name, family.version, family.checker, family.forms)
    ITEMS.same(spec, {"facts": facts, **made})


@pytest.mark.parametrize("name", RENDERS.keys(NAMES))
def test_solutions_are_written_as_they_were(name: str) -> None:
    items = list(islice(generate(families.create(name), "train", 1), 10))
    made: dict[str, str] = {}
    for form in forms.names():
        texts = [forms.create(form).render(item) for item in items]
        made[form] = digest(texts, f"renders {name} {form}") if any(texts) else "none"
    RENDERS.same(name, made)


def _row(draft: Draft) -> object:
    return plain([getattr(draft, field.name) for field in fields(draft)])


def _digest(spec: str, split: str, seed: int, count: int) -> str:
    items = list(islice(generate(families.create(spec), split, seed), count))
    return digest(items, f"items {spec} {split} {seed}")
