"""Makes the owners' reports of one publication.

Belongs here: gathering what the report is made of, agency by agency, and writing its files. Does not belong here: when
it is made (the publication, the command), any figure or word.

A fault in one agency's report takes away that page alone, and is named in the outcome.
"""

from __future__ import annotations

import shutil
from collections.abc import Collection, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import duckdb

from orchestration.atomic import replacing
from orchestration.contracts import FeedContract
from orchestration.contracts.agencies import agency_title
from orchestration.lineage.reach import Reach, read_reach
from orchestration.quality.gate_files import GateTables, read_gate_tables
from orchestration.quality.verdicts import Verdict
from orchestration.reports.owner.annex import write_annex
from orchestration.reports.owner.contradictions import contradictions
from orchestration.reports.owner.figures import feed_figures
from orchestration.reports.owner.impact import rule_cases
from orchestration.reports.owner.pages import agency_page, annex_page, index_page
from orchestration.reports.owner.present import PresentState, present_state
from orchestration.reports.owner.rows_csv import ROWS_FILE, rows_csv
from orchestration.reports.owner.views import AgencyView, FeedParts, agency_view
from orchestration.settings import Settings

REPORTS_FOLDER = "reports"
"""Inside a publication."""


@dataclass(frozen=True)
class ReportOutcome:
    """What was made.

    Attributes:
        pages: the page of each agency that has one.
        faults: by agency, why it has none.
        unread_models: dbt models whose columns could not be followed: what they feed is told table by table.
    """

    pages: Mapping[str, Path]
    faults: Mapping[str, str]
    unread_models: Mapping[str, str]


def build_reports(
    contracts: Collection[FeedContract],
    settings: Settings,
    manifest_path: Path,
    publication: Path,
    reach: Reach | None = None,
) -> ReportOutcome:
    """Writes `reports/` into the folder of a publication, and the lists with record keys to the private side.

    Args:
        contracts: every feed.
        settings: where raw, gate, build and private reports are.
        manifest_path: dbt's manifest of the build; its compiled SQL lies beside it.
        publication: folder with `analyst.duckdb`.
        reach: of this build, where it is known already.

    Raises:
        OSError, duckdb.Error: nothing can be read or written at all. What concerns one agency is in the outcome.
    """
    folder = publication / REPORTS_FOLDER
    working = publication / f".{REPORTS_FOLDER}.partial"
    shutil.rmtree(working, ignore_errors=True)
    working.mkdir(parents=True)
    agencies: dict[str, list[FeedContract]] = {}
    for contract in contracts:
        agencies.setdefault(contract.agency, []).append(contract)
    gates = {contract.key: read_gate_tables(contract, settings) for contract in contracts}
    data_as_of = _data_as_of(gates.values())
    views: list[AgencyView] = []
    with (
        closing(duckdb.connect(str((publication / "analyst.duckdb").resolve()), read_only=True)) as published,
        closing(duckdb.connect(str(settings.build_database), read_only=True)) as build,
    ):
        reach = reach or read_reach(
            manifest_path,
            _published_columns(published),
            {contract.key: contract.column_names for contract in contracts},
            settings.engine.value,
        )
        for agency, feeds in agencies.items():
            try:
                parts = [
                    _feed_parts(contract, settings, gates[contract.key], build, reach, data_as_of) for contract in feeds
                ]
                view = agency_view(agency, parts, contradictions(published, agency))
                _write_agency(view, parts, gates, settings, working / agency, data_as_of)
            except Exception as error:  # one agency's fault must not take the others' reports; it is told by the caller
                shutil.rmtree(working / agency, ignore_errors=True)
                view = AgencyView(agency, agency_title(agency), fault=f"{type(error).__name__}: {error}")
            views.append(view)
    (working / "index.html").write_text(index_page(views, data_as_of), encoding="utf-8")
    _swap(working, folder)
    return ReportOutcome(
        pages={view.agency: folder / view.agency / "index.html" for view in views if view.fault is None},
        faults={view.agency: view.fault for view in views if view.fault is not None},
        unread_models=reach.unread,
    )


def _feed_parts(
    contract: FeedContract,
    settings: Settings,
    gate: GateTables,
    build: duckdb.DuckDBPyConnection,
    reach: Reach,
    data_as_of: date | None,
) -> FeedParts:
    figures = feed_figures(contract, gate, data_as_of)
    staged = reach.staged.get(contract.key)
    present = PresentState(0, ()) if staged is None else present_state(contract, settings, gate, build, staged)
    return figures, present, rule_cases(figures, present, reach)


def _write_agency(
    view: AgencyView,
    parts: Sequence[FeedParts],
    gates: Mapping[str, GateTables],
    settings: Settings,
    folder: Path,
    data_as_of: date | None,
) -> None:
    newest = [
        (figures.contract, accepted[-1])
        for figures, _, _ in parts
        if (accepted := _accepted(gates[figures.contract.key]))
    ]
    annex = write_annex(newest, settings, folder / "technical")
    (folder / "technical" / "index.html").write_text(annex_page(view.name, annex, data_as_of), encoding="utf-8")
    rows = [(figures.contract, present.rows) for figures, present, _ in parts]
    private = settings.private_reports_dir / view.agency / ROWS_FILE
    with replacing(private) as temporary:
        temporary.write_text(rows_csv(rows, with_keys=True), encoding="utf-8")
    (folder / ROWS_FILE).write_text(rows_csv(rows, with_keys=False), encoding="utf-8")
    shown = f"{settings.data_dir.name}/{private.relative_to(settings.data_dir)}"
    (folder / "index.html").write_text(agency_page(view, data_as_of, shown), encoding="utf-8")


def _accepted(gate: GateTables) -> list[dict[str, Any]]:
    """Accepted deliveries, oldest first."""
    rows = [row for row in gate.deliveries.to_pylist() if row["verdict"] != Verdict.REJECTED]
    return sorted(rows, key=lambda row: (row["extract_date"], row["file_sequence"] or 0, row["file_name"]))


def _data_as_of(gates: Collection[GateTables]) -> date | None:
    """Newest extract date used, over all feeds."""
    return max((row["extract_date"] for gate in gates for row in _accepted(gate)), default=None)


def _published_columns(published: duckdb.DuckDBPyConnection) -> dict[str, list[str]]:
    columns: dict[str, list[str]] = {}
    for schema, table, column in published.execute(
        "select schema_name, table_name, column_name from duckdb_columns() order by 1, 2, column_index"
    ).fetchall():
        columns.setdefault(f"{schema}.{table}", []).append(column)
    return columns


def _swap(working: Path, folder: Path) -> None:
    """Puts the new reports where the old ones are; between two renames there are none."""
    old = folder.with_name(f".{folder.name}.old")
    shutil.rmtree(old, ignore_errors=True)
    if folder.exists():
        folder.rename(old)
    working.rename(folder)
    shutil.rmtree(old, ignore_errors=True)
