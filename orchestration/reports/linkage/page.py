"""Makes `reports/linkage/index.html` of a publication.

Belongs here: reading what is published, and writing the file. Does not belong here: any figure, word or chart.

The page runs no script and asks for nothing; every chart has its numbers beside it.
"""

from __future__ import annotations

import json
from contextlib import closing
from datetime import date
from pathlib import Path
from typing import Any

import duckdb

from orchestration.atomic import replacing
from orchestration.contracts.agencies import agency_title
from orchestration.linkage.accuracy.build import BIN
from orchestration.linkage.accuracy.rows import Source
from orchestration.linkage.evidence import EXAMPLES_FILE
from orchestration.reports.kit.charts import as_data_uri
from orchestration.reports.kit.pages import page_environment
from orchestration.reports.linkage import charts
from orchestration.reports.linkage.views import (
    IDENTIFIERS,
    METHODS,
    AccuracyFigures,
    agency_lines,
    below_sentences,
    group_lines,
    percent,
    remedies,
    threshold_lines,
)
from orchestration.settings import Settings

LINKAGE_FOLDER = "linkage"
"""In the folder of reports."""

HMPPS_THRESHOLD = 20.0
"""Where HMPPS's Core Person Record joins; its prior is a national one, as ours is."""


def write_linkage_page(settings: Settings, publication: Path) -> Path:
    """Write the page into the reports of a publication; its path.

    Args:
        settings: where the linkage left its patterns of errors.
        publication: folder with `analyst.duckdb`.

    Raises:
        OSError, duckdb.Error: what it is made of cannot be read.
    """
    database = str((publication / "analyst.duckdb").resolve())
    with closing(duckdb.connect(database, read_only=True)) as published:
        rows = published.execute("from marts.linkage_quality").to_arrow_table().to_pylist()
    told = json.loads((settings.linkage_dir / EXAMPLES_FILE).read_text(encoding="utf-8"))
    path = publication / "reports" / LINKAGE_FOLDER / "index.html"
    html = linkage_page(rows, told)
    with replacing(path) as unfinished:
        unfinished.write_text(html, encoding="utf-8")
    return path


def linkage_page(rows: list[dict[str, Any]], told: dict[str, Any]) -> str:
    """The page from the rows of the mart and what the linkage left beside them (description, accept, examples)."""
    accuracy = AccuracyFigures(rows)
    reference, build = str(Source.REFERENCE), str(Source.BUILD)
    accept = float(told["accept"])
    groups = group_lines(accuracy, reference)
    data_as_of: date | None = rows[0]["data_as_of"]
    curve = threshold_lines(accuracy, reference)
    template = page_environment("orchestration.reports.linkage").get_template("linkage.html")
    return template.render(
        accuracy=accuracy,
        told=told,
        accept=f"{accept:g}",
        data_as_of=data_as_of,
        sources=[source for source in (Source.SIMULATED, Source.REVIEW) if accuracy.has(source)],
        source_words=SOURCE_WORDS,
        reference=reference,
        build=build,
        groups=groups,
        below=below_sentences(groups),
        agencies=agency_lines(accuracy, reference),
        curve=curve,
        cautious=next((line for line in curve if line["threshold"] == HMPPS_THRESHOLD), None),
        remedies=remedies(accuracy, reference),
        methods=METHODS,
        identifiers=IDENTIFIERS,
        feed_name=_feed_name,
        share=percent,
        images=_images(accuracy, groups, accept),
    )


SOURCE_WORDS = {
    Source.REFERENCE: "Reference people (simulated)",
    Source.SIMULATED: "This delivery, whose truth the simulation left",
    Source.REVIEW: "Pairs of this build that people judged",
}


def _images(accuracy: AccuracyFigures, groups: list[Any], accept: float) -> dict[str, str]:
    """Chart -> source of its image; only those that have something to show."""
    reference, build = str(Source.REFERENCE), str(Source.BUILD)
    bins = [
        (float(row["match_weight"]), float(row["numerator"]))
        for row in accuracy.part(build, "compared", "match_weight", "pairs")
    ]
    images = {
        "weights": charts.weights_svg(bins, BIN, accept),
        "unlinkable": charts.unlinkable_svg(accuracy.curve(build, "unlinkable", "records"), accept),
    }
    precision, recall = (accuracy.curve(reference, measure, "pairs") for measure in ("precision", "recall"))
    if recall:
        images["curve"] = charts.curve_svg(precision, recall, accept)
    whole = accuracy.measured(reference, "precision", "clusters").value
    dots = [
        (f"{line.breakdown}: {line.name}", one.value, one.low, one.high, line.worst.is_below)
        for line in groups
        if (one := line.whole_right).value is not None and one.low is not None and one.high is not None
    ]
    if dots and whole is not None:
        images["groups"] = charts.groups_svg(dots, whole)
    return {name: as_data_uri(svg) for name, svg in images.items()}


def _feed_name(feed: str) -> str:
    """`hmcts/defendants` in words: `HM Courts & Tribunals Service, defendants`."""
    agency, _, name = feed.partition("/")
    return f"{agency_title(agency)}, {name.replace('_', ' ')}"
