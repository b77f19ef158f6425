"""One case by any agency's number: the chain of everything that leads to it.

Belongs here: finding links of the private case crosswalk and putting them in the order of a case. Does not belong here:
which records belong together (dbt, `conformed.case_crosswalk`), or printing (`case_commands.py`).
"""

from __future__ import annotations

import re
from contextlib import closing
from dataclasses import dataclass
from datetime import date

import duckdb

from orchestration.console.query import QueryError
from orchestration.settings import Settings
from orchestration.sql_files import read_sql

SCHEMES = {
    "police_custody_record": "police custody record",
    "arrest_summons_number": "arrest/summons number",
    "cps_defendant": "CPS defendant",
    "common_platform_case": "magistrates' case",
    "ptiurn": "case reference",
    "split_from_case": "split off case",
    "laa_application": "legal aid application",
    "crown_case": "Crown Court case",
    "prison_booking": "prison booking",
    "probation_event": "probation event",
}
"""Schemes in the order a case meets them, with what a person calls them."""

_LINKS = "conformed.case_crosswalk"

_SEPARATORS = "[ /|-]"


@dataclass(frozen=True)
class CaseLink:
    """One number that leads to a case.

    Attributes:
        case_id: the case, after merges.
        defendant_id: whom it names; None where it names the case.
        scheme: a key of `SCHEMES`.
        identifier: as its owner writes it, the parts of a key joined with '|'.
        link_rule: how it was led to the case.
        evidence: on what.
        valid_from: first day.
        valid_to: last day; None if it still holds.
        is_asked_for: it is the number asked for.
    """

    case_id: str
    defendant_id: str | None
    scheme: str
    identifier: str
    link_rule: str
    evidence: str
    valid_from: date | None
    valid_to: date | None
    is_asked_for: bool


def case_chain(settings: Settings, number: str, *, everyone: bool = False) -> list[CaseLink]:
    """Every link of the cases a number leads to, case by case in the order a case meets them.

    Case, blanks, slashes, hyphens and bars in the number do not matter. A probation or CPS number may be given with its
    event or defendant (`X123456/2`) or without. A number that names a defendant gives the case and that defendant.

    Args:
        settings: whose build database is asked.
        number: any agency's number of a case or of a defendant in one.
        everyone: co-defendants too.

    Raises:
        QueryError: no build to ask, a build is under way, or no case has the number.
    """
    wanted = re.sub(_SEPARATORS, "", number).upper()
    with closing(_connection(settings)) as connection:
        rows = connection.execute(
            read_sql(__file__, "records_of_case", separators=_SEPARATORS, links=_LINKS),
            {"wanted": wanted, "everyone": everyone},
        ).fetchall()
    if not wanted or not rows:
        raise QueryError(
            f"No case has the number '{number}'. Asked for are: {', '.join(SCHEMES.values())}. A record that could not "
            "be led to a case has no link; a number newer than the last 'warehouse run' is not known yet."
        )
    order = list(SCHEMES)
    links = [CaseLink(*row) for row in rows]
    return sorted(
        links,
        key=lambda link: (
            link.case_id,
            link.defendant_id or "",
            order.index(link.scheme),
            link.valid_from or date.min,
            link.identifier,
        ),
    )


def _connection(settings: Settings) -> duckdb.DuckDBPyConnection:
    path = settings.build_database
    if not path.is_file():
        raise QueryError(f"There is no build to ask: {path} does not exist. Run 'warehouse run' first.")
    try:
        connection = duckdb.connect(str(path), read_only=True)
    except duckdb.IOException as error:
        raise QueryError("A build is writing the database; ask again when 'warehouse run' has ended.") from error
    try:
        connection.execute(f"describe {_LINKS}")
    except duckdb.CatalogException as error:
        connection.close()
        raise QueryError("The last build ended before cases were conformed. Run 'warehouse run' again.") from error
    return connection
