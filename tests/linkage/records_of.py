"""Hand-written person records for linkage tests."""

from __future__ import annotations

from datetime import date

import duckdb
import pyarrow as pa

from orchestration.linkage import Decision, LinkageResult, Override, link_people, load_model
from orchestration.linkage.matching.records import INPUT_COLUMNS


def records(*rows: dict[str, str | None]) -> pa.Table:
    """A table with every input column; rows are numbered, of the police, seen on 31 January 2025."""
    filled = []
    for number, row in enumerate(rows):
        blank: dict[str, str | None] = dict.fromkeys(INPUT_COLUMNS)
        agency = row.get("agency", "police")
        blank |= {"record_id": f"{agency}/feed/{number}", "agency": agency, "first_extract_date": "2025-01-31"}
        filled.append(blank | row)
    return pa.Table.from_pylist(filled, schema=pa.schema([(name, pa.string()) for name in INPUT_COLUMNS]))


def linked(*rows: dict[str, str | None], overrides: tuple[Override, ...] = ()) -> LinkageResult:
    """The records linked under the model ordinary runs use."""
    return link_people(records(*rows), load_model(), overrides)


def decided(decision: str, one: int, other: int, line: int = 2) -> Override:
    """A decision about two rows of `records`, both of the police."""
    names = (f"police/feed/{number}" for number in (one, other))
    return Override(line, Decision(decision), *names, "seen the file", "A. Clerk", date(2025, 3, 1))


def groups(result: LinkageResult) -> list[set[int]]:
    """Which rows (by the number that ends their record id) are one person, smallest number first."""
    with duckdb.connect() as connection:
        connection.register("links", result.links)
        found = connection.execute("select list(record_id) from links group by person_id").fetchall()
    return sorted(({int(name.rsplit("/", 1)[1]) for name in names} for (names,) in found), key=min)
