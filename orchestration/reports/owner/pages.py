"""From views to HTML.

Belongs here: the template environment and the filters templates use. Does not belong here: what is said (`views`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from functools import cache
from importlib import resources
from typing import Any

from jinja2 import ChoiceLoader, Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from orchestration.contracts import FeedContract, Severity
from orchestration.reports.kit.words import (
    DIMENSION_MEANINGS,
    SEVERITY_WORDS,
    agency_name,
    counted,
    day,
    listed,
    what_counts,
)
from orchestration.reports.owner.annex import AnnexPage
from orchestration.reports.owner.present import Standing
from orchestration.reports.owner.rows_csv import ROWS_FILE, STANDING_WORDS
from orchestration.reports.owner.views import AgencyView

_PACKAGE = "orchestration.reports.owner"
_MARKS: Mapping[str, str] = {"good": "✓", "care": "!", "bad": "✗"}


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


def page_environment(package: str) -> Environment:
    """Templates of a package, with the frame and the style that all pages of the warehouse share."""
    environment = Environment(
        loader=ChoiceLoader([PackageLoader(package), PackageLoader(_PACKAGE)]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    style = resources.files(_PACKAGE).joinpath("templates/report.css").read_text("utf-8")
    environment.globals["style"] = Markup(style)
    environment.filters |= {"counted": counted, "day": day, "listed": listed, "mark": _mark}
    return environment


@cache
def _environment() -> Environment:
    environment = page_environment(_PACKAGE)
    environment.filters |= {
        "agency": agency_name,
        "columns": _columns,
        "severity": lambda severity: SEVERITY_WORDS[Severity(severity)],
        "standing": lambda standing: STANDING_WORDS[Standing(standing)].capitalize(),
        "what_counts": what_counts,
    }
    return environment


def _mark(mark: str) -> Markup:
    """A sign before the words that say the same; neither colour nor sign stands alone."""
    return Markup('<span class="mark {}" aria-hidden="true">{}</span>').format(mark, _MARKS[mark])


def _columns(names: Sequence[str], contract: FeedContract) -> str:
    return ", ".join(contract.column(name).physical_name for name in names)
