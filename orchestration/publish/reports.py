"""The owners' reports, and the page on the linkage, as part of a publication.

Belongs here: making them inside the publication, and keeping their faults from stopping it. Does not belong here: what
is in them (`quality.report`, `linkage.report`).
"""

from __future__ import annotations

import traceback
from collections.abc import Callable, Collection
from pathlib import Path
from typing import TYPE_CHECKING

from orchestration.contracts import FeedContract
from orchestration.settings import Settings

if TYPE_CHECKING:
    from orchestration.quality.report import ReportOutcome


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
        log_error: Callable[[str], None],
    ) -> None:
        self._contracts = contracts
        self._settings = settings
        self._manifest_path = manifest_path
        self._log_error = log_error
        self.outcome: ReportOutcome | None = None
        self.faults: dict[str, str] = {}

    def __call__(self, folder: Path) -> None:
        """Makes the reports in the folder of a publication. Never raises: figures must not wait for their report."""
        try:
            # charts, templates and SQL lineage: half a second of imports that no other step and no definitions need
            from orchestration.quality.report import build_reports

            self.outcome = build_reports(self._contracts, self._settings, self._manifest_path, folder)
        except Exception as error:
            self._log_error(f"no owner report could be made:\n{traceback.format_exc()}")
            self.faults["all"] = f"{type(error).__name__}: {error}"
            return
        self.faults |= self.outcome.faults
        for agency, fault in self.faults.items():
            self._log_error(f"the report of {agency} could not be made: {fault}")


class LinkageReport:
    """Adds `reports/linkage/` to a publication, after the owners' reports; afterwards says what went wrong.

    Attributes:
        fault: why there is no page; None if there is one.
    """

    def __init__(self, settings: Settings, log_error: Callable[[str], None]) -> None:
        self._settings = settings
        self._log_error = log_error
        self.fault: str | None = None

    def __call__(self, folder: Path) -> None:
        """Makes the page in the folder of a publication. Never raises: figures must not wait for their report."""
        try:
            # charts and templates: as above, imports no other step needs
            from orchestration.linkage.report import write_linkage_page

            write_linkage_page(self._settings, folder)
        except Exception as error:
            self._log_error(f"the page on the linkage could not be made:\n{traceback.format_exc()}")
            self.fault = f"{type(error).__name__}: {error}"
