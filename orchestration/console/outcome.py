"""What a finished run says at the end: what was published, what was refused or is late, what next.

Belongs here: those lines, as text. Does not belong here: running (`run`), the standing picture (`status`).
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from orchestration.console.freshness import stale_feeds
from orchestration.console.revisions import revision_sentence
from orchestration.console.run import RunReport
from orchestration.publish import Publication
from orchestration.publish.pages import missing_pages
from orchestration.settings import Settings


def outcome_lines(
    report: RunReport, publication: Publication, settings: Settings, shown: Callable[[Path], str]
) -> list[str]:
    """The lines, without colour; `shown` spells a path as the person at the terminal would."""
    rows = sum(content.rows for content in publication.tables.values())
    known = f", as known on {publication.as_known_on}" if publication.as_known_on else ""
    lines = [
        f"Published {len(publication.tables)} tables, {rows:,} rows, data as of {publication.data_as_of}{known}; "
        f"{report.checks} checks, {report.checks_not_passed} not passed.",
        f"  database  {shown(settings.published_database)}",
        f"  parquet   {shown(settings.published_dir / 'parquet')}",
    ]
    missing = missing_pages(settings.published_dir)
    lines += [
        f"  {name:<9} {missing.get(name) or shown(settings.published_dir / name / 'index.html')}"
        for name in ("catalogue", "reports")
    ]
    if sentence := revision_sentence(settings):
        lines.append(sentence + " See: warehouse revisions")
    lines += _listed("Refused until the agency sends them again (none of their rows is counted):", report.refusals)
    lines += _listed("Not fresh (marts.mart_sources says which marts that touches):", stale_feeds(settings))
    lines += _listed("Not passed:", report.failed_checks)
    lines += _listed("Could not be received, so built from what was received before:", report.faults)
    return [*lines, "Next: warehouse questions · warehouse sql · warehouse status · make serve"]


def _listed(title: str, items: tuple[str, ...]) -> list[str]:
    return [title, *(f"  {line}" for item in items for line in item.splitlines())] if items else []
