"""Charts of the linkage page, drawn to SVG when it is made.

Belongs here: their specification. Does not belong here: the style all reports share (`kit.charts`), the text
and the table beside each chart (the template).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import altair as alt

from orchestration.reports.kit.charts import GREY, INK, LINE, draw, inline_data

WIDTH = 520
RED = "#b10e1e"

Point = tuple[float, float]


def curve_svg(precision: Sequence[Point], recall: Sequence[Point], accept: float) -> str:
    """Precision (dashed) and recall by threshold, the model's threshold marked."""
    values = [
        {"threshold": at, "share": share, "what": what}
        for what, points in (("precision", precision), ("recall", recall))
        for at, share in points
    ]
    floor = min([0.95, *(share for _, share in (*precision, *recall))])
    lines = (
        alt.Chart(inline_data(values))
        .mark_line(strokeWidth=2.5, point=alt.OverlayMarkDef(size=24))
        .encode(
            x=_threshold("Threshold (match weight, bits)"),
            y=alt.Y("share:Q", title=None, scale=alt.Scale(domain=[floor, 1], nice=True), axis=_percent_axis()),
            color=alt.Color(
                "what:N",
                scale=alt.Scale(domain=["precision", "recall"], range=[INK, LINE]),
                legend=alt.Legend(title=None, orient="top", symbolType="stroke", symbolSize=300, labelFontSize=13),
            ),
            strokeDash=alt.StrokeDash(
                "what:N", scale=alt.Scale(domain=["precision", "recall"], range=[[6, 4], [1, 0]]), legend=None
            ),
        )
    )
    return draw(alt.layer(lines, _rule(accept)).properties(width=WIDTH, height=220))


def weights_svg(bins: Sequence[Point], width: float, accept: float) -> str:
    """Pairs by match weight; those below the threshold are white with an outline."""
    values = [
        {"low": low, "high": low + width, "pairs": pairs, "side": "linked" if low + width > accept else "not linked"}
        for low, pairs in bins
    ]
    bars = (
        alt.Chart(inline_data(values))
        .mark_bar(strokeWidth=1, stroke=LINE)
        .encode(
            x=alt.X("low:Q", title="Match weight (bits)", axis=alt.Axis(grid=False, tickCount=10)),
            x2="high:Q",
            y2=alt.YDatum(0),
            y=alt.Y("pairs:Q", title="Pairs", axis=alt.Axis(format=",d", tickCount=4, gridColor=GREY)),
            color=alt.Color(
                "side:N", scale=alt.Scale(domain=["linked", "not linked"], range=[LINE, "#ffffff"]), legend=None
            ),
        )
    )
    return draw(alt.layer(bars, _rule(accept)).properties(width=WIDTH, height=200))


def unlinkable_svg(points: Sequence[Point], accept: float) -> str:
    """Share of records that nothing could link, by threshold."""
    line = (
        alt.Chart(inline_data([{"threshold": at, "share": share} for at, share in points]))
        .mark_line(strokeWidth=2.5, color=LINE, point=alt.OverlayMarkDef(size=24, color=LINE))
        .encode(
            x=_threshold("Threshold (match weight, bits)"),
            y=alt.Y("share:Q", title=None, scale=alt.Scale(domainMin=0), axis=_percent_axis()),
        )
    )
    return draw(alt.layer(line, _rule(accept)).properties(width=WIDTH, height=180))


def groups_svg(groups: Sequence[tuple[str, float, float, float, bool]], whole: float) -> str:
    """A dot with its interval for each group (label, value, low, high, whether it is below the whole)."""
    values: list[dict[str, Any]] = [
        {"group": label, "value": value, "low": low, "high": high, "state": "below" if is_below else "level"}
        for label, value, low, high, is_below in groups
    ]
    order = [label for label, *_ in groups]
    y = alt.Y("group:N", sort=order, title=None, axis=alt.Axis(labelLimit=300, grid=False, ticks=False))
    x = alt.Scale(domain=[min([0.9, *(low for _, _, low, _, _ in groups)]), 1], nice=True)
    base = alt.Chart(inline_data(values))
    bars = base.mark_rule(strokeWidth=2, color=GREY).encode(
        y=y, x=alt.X("low:Q", scale=x, title=None, axis=_percent_axis()), x2="high:Q"
    )
    dots = base.mark_point(filled=True, size=60, opacity=1).encode(
        y=y,
        x=alt.X("value:Q", scale=x),
        color=alt.Color("state:N", scale=alt.Scale(domain=["below", "level"], range=[RED, LINE]), legend=None),
        shape=alt.Shape(
            "state:N", scale=alt.Scale(domain=["below", "level"], range=["diamond", "circle"]), legend=None
        ),
    )
    line = alt.Chart(inline_data([{"whole": whole}])).mark_rule(color=INK, strokeDash=[4, 3]).encode(x="whole:Q")
    # the renderer takes labels for narrower than the page's font draws them: room for the difference
    room = {"left": 40, "top": 5, "right": 5, "bottom": 5}
    chart = alt.layer(bars, line, dots).properties(width=WIDTH - 190, height=18 * max(1, len(order)), padding=room)
    return draw(chart)


def _threshold(title: str) -> alt.X:
    return alt.X("threshold:Q", title=title, axis=alt.Axis(grid=False, tickCount=10))


def _percent_axis() -> alt.Axis:
    return alt.Axis(format=".1%", tickCount=5, gridColor=GREY)


def _rule(accept: float) -> alt.Chart:
    mark = alt.Chart(inline_data([{"at": accept}])).mark_rule(color=RED, strokeWidth=1.5, strokeDash=[2, 2])
    placed: alt.Chart = mark.encode(x="at:Q")
    return placed
