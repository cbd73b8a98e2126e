import re
from base64 import b64encode
from dataclasses import replace
from hashlib import sha256
from html.parser import HTMLParser

import pytest

from tests.reports.example import make_card
from underdog.errors import UnderdogError
from underdog.reports.fight_card import CardFact, Corner, FightCard, PromptText, ShownSolution
from underdog.reports.html import render_fight_card, write_fight_card

CARD = make_card(40)
PAGE = render_fight_card(CARD)
ATTACKS = (
    "<script>document.title='pwned'</script>",
    '"><img src=x onerror="document.title=\'pwned\'">',
    "'><svg onload=document.title='pwned'>",
    "</pre></details></style></script><script>document.title='pwned'</script>",
    "{{ 7 * 7 }}{% raw %}<!-- ]]>",
    "javascript:document.title='pwned'",
)


class Tags(HTMLParser):
    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str]] = []
        self.text: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes.extend((name, value or "") for name, value in attrs)

    def handle_data(self, data):
        self.text.append(data)


def hostile_card(attack: str) -> FightCard:
    attempt = ShownSolution(attack, attack, chosen=True, note=attack)
    corner = Corner(attack, attack, attack, attack, attack)
    rows = tuple(
        replace(
            row,
            problem_id=attack,
            question=attack,
            gold=attack,
            small=replace(row.small, answer=attack, attempts=(attempt,)),
            big=replace(row.big, answer=attack, attempts=(attempt,)),
        )
        for row in CARD.rows[:3]
    )
    arms = tuple(replace(arm, name=f"{attack} {arm.name}") for arm in CARD.small.arms)
    return replace(
        CARD,
        title=attack,
        task=attack,
        created=attack,
        rows=rows,
        small=replace(CARD.small, corner=corner, arms=arms),
        big=replace(CARD.big, corner=corner),
        verdict=replace(CARD.verdict, left=attack),
        diagnosis=replace(CARD.diagnosis, name=attack),
        prompts=(PromptText(attack, attack),),
        seeds=(CardFact(attack, attack),),
        hashes=(CardFact(attack, attack),),
        machine=(CardFact(attack, attack),),
        notes=(attack,),
    )


def test_the_page_loads_nothing():
    parsed = Tags(PAGE)
    assert not {"img", "link", "iframe", "object", "embed", "base", "form"} & set(parsed.tags)
    names = {name for name, _ in parsed.attributes}
    assert not {"src", "href", "srcset", "action", "xlink:href"} & names
    assert not re.search(r"url\(|@import|@font-face", PAGE)
    assert not re.search(r"https?://(?!www\.w3\.org/)", PAGE)


def test_the_policy_allows_the_pages_own_script_and_nothing_else():
    script = re.search(r"<script>(.*?)</script>", PAGE, re.DOTALL)
    digest = b64encode(sha256(script[1].encode()).digest()).decode()
    policy = dict(Tags(PAGE).attributes)["content"]
    (policy,) = [value for name, value in Tags(PAGE).attributes if "default-src" in value]
    assert f"script-src 'sha256-{digest}'" in policy
    assert policy.startswith("default-src 'none'")


@pytest.mark.parametrize("attack", ATTACKS)
def test_hostile_text_stays_text(attack):
    clean, attacked = Tags(PAGE), Tags(render_fight_card(hostile_card(attack)))
    assert attacked.tags.count("script") == clean.tags.count("script") == 1
    assert not {"img", "iframe", "link"} & set(attacked.tags)
    assert set(attacked.tags) <= set(clean.tags)
    assert not [name for name, _ in attacked.attributes if name.startswith("on")]
    assert "".join(attacked.text).count(attack) > 20


def test_the_page_says_what_the_card_says():
    text = " ".join("".join(Tags(PAGE).text).split())
    assert CARD.verdict.headline() in text
    assert CARD.verdict.evidence() in text
    assert CARD.diagnosis.sentence() in text
    for arm in (*CARD.small.arms, *CARD.big.arms):
        assert f"{arm.accuracy.value:.1%}" in text
    for row in CARD.rows:
        assert row.problem_id in text
    for note in CARD.notes:
        assert note in text
    for entry in (*CARD.seeds, *CARD.hashes, *CARD.machine):
        assert entry.value in text
    assert CARD.prompts[0].text.splitlines()[0] in text


def test_every_status_has_its_sign():
    statuses = ("right", "wrong", "no_answer", "undecided")
    rows = tuple(
        replace(row, small=replace(row.small, status=status, answer=None))
        for row, status in zip(CARD.rows, statuses, strict=False)
    )
    page = render_fight_card(replace(CARD, rows=rows))
    for title in ("right", "wrong", "no answer", "could not be graded"):
        assert f'title="{title}"' in page


@pytest.mark.parametrize(
    ("words", "role"),
    [("better", "Small"), ("worse", "Big"), ("no difference shown", None), ("bound", None)],
)
def test_only_a_winner_is_marked_even_when_both_arms_have_one_name(words, role):
    verdict = replace(CARD.verdict, words=words, left="greedy", right="greedy")
    page = render_fight_card(replace(CARD, verdict=verdict))
    marked = re.findall(r'<p class="role">(\w+)<span class="won">Winner', page)
    assert marked == ([] if role is None else [role])


def test_one_model_against_itself_is_told_apart_by_strategy():
    corner = replace(CARD.big.corner, model=CARD.small.corner.model)
    card = replace(CARD, big=replace(CARD.big, corner=corner))
    page = render_fight_card(card)
    assert card.names == (f"{corner.model} majority(n=16)", f"{corner.model} greedy")
    assert f"Only {corner.model} greedy" in page
    assert f"Only {corner.model} majority(n=16)" in page


def test_a_bare_card_is_a_whole_page():
    bare = replace(
        make_card(40, flops=False),
        rows=(),
        prompts=(),
        seeds=(),
        hashes=(),
        machine=(),
        notes=(),
        diagnosis=None,
        break_even=None,
        task="",
        created="",
    )
    page = render_fight_card(bare)
    assert page.rstrip().endswith("</html>")
    assert 'id="problems"' not in page
    assert "How to check this" not in page
    assert "Where right answers are lost" not in page


def test_money_is_shown_where_something_was_paid():
    headline = CARD.big.headline
    paid = replace(headline, usage=replace(headline.usage, cost_usd=1.0))
    page = render_fight_card(replace(CARD, big=replace(CARD.big, arms=(paid,))))
    assert "Money per right answer" in page
    assert "Money per right answer" not in PAGE


def test_equal_cards_give_equal_pages():
    assert render_fight_card(CARD) == PAGE


def test_writing_replaces_the_old_page_and_survives_broken_unicode(tmp_path):
    path = tmp_path / "new folder" / "card.html"
    write_fight_card(replace(CARD, notes=("lone \ud800 surrogate",)), path)
    first = path.read_text(encoding="utf-8")
    assert "lone ? surrogate" in first
    write_fight_card(CARD, path)
    assert path.read_text(encoding="utf-8") == PAGE
    assert [file.name for file in path.parent.iterdir()] == ["card.html"]


def test_a_folder_that_cannot_be_written_is_a_plain_error(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(UnderdogError, match="cannot write"):
        write_fight_card(CARD, tmp_path / "file" / "card.html")
