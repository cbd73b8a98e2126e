"""The house style of figures: palette, axes, and rendering a Vega-Lite spec to SVG or PNG.

Figures are Vega-Lite specs as plain data: text that can be compared, tested, loaded into Altair
(`altair.LayerChart.from_dict`) or shown in a web page. They carry plain colours, which the page's
style sheet maps to its light and dark palettes. The palette is Okabe and Ito's, told apart under
all common forms of colour blindness; the two sides also differ in shape.
"""

from typing import TypeAlias

from underdog.core import JSONValue

Spec: TypeAlias = dict[str, JSONValue]

SMALL, BIG = "#0072b2", "#d55e00"
INK, MUTED, GRID, HALO = "#1b1b1f", "#67676f", "#e4e2dd", "#fffffe"
FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif"
SCHEMA = "https://vega.github.io/schema/vega-lite/v6.json"

_AXIS: Spec = {
    "labelColor": MUTED,
    "titleColor": MUTED,
    "titleFontWeight": "normal",
    "titleFontSize": 12,
    "labelFontSize": 11,
    "gridColor": GRID,
    "domain": False,
    "tickColor": GRID,
    "titlePadding": 10,
}


def field(name: str, **more: JSONValue) -> Spec:
    """A quantitative encoding of a column."""
    return {"field": name, "type": "quantitative", **more}


def side_colour() -> Spec:
    """Colour by side; the sides are labelled directly, so there is no legend."""
    scale: Spec = {"domain": ["small", "big"], "range": [SMALL, BIG]}
    return {"field": "side", "type": "nominal", "legend": None, "scale": scale}


def figure(layers: list[JSONValue], width: int, height: JSONValue) -> Spec:
    """A layered figure in the house style; sizes are those of the plot, axes left out."""
    config: Spec = {"font": FONT, "aria": False, "view": {"stroke": None}, "axis": _AXIS}
    return {
        "$schema": SCHEMA,
        "background": "transparent",
        "padding": 4,
        "width": width,
        "height": height,
        "layer": layers,
        "config": config,
    }


def svg(spec: Spec) -> str:
    """Draw a spec as a standalone SVG element, without network access.

    vl-convert is imported here: it starts a JavaScript engine, which takes seconds once.
    """
    import vl_convert

    return vl_convert.vegalite_to_svg(spec, allowed_base_urls=[])


def png(spec: Spec, scale: float = 2.0) -> bytes:
    """Draw a spec as a PNG on white, without network access; `scale` 2 is 144 dots an inch."""
    import vl_convert

    white: Spec = {**spec, "background": "white"}
    return vl_convert.vegalite_to_png(white, scale=scale, allowed_base_urls=[])
