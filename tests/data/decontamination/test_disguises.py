"""Copies that a person reads as the test item, however written, and texts that are none."""

import importlib.util
import json
import sys
from pathlib import Path
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.paths import CHECKOUT
from underdog.data.decontamination import Benchmark, ContaminationIndex, Passage
from underdog.data.decontamination.reading.as_seen import plain_text
from underdog.data.decontamination.reading.misspelt import Deletes, Misspelt, one_slip
from underdog.data.decontamination.word_streams import tokens
from underdog.tasks import load_task

STORY = (
    "Marisol keeps 14 hens behind the old mill. Every morning she collects one egg from each hen, "
    "keeps three for Tobias and sells the others at the market for 40 cents apiece. How many cents "
    "does Marisol earn in a week?"
)
LAMP = "A lamp in the harbour turns once in 24 seconds, and the buoy beside it blinks twice."
SHORT = "Do hamsters provide food for any animals?"
SPACELESS: dict[str, str] = json.loads(Path(__file__).with_name("spaceless.json").read_text())
PASSAGES = (
    Passage("hens", STORY),
    Passage("lamp", LAMP),
    Passage("short", SHORT),
    *(Passage(name, text) for name, text in SPACELESS.items()),
)
INDEX = ContaminationIndex.build([Benchmark("mine/test", PASSAGES)])


def items(text: str) -> set[str]:
    return {hit.item for hit in INDEX.hits(text)}


def words(text: str, change: str) -> str:
    """Every word with letters, in the place of `{}`; `{0}{1}` are its two halves."""
    changed = [change.format(w[: len(w) // 2], w[len(w) // 2 :]) for w in text.split()]
    return " ".join(changed)


def letters(text: str, others: dict[str, str]) -> str:
    return text.translate(str.maketrans(others))


@pytest.mark.parametrize("name", SPACELESS)
def test_text_without_spaces_is_found_alone_and_inside_other_text(name: str) -> None:
    text = SPACELESS[name]
    assert name in items(text)
    if "Korean" not in name:
        assert name in items(f"请解答{text}谢谢" if "Chinese" in name else f"Q: {text} A: 4")
    assert name in items(f"Solve this problem.\n\n{text}\n\nThe answer is 4.")


@pytest.mark.parametrize(
    "text",
    [
        "小红有五个苹果,妈妈又给了她三个苹果,请问小红现在一共有多少个苹果?",
        "小明在书店里买了两本书,他把其中的一本送给了弟弟,请问他还剩下多少本书?",
        "次郎さんはりんごを五個持っています。花子さんはいくつ持っているでしょうか。",
        "영희는 문구점에서 연필을 다섯 자루 샀습니다. 연필은 모두 몇 자루입니까?",
        "สมหญิงมีขนมอยู่ห้าชิ้นกินไปสองชิ้นอยากทราบว่าเหลือขนมกี่ชิ้น",
        "ນ້ອງມີໝາກກ້ຽງຫ້າໜ່ວຍກິນໄປສອງໜ່ວຍ",
    ],
)
def test_other_text_without_spaces_is_not(text: str) -> None:
    assert items(text) == set()


def test_one_clause_of_a_chinese_item_is_no_copy() -> None:
    clauses = SPACELESS["Chinese"].split(",")
    assert [items(clause) for clause in clauses] == [set()] * 4
    assert items("".join(clauses[:2])) == {"Chinese"}


@pytest.mark.parametrize(
    "disguised",
    {
        "acute accents": "".join(c + "\u0301" if c.isalpha() else c for c in STORY),
        "strokes through": "".join(c + "\u0336" for c in STORY),
        "enclosing circles": "".join(c + "\u20dd" if c.isalpha() else c for c in STORY),
        "letters with accents": letters(STORY, dict(zip("aeiou", "áèïõü", strict=True))),
        "zero-width spaces": words(STORY, "{0}\u200b{1}"),
        "zero-width joiners": words(STORY, "{0}\u200d{1}"),
        "byte order marks": words(STORY, "{0}\ufeff{1}"),
        "null characters": words(STORY, "{0}\x00{1}"),
        "delete characters": words(STORY, "{0}\x7f{1}"),
        "C1 controls": words(STORY, "{0}\x80{1}"),
        "soft hyphens": words(STORY, "{0}\u00ad{1}"),
        "variation selectors": words(STORY, "{0}\ufe0f{1}"),
        "direction marks": words(STORY, "\u202a{0}\u200e{1}\u202c"),
        "tag characters": words(STORY, "{0}\U000e0041{1}"),
        "Hangul fillers": words(STORY, "{0}\u3164{1}"),
        "control characters": words(STORY, "{0}\x08{1}\x00"),
        "Cyrillic": letters(STORY, dict(zip("aceopxyi", "асеорхуі", strict=True))),
        "Greek": letters(STORY, dict(zip("aoinuk", "αοινυκ", strict=True))),
        "Cherokee capitals": letters(STORY.upper(), dict(zip("ABCDEGH", "ᎪᏴᏟᎠᎬᏀᎻ", strict=True))),
        "mathematical": "".join(
            chr(0x1D41A + ord(c) - 97) if "a" <= c <= "z" else c for c in STORY
        ),
        "fullwidth": "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in STORY),
        "black squares": "".join(
            chr(0x1F170 + ord(c) - 65) if "A" <= c <= "Z" else c for c in STORY.upper()
        ),
        "small capitals": letters(STORY, dict(zip("aeomnt", "ᴀᴇᴏᴍɴᴛ", strict=True))),
        "digits for letters": letters(STORY, {"o": "0"}),
        "rn for m": STORY.replace("m", "rn"),
        "capital I for l": STORY.replace("l", "I"),
        "text": words(STORY, "\\text{{{0}{1}}}"),
        "textbf on half a word": words(STORY, "{0}\\textbf{{{1}}}"),
        "nested": words(STORY, "\\textbf{{\\emph{{{0}}}}}{1}"),
        "mathrm": words(STORY, "$\\mathrm{{{0}{1}}}$"),
        "colour": words(STORY, "\\textcolor{{red}}{{{0}{1}}}"),
        "thin spaces": STORY.replace(" ", "\\, "),
        "quads": STORY.replace(" ", "\\quad "),
        "negative space": words(STORY, "{0}\\!{1}"),
        "groups": words(STORY, "{{\\bf {0}}}{1}"),
        "empty groups": words(STORY, "{0}{{}}{1}"),
        "tags": words(STORY, "<b>{0}{1}</b>"),
        "tags inside": words(STORY, '{0}<span class="x">{1}</span>'),
        "comments": words(STORY, "{0}<!-- so -->{1}"),
        "paragraphs": words(STORY, "<p>{0}{1}</p>"),
        "entities": words(STORY, "{0}&shy;{1}&nbsp;"),
        "numbered entities": words(STORY, "{0}&#8203;{1}"),
        "emphasis": words(STORY, "**{0}**{1}"),
        "code": words(STORY, "`{0}{1}`"),
        "links": words(STORY, "[{0}{1}](https://example.org/a-page-about-it)"),
    }.items(),
    ids=lambda pair: pair[0],
)
def test_what_a_person_does_not_see_hides_nothing(disguised: tuple[str, str]) -> None:
    assert items(disguised[1]) == {"hens"}


@pytest.mark.parametrize(
    "short",
    [
        "Do h\u0430msters prov\u200bide f\u00f6od for <i>any</i> \\text{animals}?",
        "Do ham\x7fsters pro\x7fvide food for any ani\x7fmals?",
        "Do ham\x1fsters pro\x1fvide food for any ani\x1fmals?",
        "do hamstres provide food for any anmals",
        "Do hamsters provide food really for any animals?",
    ],
)
def test_short_items_are_found_in_disguise_too(short: str) -> None:
    assert items(short) == {"short"}


def every(text: str, number: int, start: int, change: str) -> str:
    """A change of every so many words, the first behind `start` words; `{}` is the word."""
    found = text.split()
    for place in range(start, len(found), number):
        found[place] = change.format(found[place])
    return " ".join(found)


@pytest.mark.parametrize("start", range(5))
@pytest.mark.parametrize("filler", ["really", "xqzt"])
def test_filler_words_hide_nothing(start: int, filler: str) -> None:
    assert items(every(STORY, 5, start, "{} " + filler)) == {"hens"}
    assert items(every(STORY, 5, start, "{} in fact")) == {"hens"}
    assert items(every(LAMP, 5, start, "{} " + filler)) == {"lamp"}


@pytest.mark.parametrize("start", range(6))
def test_words_that_cannot_be_read_hide_a_long_item_not(start: int) -> None:
    found = STORY.split()
    for place in range(start, len(found), 6):
        found[place] = f"zq{found[place][::-1]}x"
    assert items(" ".join(found)) == {"hens"}
    assert items(" ".join(word for place, word in enumerate(found) if place % 6 != start))


def test_a_slip_in_every_word_hides_nothing() -> None:
    def slip(word: str) -> str:
        return word[:2] + word[3] + word[2] + word[4:] if len(word) > 4 else word

    assert items(" ".join(map(slip, STORY.split()))) == {"hens"}


@pytest.mark.parametrize(
    "text",
    [
        "Do hamsters provide food for most animals?",
        "Do hamsters eat food that people provide for any other kinds of small animals?",
        "A lamp in the kitchen turns once in 30 seconds, and the fan above it stops twice.",
        "A lamp in the harbour is red. The buoy beside it is green. It blinks twice.",
        "Every morning she collects one letter from each house and sells stamps at 40 cents.",
    ],
)
def test_other_questions_of_the_same_kind_are_no_copies(text: str) -> None:
    assert items(text) == set()


PLAIN = Path(__file__).with_name("plain_problems.txt").read_text().splitlines()


def test_plain_problems_and_public_training_questions_repeat_no_test_item(data_dir: Path) -> None:
    names = ("gsm8k", "svamp", "mawps", "multiarith", "singleop", "commonsenseqa", "strategyqa")
    index = ContaminationIndex.build([load_task(name, data_dir) for name in names])
    assert len(set(PLAIN)) >= 200
    assert {PLAIN[n]: str(hit) for n, hit in index.repeats(PLAIN).items()} == {}
    train = [one.question.text for one in load_task("commonsenseqa", data_dir).problems("train")]
    assert {train[n]: str(hit) for n, hit in index.repeats(train[:3_000]).items()} == {}


def test_the_attacks_of_the_benchmark_are_found_in_our_own_test_set() -> None:
    path = CHECKOUT / "benchmarks" / "decontamination_attacks.py"
    spec = importlib.util.spec_from_file_location("decontamination_attacks", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    problems = list(load_task("underdog-words").problems("test"))
    index = ContaminationIndex.build([load_task("underdog-words")])
    rates: dict[str, float] = {}
    for name, attack in module.ATTACKS.items():
        rng = Random(name)
        found = index.scan(attack(one.question.text, rng) for one in problems)
        hit = [
            any(h.item == one.id for h in hits) for one, hits in zip(problems, found, strict=True)
        ]
        rates[name] = sum(hit) / len(hit)
    assert {name: rate for name, rate in rates.items() if rate < module.LEAST[name]} == {}


@settings(max_examples=60)
@given(st.text(max_size=200))
def test_any_text_becomes_plain_and_stays_so(text: str) -> None:
    once = tokens(text)
    assert all(token for token in once)
    plain_text(plain_text(text))


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("Plain text, 3 < 4 and a\\b.", "Plain text, 3 < 4 and a b ."),
        ("$1{,}000$ or 1,\\!000", "$1,000$ or 1,000"),
        ("\\frac{a}{b}", " frac {a}{b}"),
        ("x<b>y</b>z &lt; 2", "xyz < 2"),
        ("caf\u00e9 \u0661\u0662 \uff11", "cafe 12 1"),
        ("\\text{" * 9 + "deep" + "}" * 9, "{{{deep}}}"),
        ("\uac00\u1161", "\uac00\u1161"),
    ],
)
def test_plain_text(text: str, plain: str) -> None:
    assert plain_text(text) == plain


@pytest.mark.parametrize(
    ("word", "other", "near"),
    [
        ("lamp", "lamps", True),
        ("amps", "lamps", True),
        ("lmap", "lamp", True),
        ("lump", "lamp", True),
        ("lamp", "lamp", True),
        ("lupm", "lamp", False),
        ("lamp", "laid", False),
        ("alum", "lamp", False),
        ("lamp", "lampion", False),
        ("pmal", "lamp", False),
    ],
)
def test_one_slip(word: str, other: str, near: bool) -> None:
    assert one_slip(word, other) is near
    assert one_slip(other, word) is near


def test_the_more_frequent_word_is_meant() -> None:
    words, counts = ["hat", "heat", "the", "42", "corn"], [1, 2, 9, 5, 1]
    misspelt = Misspelt(words, Deletes.of(words, counts))
    assert misspelt.meant("hte") == 2
    assert misspelt.meant("com") == 4
    assert misspelt.meant("43") is None
    assert misspelt.meant("zebra") is None
    assert Misspelt([], Deletes.of([], [])).meant("zebra") is None


def test_what_many_items_share_is_not_what_makes_a_copy() -> None:
    ask = "Answer the question about the passage below with yes, no or maybe.\n\n"
    asks = [
        f"Is the {chr(97 + n // 26)}{chr(97 + n % 26)}x gland an organ of birds?" for n in range(80)
    ]
    own = "Does moss ever grow under thick ice?"
    sets = [
        Benchmark("asks", tuple(Passage(str(n), ask + text) for n, text in enumerate([*asks, own])))
    ]
    index = ContaminationIndex.build(sets)
    assert [hit.item for hit in index.hits(own)] == ["80"]
    assert index.hits(ask + "Is it warm in there?") == []


def test_a_hit_with_gaps_says_how_much_of_the_item_it_holds() -> None:
    (hit,) = INDEX.hits(every(STORY, 5, 4, "{} really"))
    assert (hit.rule, round(hit.share, 1)) == ("gapped", 0.9)
    assert hit.excerpt.startswith("Marisol keeps 14 hens behind")
    assert json.dumps(str(hit)).startswith('"gapped match with hens of mine/test')
