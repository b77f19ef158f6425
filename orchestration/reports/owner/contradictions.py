"""Where systems disagree about one proceeding, as the published mart counts it.

Belongs here: counts by rule and other agency. Does not belong here: finding contradictions (dbt does).
"""

from __future__ import annotations

from dataclasses import dataclass

import duckdb

MART = "cross_agency_contradictions"


@dataclass(frozen=True)
class Contradiction:
    """How often one agency's records contradict another's, by rule.

    Attributes:
        first_date, last_date: ISO dates of the events, None if undated.
    """

    rule: str
    other_agency: str
    cases: int
    first_date: str | None
    last_date: str | None


def contradictions(published: duckdb.DuckDBPyConnection, agency: str) -> tuple[Contradiction, ...] | None:
    """Contradictions the agency has a part in, commonest first; None where the mart is not published.

    Args:
        published: the published database.
        agency: whose.
    """
    exists = published.execute(
        "select count(*) from duckdb_tables() where schema_name = 'marts' and table_name = ?", [MART]
    ).fetchone()
    if exists is None or not exists[0]:
        return None
    rows = published.execute(
        f"""
        select rule, case when agency_a = $agency then agency_b else agency_a end as other_agency, count(*),
            cast(min(event_date) as varchar), cast(max(event_date) as varchar)
        from marts.{MART} where $agency in (agency_a, agency_b)
        group by all order by 3 desc, 1, 2
        """,
        {"agency": agency},
    ).fetchall()
    return tuple(Contradiction(*row) for row in rows)
