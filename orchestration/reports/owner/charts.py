"""Charts of the reports: Vega, drawn to SVG when the page is made.

Belongs here: the specification of a chart (Altair) and its drawing. Does not belong here: its text alternative and its
table of numbers (`pages`, the template).

Drawn at build time rather than in the browser: the page then runs no script, prints, opens from disk, and needs no
half-megabyte of Vega. One narrow column of small charts is legible on a telephone without being scaled down.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping
from datetime import date
from typing import Any

import altair as alt
import vl_convert

from orchestration.reports.kit.words import DIMENSIONS
from orchestration.reports.owner.figures import RowCounts, Tally

INK = "#0b0c0c"
LINE = "#1d70b8"
GREY = "#b1b4b6"
_FONT = "Arial, Helvetica, sans-serif"
_WIDTH = 250
_HEIGHT = 42
_FLOORS = (0.999, 0.995, 0.99, 0.98, 0.95, 0.9, 0.8, 0.5, 0.0)


def trend_svg(trend: Mapping[date, Mapping[str, Tally]]) -> str:
    """Share of checks passed by delivery, a small chart for each dimension, all on one scale."""
    values: list[dict[str, Any]] = [
        {"date": moment.isoformat(), "dimension": name.capitalize(), "rate": tally.passed / tally.checked}
        for moment, tallies in trend.items()
        for name, tally in tallies.items()
    ]
    floor = next(step for step in _FLOORS if step <= min(item["rate"] for item in values))
    shown = [name.capitalize() for name in DIMENSIONS if any(name in tallies for tallies in trend.values())]
    line = (
        alt.Chart()
        .mark_line(color=LINE, strokeWidth=2, point=alt.OverlayMarkDef(color=LINE, size=18), clip=False)
        .encode(
            x=_dates(),
            y=alt.Y(
                "rate:Q",
                title=None,
                scale=alt.Scale(domain=[floor, 1], nice=False),
                axis=alt.Axis(values=[floor, 1], format=".1%" if floor > 0.9 else ".0%", grid=True, gridColor=GREY),
            ),
        )
        .properties(width=_WIDTH, height=_HEIGHT)
    )
    chart = line.facet(
        row=alt.Row(
            "dimension:N",
            sort=shown,
            title=None,
            header=alt.Header(
                orient="top", labelAnchor="start", labelFontSize=13, labelFontWeight="bold", labelPadding=4
            ),
        ),
        data=inline_data(values),
        spacing=14,
    )
    return draw(chart)


def rows_svg(row_trend: Mapping[date, RowCounts]) -> str:
    """Rows received by delivery; refused ones are hatched by an outline, so that colour alone tells nothing."""
    values = [
        {"date": moment.isoformat(), "what": what, "rows": rows}
        for moment, counts in row_trend.items()
        for what, rows in (("used or withheld", counts.received - counts.rejected), ("refused", counts.rejected))
        if rows
    ] or [{"date": moment.isoformat(), "what": "used or withheld", "rows": 0} for moment in row_trend]
    width = max(2.0, min(12.0, 0.6 * _WIDTH / max(1, len(row_trend))))
    chart = (
        alt.Chart(inline_data(values))
        .mark_bar(size=width, strokeWidth=1.5)
        .encode(
            x=_dates(),
            y=alt.Y("rows:Q", title=None, axis=alt.Axis(tickCount=3, format=",d", gridColor=GREY)),
            color=alt.Color(
                "what:N",
                scale=alt.Scale(domain=["used or withheld", "refused"], range=[LINE, "#ffffff"]),
                legend=None,
            ),
            stroke=alt.Stroke(
                "what:N", scale=alt.Scale(domain=["used or withheld", "refused"], range=[LINE, "#d4351c"]), legend=None
            ),
        )
        .properties(width=_WIDTH, height=90)
    )
    return draw(chart)


def as_data_uri(svg: str) -> str:
    """An SVG as the source of an image that is part of the page, yet apart from its elements."""
    return "data:image/svg+xml;base64," + base64.b64encode(svg.encode()).decode()


def inline_data(values: list[dict[str, Any]]) -> alt.InlineData:
    """Values that stand in the chart itself."""
    return alt.InlineData(values=values)


def _dates() -> alt.X:
    return alt.X(
        "date:T",
        title=None,
        axis=alt.Axis(format="%b %y", tickCount=4, grid=False, labelFlush=True, labelOverlap=True, domainColor=INK),
    )


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
