"""The pages of a publication: the owners' reports, with the column lineage they share with the evidence of the build,
and pages that are made whole or not at all.

Belongs here: making them in a publication that is out, and what becomes of their faults. Does not belong here: what is
in them (`reports.owner`, `reports.linkage`, `reports.catalogue`).

Figures do not wait for the pages that tell of them. Each set of pages appears by a rename, whole or not at all, and
`pages.json` beside the database says from the swap on which are there, which are not yet, and why one is not.
"""

from __future__ import annotations

import json
import shutil
import traceback
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from orchestration.atomic import replacing
from orchestration.contracts import FeedContract
from orchestration.products.promises import CONTRACTS_FOLDER, write_contracts
from orchestration.reporter import Reporter
from orchestration.reports.catalogue import build_catalogue
from orchestration.settings import Settings
from orchestration.transform.dbt import lineage_dir
from orchestration.transform.selection import Rule, read_selection

if TYPE_CHECKING:
    from orchestration.lineage.reach import Reach
    from orchestration.reports.owner import ReportOutcome


PAGES_RECORD = "pages.json"
PAGE_SETS = ("reports", "linkage", "catalogue", "contracts")
MADE = "made"
NOT_YET = "not made yet; 'warehouse report' makes the reports, the next run makes all"
NOT_ASKED_FOR = "not asked for (WAREHOUSE_PAGES=off)"


def note_pages(publication: Path, **states: str) -> None:
    """Writes into the folder of a publication what has become of its pages, by set; what is not said stays."""
    said = dict.fromkeys(PAGE_SETS, NOT_YET) | _noted_pages(publication) | states
    with replacing(publication / PAGES_RECORD) as unfinished:
        unfinished.write_text(json.dumps(said, indent=2) + "\n", encoding="utf-8")


def missing_pages(publication: Path) -> dict[str, str]:
    """The sets of pages a publication does not have, with the reason; empty if it has all."""
    return {name: state for name, state in _noted_pages(publication).items() if state != MADE}


def _noted_pages(publication: Path) -> dict[str, str]:
    path = publication / PAGES_RECORD
    noted: dict[str, str] = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    return noted


@dataclass(frozen=True)
class PagesOutcome:
    """What became of the pages of a publication.

    Attributes:
        report_faults: by agency, `linkage` or `all`, why there is no report.
        unread_models: dbt models whose columns could not be followed: what they feed is told table by table.
        catalogue_faults: why there is no `catalogue`, or no contracts of its marts (`contracts`).
    """

    report_faults: Mapping[str, str]
    unread_models: Mapping[str, str]
    catalogue_faults: Mapping[str, str]


def make_pages(
    publication: Path,
    contracts: Collection[FeedContract],
    settings: Settings,
    manifest_path: Path,
    log_error: Reporter,
    reach: Reach | None = None,
) -> PagesOutcome:
    """Adds the pages to the folder of a publication that is out, unless the settings ask for none. Never raises."""
    if not settings.pages:
        note_pages(publication, **dict.fromkeys(PAGE_SETS, NOT_ASKED_FOR))
        return PagesOutcome({}, {}, {})
    reports = OwnerReports(contracts, settings, manifest_path, log_error, reach)
    on_linkage = Pages("page on the linkage", partial(linkage_page, settings), log_error)
    catalogue = Pages("catalogue", partial(build_catalogue, settings, manifest_path), log_error)
    promises = Pages("contracts of the marts", partial(_contracts, settings, manifest_path), log_error)
    for add in (reports, on_linkage, catalogue, promises):
        add(publication)
    told = "; ".join(f"{agency}: {fault}" for agency, fault in reports.faults.items())
    faults = {"linkage": on_linkage.fault, "catalogue": catalogue.fault, "contracts": promises.fault}
    note_pages(publication, reports=told or MADE, **{name: fault or MADE for name, fault in faults.items()})
    return PagesOutcome(
        report_faults=reports.faults | ({"linkage": on_linkage.fault} if on_linkage.fault else {}),
        unread_models=reports.outcome.unread_models if reports.outcome else {},
        catalogue_faults={name: fault for name in ("catalogue", "contracts") if (fault := faults[name])},
    )


def _contracts(settings: Settings, manifest_path: Path, publication: Path) -> None:
    """The contracts of the marts, put where they belong by a rename."""
    working = publication / f".{CONTRACTS_FOLDER}.partial"
    shutil.rmtree(working, ignore_errors=True)
    write_contracts(settings, manifest_path, working)
    shutil.rmtree(publication / CONTRACTS_FOLDER, ignore_errors=True)
    (working / CONTRACTS_FOLDER).rename(publication / CONTRACTS_FOLDER)
    working.rmdir()


def published_reach(
    contracts: Collection[FeedContract], settings: Settings, manifest_path: Path, log_error: Reporter
) -> Reach | None:
    """Which columns of which feed each published column is made from; None, told to the log, if it cannot be read."""
    try:
        # SQL lineage: half a second of imports that no other step and no definitions need
        from orchestration.lineage.kept import kept_reach

        published = {
            table.full_name: [column.name for column in table.columns if column.rule is not Rule.DROP]
            for table in read_selection(manifest_path)
        }
        feed_columns = {contract.key: contract.column_names for contract in contracts}
        return kept_reach(
            manifest_path,
            published,
            feed_columns,
            settings.engine.value,
            data_dir=settings.data_dir,
            folder=lineage_dir(settings),
        )
    except Exception:
        log_error(f"column lineage could not be read:\n{traceback.format_exc()}")
        return None


class OwnerReports:
    """Adds `reports/` to a publication; afterwards says what went wrong, if anything did.

    Attributes:
        outcome: what was made; None before it was called, and where nothing could be made at all.
        faults: by agency (or `all`), why there is no report.
    """

    def __init__(
        self,
        contracts: Collection[FeedContract],
        settings: Settings,
        manifest_path: Path,
        log_error: Reporter,
        reach: Reach | None = None,
    ) -> None:
        self._contracts = contracts
        self._settings = settings
        self._manifest_path = manifest_path
        self._log_error = log_error
        self._reach = reach
        self.outcome: ReportOutcome | None = None
        self.faults: dict[str, str] = {}

    def __call__(self, folder: Path) -> None:
        """Makes the reports in the folder of a publication. Never raises: figures must not wait for their report."""
        try:
            # charts, templates and SQL lineage: half a second of imports that no other step and no definitions need
            from orchestration.reports.owner import build_reports

            self.outcome = build_reports(self._contracts, self._settings, self._manifest_path, folder, self._reach)
        except Exception as error:
            self._log_error(f"no owner report could be made:\n{traceback.format_exc()}")
            self.faults["all"] = f"{type(error).__name__}: {error}"
            return
        self.faults |= self.outcome.faults
        for agency, fault in self.faults.items():
            self._log_error(f"the report of {agency} could not be made: {fault}")


def linkage_page(settings: Settings, folder: Path) -> Path:
    """Writes the page on how right the linkage is into the folder of a publication; its path."""
    # charts and templates: as above, imports no other step needs
    from orchestration.reports.linkage import write_linkage_page

    return write_linkage_page(settings, folder)


class Pages:
    """Adds pages to a publication; afterwards says what went wrong, if anything did.

    Attributes:
        fault: why there are none; None if there are.
    """

    def __init__(self, what: str, make: Callable[[Path], object], log_error: Reporter) -> None:
        self._what = what
        self._make = make
        self._log_error = log_error
        self.fault: str | None = None

    def __call__(self, folder: Path) -> None:
        """Makes them in the folder of a publication. Never raises: figures must not wait for what tells of them."""
        try:
            self._make(folder)
        except Exception as error:
            self._log_error(f"the {self._what} could not be made:\n{traceback.format_exc()}")
            self.fault = f"{type(error).__name__}: {error}"
