"""Decisions people took about who is who: data with a reason, a name and a date, that stand above every score.

Belongs here: reading and validating the decisions, and what became of each. Does not belong here: how a decision works
on links and groups (`clusters.py`, `grouping.py`).

The list is `person_links.csv` in `WAREHOUSE_OVERRIDES_DIR`. Its rows name source records, whose keys are operational
identifiers, so a real list lives outside the project; the one that ships has a header only. One row is one decision:

* `include`: the two records are one person, whatever they weigh and whatever rule speaks against it. The persons they
  belong to become one.
* `exclude`: the two records are never in one person. Where other records tie them, the weakest tie is cut.
"""

from __future__ import annotations

import csv
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from pathlib import Path

import duckdb
import pyarrow as pa

from orchestration.sql_files import read_sql

OVERRIDES_FILE = "person_links.csv"
"""Name of the list in the overrides folder."""

COLUMNS = (
    "decision", "agency_a", "feed_a", "record_key_a", "agency_b", "feed_b", "record_key_b",
    "reason", "decided_by", "decided_on",
)  # fmt: skip
"""Columns of the list, in this order; all are required."""

_FAULTS_SHOWN = 20


class OverridesError(ValueError):
    """The list of decisions cannot be used; the message names each line and column, and what to do."""


class Decision(StrEnum):
    """What was decided about two records."""

    INCLUDE = "include"
    EXCLUDE = "exclude"


class Outcome(StrEnum):
    """What became of a decision in one linkage.

    Attributes:
        IN_FORCE: without it the linkage might have come out otherwise.
        NOT_NEEDED: the evidence says so by itself.
        STALE: one of its records exists no longer; it has no effect.
    """

    IN_FORCE = "in force"
    NOT_NEEDED = "not needed"
    STALE = "stale"


@dataclass(frozen=True)
class Override:
    """One decision.

    Attributes:
        line: its line in the list, the header being line 1.
        decision: one person, or never.
        record_a: record id of the one.
        record_b: record id of the other.
        reason: why.
        decided_by: who.
        decided_on: when.
    """

    line: int
    decision: Decision
    record_a: str
    record_b: str
    reason: str
    decided_by: str
    decided_on: date

    @property
    def as_key(self) -> tuple[str, str, str]:
        """The decision without its paperwork: the same for the same two records in either order."""
        first, second = sorted((self.record_a, self.record_b))
        return (str(self.decision), first, second)


@dataclass(frozen=True)
class OverrideOutcome:
    """What became of a decision; `missing_records` are those of the two that exist no longer."""

    line: int
    decision: Decision
    record_a: str
    record_b: str
    outcome: Outcome
    missing_records: tuple[str, ...] = ()


def read_overrides(folder: Path, feeds: Collection[str] | None = None) -> tuple[Override, ...]:
    """The decisions in `folder`, in the order of their lines.

    Args:
        folder: holds `OVERRIDES_FILE`.
        feeds: the feeds there are, as `agency/feed`; None takes any.

    Raises:
        FileNotFoundError: the list is not there.
        OverridesError: it is not what it should be, repeats itself, or contradicts itself. All faults are listed.
    """
    path = folder / OVERRIDES_FILE
    if not path.is_file():
        raise FileNotFoundError(
            f"{path} is not there. WAREHOUSE_OVERRIDES_DIR must name a folder that holds {OVERRIDES_FILE}; a list "
            f"without decisions has one line: {','.join(COLUMNS)}"
        )
    with path.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.reader(file)
        header = next(reader, [])
        if tuple(header) != COLUMNS:
            raise OverridesError(
                f"{path} line 1: the columns must be {','.join(COLUMNS)}; they are {','.join(header)}."
            )
        faults: list[str] = []
        overrides = []
        for row in reader:
            if row:
                override = _override(row, reader.line_num, feeds, faults)
                if override:
                    overrides.append(override)
    faults += _repeated(overrides) + _contradictions(overrides)
    if faults:
        shown = faults[:_FAULTS_SHOWN] + [f"and {len(faults) - _FAULTS_SHOWN} more"] * (len(faults) > _FAULTS_SHOWN)
        raise OverridesError(f"{path} cannot be used:\n  " + "\n  ".join(shown))
    return tuple(overrides)


def put_overrides(
    connection: duckdb.DuckDBPyConnection, overrides: Iterable[Override], records: str = "standard_records"
) -> None:
    """Make `override_records`, the decisions both of whose records exist.

    Args:
        connection: holds `records`.
        overrides: without contradictions.
        records: table of all records there are.
    """
    chosen = list(overrides)
    connection.register(
        "overrides_given",
        pa.table(
            {
                "line": pa.array([override.line for override in chosen], pa.int64()),
                "decision": pa.array([str(override.decision) for override in chosen], pa.string()),
                "record_a": pa.array([override.record_a for override in chosen], pa.string()),
                "record_b": pa.array([override.record_b for override in chosen], pa.string()),
            }
        ),
    )
    connection.execute(f"""
        create or replace temp table override_records as
        select * from overrides_given
        where record_a in (select record_id from {records}) and record_b in (select record_id from {records})
    """)
    connection.unregister("overrides_given")


def _override(row: list[str], line: int, feeds: Collection[str] | None, faults: list[str]) -> Override | None:
    """The decision in a row; its faults are added to `faults`, and then there is none."""
    if len(row) != len(COLUMNS):
        faults.append(f"line {line}: {len(row)} values for {len(COLUMNS)} columns; put quotes around text with commas")
        return None
    value = {name: text.strip() for name, text in zip(COLUMNS, row, strict=True)}
    found = [f"line {line}, {name}: empty; every column is required" for name, text in value.items() if not text]
    if value["decision"] and value["decision"] not in set(Decision):
        found.append(f"line {line}, decision: '{value['decision']}'; write {' or '.join(Decision)}")
    for side in ("a", "b"):
        feed = f"{value[f'agency_{side}']}/{value[f'feed_{side}']}"
        if feeds is not None and feed not in feeds and value[f"feed_{side}"]:
            found.append(f"line {line}, feed_{side}: no feed {feed}; choose from: {', '.join(sorted(feeds))}")
    try:
        decided_on = date.fromisoformat(value["decided_on"])
    except ValueError:
        if value["decided_on"]:
            found.append(f"line {line}, decided_on: '{value['decided_on']}' is no date; write it as 2026-03-31")
        decided_on = date.min
    record_a, record_b = (
        "/".join(value[f"{part}_{side}"] for part in ("agency", "feed", "record_key")) for side in "ab"
    )
    if record_a == record_b and not found:
        found.append(f"line {line}, record_key_b: the two records are one and the same")
    if found:
        faults += found
        return None
    return Override(
        line, Decision(value["decision"]), record_a, record_b, value["reason"], value["decided_by"], decided_on
    )


def _repeated(overrides: Iterable[Override]) -> list[str]:
    first: dict[tuple[str, str, str], int] = {}
    faults = []
    for override in overrides:
        earlier = first.setdefault(override.as_key, override.line)
        if earlier != override.line:
            faults.append(f"line {override.line} repeats line {earlier}; keep one of them")
    return faults


def _contradictions(overrides: Iterable[Override]) -> list[str]:
    """Every exclude whose two records the includes make one person, directly or through others."""
    chosen = list(overrides)
    tied: dict[str, list[tuple[str, int]]] = {}
    for override in chosen:
        if override.decision is Decision.INCLUDE:
            tied.setdefault(override.record_a, []).append((override.record_b, override.line))
            tied.setdefault(override.record_b, []).append((override.record_a, override.line))
    faults = []
    for override in chosen:
        if override.decision is Decision.EXCLUDE:
            lines = _path(tied, override.record_a, override.record_b)
            if lines:
                named = "line" if len(lines) == 1 else "lines"
                faults.append(
                    f"line {override.line} keeps apart what {named} {', '.join(map(str, sorted(lines)))} "
                    f"{'makes' if len(lines) == 1 else 'make'} one person; one of them must go"
                )
    return faults


def _path(tied: dict[str, list[tuple[str, int]]], start: str, end: str) -> list[int]:
    """Lines of a shortest chain of includes from one record to another; empty if there is none."""
    came_from: dict[str, tuple[str, int]] = {start: (start, 0)}
    waiting = [start]
    for record in waiting:
        for other, line in tied.get(record, []):
            if other not in came_from:
                came_from[other] = (record, line)
                waiting.append(other)
    lines = []
    while end in came_from and end != start:
        end, line = came_from[end]
        lines.append(line)
    return lines


def outcomes_of(connection: duckdb.DuckDBPyConnection, overrides: Iterable[Override]) -> tuple[OverrideOutcome, ...]:
    """What became of each decision.

    Args:
        connection: holds `override_records`, and `record_groups` of the linkage.
        overrides: as given to `put_overrides`.
    """
    found = connection.execute(read_sql(__file__, "decisions_needed")).fetchall()
    needed = dict(found)
    absent: dict[str, bool] = {}
    stale = [override for override in overrides if override.line not in needed]
    names = sorted({record for override in stale for record in (override.record_a, override.record_b)})
    if names:
        rows = connection.execute(
            "select name, name not in (select record_id from record_groups) from (select unnest($names) as name)",
            {"names": names},
        ).fetchall()
        absent = dict(rows)
    return tuple(
        OverrideOutcome(
            line=override.line,
            decision=override.decision,
            record_a=override.record_a,
            record_b=override.record_b,
            outcome=(
                Outcome.STALE
                if override.line not in needed
                else Outcome.IN_FORCE
                if needed[override.line]
                else Outcome.NOT_NEEDED
            ),
            missing_records=tuple(name for name in (override.record_a, override.record_b) if absent.get(name)),
        )
        for override in overrides
    )
