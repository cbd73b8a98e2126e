"""Matches of every strategy, verifier and form: what is decided, stored, charged and shown."""

from itertools import chain
from pathlib import Path

import pytest

from tests.pinned.conftest import Tell
from tests.pinned.doors import (
    NARROW,
    WIDE,
    accuracy_vs_cost,
    fight_card_text,
    gap_bars,
    make_card,
    render_fight_card,
)
from tests.pinned.folders import copy_files, stored, told
from tests.pinned.pins import Pins, digest, plain, still

pytestmark = pytest.mark.untraced
MATCHES, SOLVED, CARDS = Pins("matches"), Pins("solved"), Pins("cards")
MODELS = ("--small", "scripted:replies.json", "--big", "scripted:big.json")
STRATEGIES = (
    *("majority:n=6", "adaptive:max_n=8", "adaptive:max_n=9,level=0.8,min_n=2,wave=3"),
    *("early_stopping:max_n=8,window=3", "deepconf:n=6", "deepconf:n=8,keep=0.5"),
    *("cascade:max_n=4", "cascade:max_n=6,threshold=0.9", "cross_form:n=6,forms=cot+program"),
)
VERIFIERS = (
    *("agreement", "deepconf", "deepconf(kind=bottom,window=4)", "execution", "judge(engine=big)"),
    *("mean_logprob", "p_true", "p_true(engine=big)", "self_certainty"),
)
SCORED = tuple(
    spec
    for verifier in VERIFIERS
    for spec in (f"best_of_n:n=4,verifier={verifier}", f"weighted:n=5,verifier={verifier}")
)
MATCH = {
    "cot strategies": (*STRATEGIES, "--seed", 1),
    "cot verifiers": (*SCORED, "--seed", 2, "--limit", 7),
    "program": ("majority:n=5", "weighted:n=4,verifier=execution", "--form", "program"),
    "equations": ("majority:n=5", "cascade:max_n=4", "--form", "equations", "--big-form", "cot"),
    "answer": ("majority:n=3", "early_stopping:max_n=6,window=2", "--form", "answer"),
    "capped": ("majority:n=6", "adaptive:max_n=8", "--max-tokens", 20, "--budget-tokens", 60),
    "itself": ("majority:n=4", "--temperature", 0.3, "--top-p", 0.9, "--split", "train"),
}


@pytest.fixture(autouse=True)
def files(place: Path) -> None:
    copy_files(place)


@pytest.mark.parametrize("name", MATCHES.keys(list(MATCH)))
def test_matches_end_as_they_did(tell: Tell, place: Path, name: str) -> None:
    given = MATCH[name]
    options = next((at for at, one in enumerate(given) if str(one).startswith("--")), len(given))
    specs = chain.from_iterable(("--small-strategy", spec) for spec in given[:options])
    models = MODELS[:2] if name == "itself" else MODELS
    run = ("--tasks", "own.toml", "--run", "match.sqlite", "--sandbox", "monty")
    command = ("challenge", *models, *run, *specs, *given[options:])
    shown = still(tell(*command, "--out", "card.html"))
    page = still((place / "card.html").read_text("utf-8"))
    before = stored(place / "match.sqlite", name)
    card = told(tell("report", "match.sqlite", "--sandbox", "monty", "--json"))
    views = {"shown": shown, "page": page, "card": card}
    digests = {view: digest(value, f"{name} {view}") for view, value in views.items()}
    MATCHES.same(name, digests | before)
    assert stored(place / "match.sqlite", name) == before


@pytest.mark.parametrize("form", ["cot", "program", "equations", "answer"])
@pytest.mark.parametrize("strategy", ["greedy", "majority:n=5", "weighted:n=4,verifier=p_true"])
def test_one_question_is_answered_as_it_was(tell: Tell, form: str, strategy: str) -> None:
    asked = "A shelf holds 6 red books and 3 blue books. How many books stand on it?"
    models = ("--model", "scripted:replies.json", "--big", "scripted:big.json")
    given = ("--form", form, "--strategy", strategy, "--sandbox", "monty")
    outcome = told(tell("solve", asked, *models, *given, "--json"))
    SOLVED.digest(f"{form} {strategy}", outcome)
    SOLVED.digest(f"{form} {strategy} shown", still(tell("solve", asked, *models, *given)))


@pytest.mark.parametrize("flops", [True, False])
def test_cards_are_shown_as_they_were(flops: bool) -> None:
    card = make_card(60, flops=flops)
    texts = {f"markdown {flag}": fight_card_text(card, markdown=flag) for flag in (True, False)}
    figures = [accuracy_vs_cost(card, size) for size in (WIDE, NARROW)]
    gap = None if card.diagnosis is None else gap_bars(card.diagnosis)
    views = {
        "card": plain(card, digits=9),
        "page": still(render_fight_card(card)),
        "figures": plain([*figures, gap], digits=9),
        **texts,
    }
    CARDS.same(
        f"flops {flops}", {name: digest(view, f"{flops} {name}") for name, view in views.items()}
    )
