"""The evidence of a linkage's accuracy that every run writes: one long table, for the mart, the page and the checks.

Belongs here: gathering it from those who measure, and the file. Does not belong here: any measure.
"""

from __future__ import annotations

import json

import duckdb

from orchestration.atomic import replacing, write_table
from orchestration.linkage.accuracy.against_truth import evaluate
from orchestration.linkage.accuracy.build import build_rows
from orchestration.linkage.accuracy.level import published_level
from orchestration.linkage.accuracy.rows import AccuracyRow, Source, accuracy_rows, as_table, repeat_link_rows
from orchestration.linkage.accuracy.truth import has_truth, read_groups, read_truth
from orchestration.linkage.matching.model import LinkageModel
from orchestration.linkage.review.score import review_rows
from orchestration.settings import Settings

EVIDENCE_FILE = "quality.parquet"
"""What `stg_linkage__quality` reads."""

EXAMPLES_FILE = "quality_examples.json"
"""Patterns of errors on the reference people, for the page."""


def write_evidence(connection: duckdb.DuckDBPyConnection, settings: Settings, model: LinkageModel) -> None:
    """Write all that is known of the accuracy of the linkage just made.

    Args:
        connection: of the linkage; see the seam of `accuracy/build.py` for what it must hold.
        settings: where the linkage folder is, and the truth, if there is one.
        model: that linked.
    """
    level = published_level(settings, model)
    rows = [
        *level.rows,
        *build_rows(connection, model),
        *_simulated_rows(connection, settings),
        *review_rows(settings, model),
    ]
    write_table(settings.linkage_dir / EVIDENCE_FILE, as_table(rows, model.version))
    told = {"description": level.description, "accept": model.thresholds.accept, "examples": list(level.examples)}
    with replacing(settings.linkage_dir / EXAMPLES_FILE) as unfinished:
        unfinished.write_text(json.dumps(told, indent=1) + "\n", encoding="utf-8")


def _simulated_rows(connection: duckdb.DuckDBPyConnection, settings: Settings) -> list[AccuracyRow]:
    """Accuracy on the delivered world itself, where a simulation left its truth."""
    if not has_truth(settings.truth_dir):
        return []
    links = connection.execute("select record_id, person_id from person_links").to_arrow_table()
    truth = read_truth(settings.truth_dir)
    try:
        report = evaluate(links, truth, read_groups(settings.truth_dir, settings.reference_dir))
    except ValueError:
        # The truth is of another world, or nothing of this one has been delivered: there is nothing to score.
        return []
    return [*accuracy_rows(report, Source.SIMULATED), *repeat_link_rows(links, truth, Source.SIMULATED)]
