"""From the views of the owners' reports to HTML.

Belongs here: the pages of the owners' reports and the filters their templates use. Does not belong here: what is said
(`views`), the frame of every page (`kit.pages`).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from functools import cache
from typing import Any

from jinja2 import Environment

from orchestration.contracts import FeedContract, Severity
from orchestration.contracts.agencies import agency_title
from orchestration.reports.kit.pages import page_environment
from orchestration.reports.kit.words import (
    DIMENSION_MEANINGS,
    SEVERITY_WORDS,
    what_counts,
)
from orchestration.reports.owner.annex import AnnexPage
from orchestration.reports.owner.present import Standing
from orchestration.reports.owner.rows_csv import ROWS_FILE, STANDING_WORDS
from orchestration.reports.owner.views import AgencyView


def agency_page(report: AgencyView, data_as_of: date | None, private_file: str) -> str:
    """The page of one agency."""
    return _render(
        "agency.html",
        report=report,
        data_as_of=data_as_of,
        private_file=private_file,
        rows_file=ROWS_FILE,
        meanings=DIMENSION_MEANINGS,
    )


def annex_page(name: str, pages: Sequence[AnnexPage], data_as_of: date | None) -> str:
    """The front page of an agency's technical annex."""
    return _render("annex.html", name=name, pages=pages, data_as_of=data_as_of)


def index_page(agencies: Sequence[AgencyView], data_as_of: date | None) -> str:
    """The list of agencies."""
    return _render("index.html", agencies=agencies, data_as_of=data_as_of)


def _render(template: str, **facts: Any) -> str:
    return _environment().get_template(template).render(**facts)


@cache
def _environment() -> Environment:
    environment = page_environment("orchestration.reports.owner")
    environment.filters |= {
        "agency": agency_title,
        "columns": _columns,
        "severity": lambda severity: SEVERITY_WORDS[Severity(severity)],
        "standing": lambda standing: STANDING_WORDS[Standing(standing)].capitalize(),
        "what_counts": what_counts,
    }
    return environment


def _columns(names: Sequence[str], contract: FeedContract) -> str:
    return ", ".join(contract.column(name).physical_name for name in names)
