"""The pages of a publication: the owners' reports, with the column lineage they share with the evidence of the build,
and pages that are made whole or not at all.

Belongs here: making them inside the publication, and keeping their faults from stopping it. Does not belong here: what
is in them (`reports.owner`, `reports.linkage`).
"""

from __future__ import annotations

import traceback
from collections.abc import Callable, Collection
from pathlib import Path
from typing import TYPE_CHECKING

from orchestration.contracts import FeedContract
from orchestration.reporter import Reporter
from orchestration.settings import Settings
from orchestration.transform.selection import Rule, read_selection

if TYPE_CHECKING:
    from orchestration.lineage.reach import Reach
    from orchestration.reports.owner import ReportOutcome


def published_reach(
    contracts: Collection[FeedContract], settings: Settings, manifest_path: Path, log_error: Reporter
) -> Reach | None:
    """Which columns of which feed each published column is made from; None, told to the log, if it cannot be read."""
    try:
        # SQL lineage: half a second of imports that no other step and no definitions need
        from orchestration.lineage.reach import read_reach

        published = {
            table.full_name: [column.name for column in table.columns if column.rule is not Rule.DROP]
            for table in read_selection(manifest_path)
        }
        feed_columns = {contract.key: contract.column_names for contract in contracts}
        return read_reach(manifest_path, published, feed_columns, settings.engine.value)
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
