"""Charts of the owners' reports.

Belongs here: the specification of a chart (Altair). Does not belong here: its drawing (`kit.charts`), its text
alternative and its table of numbers (`pages`, the template).

One narrow column of small charts is legible on a telephone without being scaled down.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import altair as alt

from orchestration.reports.kit.charts import GREY, INK, LINE, draw, inline_data
from orchestration.reports.kit.words import DIMENSIONS
from orchestration.reports.owner.figures import RowCounts, Tally

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


def _dates() -> alt.X:
    return alt.X(
        "date:T",
        title=None,
        axis=alt.Axis(format="%b %y", tickCount=4, grid=False, labelFlush=True, labelOverlap=True, domainColor=INK),
    )
