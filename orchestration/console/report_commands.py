"""`warehouse report`: make the owners' reports again and open one.

Belongs here: the command. Does not belong here: the report (`reports.owner`).
"""

from __future__ import annotations

import sys
import webbrowser
from typing import Annotated

import typer

from orchestration.console.options import DataOption
from orchestration.settings import Settings


class ReportError(RuntimeError):
    """A report cannot be made; the message says what to do."""


def register(app: typer.Typer) -> None:
    """Adds the command to the application."""
    app.command("report")(report)


def report(
    agency: Annotated[
        str | None, typer.Argument(metavar="AGENCY", help="Whose report to open. Without it: the list of agencies.")
    ] = None,
    feed: Annotated[
        str | None, typer.Option("--feed", metavar="AGENCY/FEED", help="Open the agency's report at this feed.")
    ] = None,
    open_page: Annotated[
        bool, typer.Option("--open/--no-open", help="Open the page in a browser (only ever from a terminal).")
    ] = True,
    data: DataOption = None,
) -> None:
    """What each agency's data owner reads: what was refused or withheld, what to mend first, what it costs.

    Made again from the last build's verdicts and publication, and swapped in. 'warehouse run' makes it too.

    - `warehouse report prison`
    - `warehouse report --feed police/custody_records`
    - `warehouse linkage report` (how right it is to say that two records are one person)
    """
    from orchestration.contracts import load_feed_contracts
    from orchestration.publish.pages import MADE, note_pages
    from orchestration.reports.linkage import write_linkage_page
    from orchestration.reports.owner import REPORTS_FOLDER, build_reports
    from orchestration.run_lock import build_lock
    from orchestration.transform.dbt import dbt_target_path

    settings = Settings.from_environment(data_dir=data)
    contracts = load_feed_contracts(*settings.contract_folders)
    agencies = sorted({contract.agency for contract in contracts.values()})
    if feed is not None and feed not in contracts:
        raise typer.BadParameter(f"no feed '{feed}'; choose from: {', '.join(contracts)}", param_hint="--feed")
    if feed is not None:
        of_feed = contracts[feed].agency
        if agency not in (None, of_feed):
            raise typer.BadParameter(f"{feed} is not a feed of '{agency}'", param_hint="--feed")
        agency = of_feed
    if agency is not None and agency not in agencies:
        raise typer.BadParameter(f"no agency '{agency}'; choose from: {', '.join(agencies)}", param_hint="AGENCY")
    manifest = dbt_target_path(settings) / "manifest.json"
    for needed in (settings.published_database, settings.build_database, manifest):
        if not needed.exists():
            raise ReportError(f"There is nothing to report on yet: {needed} does not exist. Run 'warehouse run' first.")
    with build_lock(settings.data_dir, wait_seconds=0):
        publication = settings.published_dir.resolve()
        outcome = build_reports(contracts.values(), settings, manifest, publication)
        write_linkage_page(settings, publication)
        note_pages(publication, reports="; ".join(outcome.faults.values()) or MADE, linkage=MADE)
    page = settings.published_dir / REPORTS_FOLDER / (agency or "") / "index.html"
    if faults := {name: fault for name, fault in outcome.faults.items() if agency in (None, name)}:
        raise ReportError("\n".join(f"no report of {name}: {fault}" for name, fault in faults.items()))
    typer.echo(str(page))
    if open_page and sys.stdout.isatty():
        fragment = f"#{contracts[feed].feed}" if feed else ""
        webbrowser.open(page.resolve().as_uri() + fragment)
