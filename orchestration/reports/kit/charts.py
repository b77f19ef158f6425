"""The style all charts share, and their drawing.

Belongs here: colours, fonts, and Vega drawn to SVG when a page is made. Does not belong here: any chart (the pages'
own `charts`).

Drawn at build time rather than in the browser: the page then runs no script, prints, opens from disk, and needs no
half-megabyte of Vega.
"""

from __future__ import annotations

import base64
from typing import Any

import altair as alt
import vl_convert

INK = "#0b0c0c"
LINE = "#1d70b8"
GREY = "#b1b4b6"
_FONT = "Arial, Helvetica, sans-serif"


def as_data_uri(svg: str) -> str:
    """An SVG as the source of an image that is part of the page, yet apart from its elements."""
    return "data:image/svg+xml;base64," + base64.b64encode(svg.encode()).decode()


def inline_data(values: list[dict[str, Any]]) -> alt.InlineData:
    """Values that stand in the chart itself."""
    return alt.InlineData(values=values)


def draw(chart: alt.Chart | alt.FacetChart | alt.LayerChart) -> str:
    """The chart as SVG, in the style of every report."""
    specification: dict[str, Any] = (
        chart.configure(font=_FONT, background="#ffffff", padding=4)
        .configure_view(stroke=None)
        .configure_axis(labelColor=INK, labelFontSize=12, tickColor=INK, domainColor=INK)
        .configure_header(labelColor=INK)
        .to_dict()
    )
    return str(vl_convert.vegalite_to_svg(specification, vl_version=_vega_lite_version(), show_warnings=False))


def _vega_lite_version() -> str:
    """The Vega-Lite Altair writes for, as vl-convert names it: `6.1`."""
    return ".".join(alt.SCHEMA_VERSION.removeprefix("v").split(".")[:2])
