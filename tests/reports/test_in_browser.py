"""The page as a browser shows it; skipped where no Chromium is installed."""

import re
from html import unescape

import pytest

from tests.reports.browser import OUT, find_chromium, run_chromium
from tests.reports.example import make_card
from tests.reports.test_html import ATTACKS, hostile_card
from underdog.reports.html import render_fight_card, write_fight_card

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(find_chromium() is None, reason="no Chromium on PATH"),
]
POLICY = re.compile(r"<meta http-equiv=\"Content-Security-Policy\"[^>]*>")


@pytest.fixture(scope="module")
def card():
    return make_card(200)


@pytest.fixture(scope="module")
def page(card):
    OUT.mkdir(exist_ok=True)
    write_fight_card(card, OUT / "card.html")
    return OUT / "card.html"


def title_after(path, html, script, *options):
    """The title that a script gives a copy of the page without its policy."""
    path.write_text(POLICY.sub("", html).replace("</body>", f"<script>{script}</script></body>"))
    found = re.search(
        r"<title>(.*?)</title>", run_chromium(path, "--dump-dom", *options), re.DOTALL
    )
    return unescape(found[1])


def framed(path, page, width, height):
    """A page that shows another one in a frame: headless windows have a least width."""
    path.write_text(
        f'<!doctype html><body style="margin:0"><iframe src="{page.as_uri()}" '
        f'style="width:{width}px;height:{height}px;border:0"></iframe>'
    )
    return path


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("desktop-light", ["--window-size=1200,2600"]),
        ("desktop-dark", ["--window-size=1200,2600", "--blink-settings=preferredColorScheme=0"]),
    ],
)
def test_desktop_screenshot_is_not_blank(page, name, options):
    run_chromium(page, f"--screenshot={OUT / name}.png", *options)
    assert (OUT / f"{name}.png").stat().st_size > 100_000


def test_phone_screenshot_is_not_blank(page):
    frame = framed(OUT / "phone.html", page, 360, 4000)
    run_chromium(frame, f"--screenshot={OUT / 'phone.png'}", "--window-size=500,4000")
    assert (OUT / "phone.png").stat().st_size > 100_000


def test_print_has_few_pages_and_all_problems(page):
    run_chromium(page, f"--print-to-pdf={OUT / 'print.pdf'}", "--no-pdf-header-footer")
    data = (OUT / "print.pdf").read_bytes()
    assert data.startswith(b"%PDF")
    assert 4 <= len(re.findall(rb"/Type\s*/Page\b", data)) <= 16


@pytest.mark.parametrize("width", [360, 1200])
@pytest.mark.parametrize("text", ["ordinary", "unbroken"])
def test_nothing_overflows_sideways_even_with_all_problems_open(page, tmp_path, width, text):
    inner = tmp_path / "inner.html"
    html = page.read_text() if text == "ordinary" else render_fight_card(hostile_card("W" * 400))
    opened = html.replace("<details ", "<details open ")
    inner.write_text(
        POLICY.sub("", opened).replace(
            "</body>",
            "<script>parent.postMessage(document.documentElement.scrollWidth, '*')</script></body>",
        )
    )
    outer = framed(tmp_path / "outer.html", inner, width, 900)
    outer.write_text(
        "<title></title><script>onmessage = (event) => { document.title = event.data }</script>"
        + outer.read_text()
    )
    dom = run_chromium(outer, "--dump-dom", "--window-size=1400,1000", "--virtual-time-budget=9000")
    assert re.search(r"<title>(.*?)</title>", dom)[1] == str(width)


def test_filters_show_their_problems_and_count_them(card, page, tmp_path):
    script = """
      document.title = ['both', 'small-only', 'big-only', 'neither', 'all'].map((show) => {
        document.querySelector(`[data-show="${show}"]`).click();
        const left = [...document.querySelectorAll('.problem')].filter((row) => !row.hidden);
        const pressed = document.querySelectorAll('button[aria-pressed="true"]').length;
        return [left.length, pressed, document.getElementById('shown').textContent,
                new Set(left.map((row) => row.dataset.outcome)).size].join();
      }).join(';');
    """
    outcomes = [row.outcome for row in card.rows]
    counts = [outcomes.count(kind) for kind in ("both", "small-only", "big-only", "neither")]
    want = [f"{count},1,{count} of 200 shown,1" for count in counts] + ["200,1,200 of 200 shown,4"]
    assert title_after(tmp_path / "copy.html", page.read_text(), script) == ";".join(want)


def test_search_wants_all_words_and_says_when_nothing_fits(card, page, tmp_path):
    script = """
      const box = document.getElementById('search');
      const count = (words) => {
        box.value = words;
        box.dispatchEvent(new Event('input'));
        return [...document.querySelectorAll('.problem')].filter((row) => !row.hidden).length;
      };
      document.title = [count('MARBLES pavel'), document.getElementById('none').hidden,
                        count('no such words'), document.getElementById('none').hidden].join('|');
    """
    want = sum("marbles" in row.question and "Pavel" in row.question for row in card.rows)
    title = title_after(tmp_path / "copy.html", page.read_text(), script)
    assert title == f"{want}|true|0|false"


def test_hostile_text_runs_nothing_even_without_the_policy(tmp_path):
    attack = " ".join(ATTACKS)
    html = render_fight_card(hostile_card(attack))
    title = title_after(tmp_path / "hostile.html", html, "0", "--virtual-time-budget=2000")
    assert title == attack


def test_the_policy_stops_a_script_that_escaped(page, tmp_path):
    copy = tmp_path / "escaped.html"
    script = (
        "<script>document.title = 'pwned'</script><img src=x onerror=\"document.title='pwned'\">"
    )
    copy.write_text(page.read_text().replace("</main>", f"{script}</main>"))
    dom = run_chromium(copy, "--dump-dom", "--virtual-time-budget=2000")
    assert "<title>pwned</title>" not in dom
    assert "of 200 shown" in dom
