"""The HTML page of a data set: its card, lengths, a mixture's exposures, samples.

Like the fight card it loads nothing and escapes all text; it has no script.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path

from underdog.core import JSONValue
from underdog.data.dataset.inspection import Inspection
from underdog.data.mixing.exposures import PoolExposure
from underdog.reports.figure import MUTED, Spec, field, figure, svg
from underdog.reports.html_page import page_template, write_page

_PALETTE = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#000000"]


def write_dataset_page(
    inspection: Inspection, path: Path, ledger: Sequence[PoolExposure] = (), tokens_by: str = ""
) -> None:
    """Write a data set's page as one HTML file.

    Args:
        inspection: Card, lengths and sample rows of the data set.
        path: Path of the page.
        ledger: Exposure ledger of a mixture; empty otherwise.
        tokens_by: Tokenizer or rule that counted the ledger's tokens.

    Raises:
        UnderdogError: The file cannot be written.
    """
    page = page_template("dataset.html").render(
        name=inspection.card.name if inspection.card else path.stem,
        card=inspection.card,
        inspection=inspection,
        lengths=svg(length_histogram(inspection.lengths, inspection.bin_tokens)),
        exposures=svg(exposure_lines(ledger)) if ledger else "",
        gaps=svg(gap_lines(ledger)) if ledger else "",
        last=_last(ledger),
        tokens_by=tokens_by,
    )
    write_page(page, path)


def length_histogram(lengths: Mapping[str, Mapping[int, int]], bin_tokens: int) -> Spec:
    """Histogram of rows by length in tokens, one colour per form."""
    rows: list[JSONValue] = [
        {"form": form, "from": low, "to": low + bin_tokens, "rows": count}
        for form, bins in lengths.items()
        for low, count in bins.items()
    ]
    bars: Spec = {
        "data": {"values": rows},
        "mark": {"type": "bar", "tooltip": True},
        "encoding": {
            "x": field("from", bin="binned", title="tokens (estimate)"),
            "x2": {"field": "to"},
            "y": field("rows", stack=True, title="rows"),
            "color": _colour("form", list(lengths)),
        },
    }
    return figure([bars], 640, 220)


def exposure_lines(ledger: Sequence[PoolExposure]) -> Spec:
    """Each pool's share of the tokens along the stream; its target share is a dashed rule."""
    return _lines(ledger, "share", "share of the tokens", with_target=True)


def gap_lines(ledger: Sequence[PoolExposure]) -> Spec:
    """Each pool's largest gap between exposures so far, along the stream."""
    return _lines(ledger, "largest_gap", "largest gap (tokens)", with_target=False)


def _lines(ledger: Sequence[PoolExposure], what: str, title: str, with_target: bool) -> Spec:
    pools = list(dict.fromkeys(entry.pool for entry in ledger))
    rows: list[JSONValue] = [
        {
            "pool": entry.pool,
            "tokens": entry.position,
            "target": entry.target,
            what: entry.share if what == "share" else entry.largest_gap,
        }
        for entry in ledger
    ]
    line: Spec = {
        "data": {"values": rows},
        "mark": {"type": "line", "point": True},
        "encoding": {
            "x": field("tokens", title="tokens of the stream"),
            "y": field(what, title=title, scale={"zero": False}),
            "color": _colour("pool", pools),
        },
    }
    targets: list[JSONValue] = [
        {"pool": entry.pool, "target": entry.target} for entry in ledger[: len(pools)]
    ]
    rule: Spec = {
        "data": {"values": targets},
        "mark": {"type": "rule", "strokeDash": [4, 4], "color": MUTED},
        "encoding": {"y": field("target", title=title)},
    }
    layers: list[JSONValue] = [rule, line] if with_target else [line]
    return figure(layers, 640, 220)


def _colour(name: str, domain: list[str]) -> Spec:
    colours: list[JSONValue] = [_PALETTE[place % len(_PALETTE)] for place in range(len(domain))]
    names: list[JSONValue] = [*domain]
    return {"field": name, "type": "nominal", "scale": {"domain": names, "range": colours}}


def _last(ledger: Sequence[PoolExposure]) -> list[PoolExposure]:
    """The ledger's entries for its last step."""
    return [entry for entry in ledger if entry.step == ledger[-1].step]
