"""Quarantined rows, releases and changed verdicts as a person or a script reads them.

Belongs here: records for printing, a table, CSV and JSON of them, made harmless for terminals and spreadsheets. Does
not belong here: what is held back or may be released (`quality`).
"""

from __future__ import annotations

import csv
import difflib
import io
import json
import sys
from collections.abc import Iterable, Sequence
from enum import StrEnum
from typing import Any

import pyarrow as pa
import typer

from orchestration.console.query import text_table
from orchestration.contracts import FeedContract
from orchestration.quality.quarantine import GatedDelivery, HeldRow, HeldRows, ReleaseOutcome
from orchestration.quality.quarantine_regate import RegateReport, VerdictChange
from orchestration.quality.quarantine_releases import Release
from orchestration.spreadsheets import spreadsheet_safe

PERSONAL_DATA_NOTE = (
    "Personal data as the agency delivered it: for operators only. Keep it on the private side, and send it to nobody "
    "but the agency it came from."
)

_ID_SHOWN = 12
"""Characters of a delivery's id in a table: enough to name it; CSV and JSON give the whole."""

_ROWS_SHOWN = 50

_FACTS = ("delivery_id", "row_number", "rule_code", "column_name", "is_released", "what_to_do")

Record = dict[str, Any]


class RowsFormat(StrEnum):
    """How rows are written."""

    TABLE = "table"
    CSV = "csv"
    JSON = "json"


class Records(list[Record]):
    """Records with the columns they have even when there is none."""

    def __init__(self, columns: Sequence[str], records: Iterable[Record] = ()) -> None:
        super().__init__(records)
        self.columns = tuple(columns)


def chosen_format(name: str) -> RowsFormat:
    """The format of that name, or a usage error that lists them."""
    try:
        return RowsFormat(name)
    except ValueError:
        raise typer.BadParameter(f"'{name}'; choose one of: {', '.join(RowsFormat)}", param_hint="--format") from None


def check_rule(contracts: Iterable[FeedContract], code: str) -> None:
    """A usage error with the nearest codes, if none of these feeds has the rule."""
    codes = [rule.code for contract in contracts for rule in contract.all_rules]
    if code in codes:
        return
    near = difflib.get_close_matches(code.upper(), codes, n=3, cutoff=0.5)
    hint = (
        f"; did you mean {' or '.join(near)}?" if near else "; 'warehouse quarantine list' names those that hold rows"
    )
    raise typer.BadParameter(f"no rule '{code}' in these feeds{hint}", param_hint="--rule")


def held_records(held: Iterable[HeldRows]) -> Records:
    """What is held back, a record for each delivery and rule."""
    columns = (
        "feed", "delivery_id", "file_name", "extract_date", "rule_code", "column_name", "rows", "released_for_next_run",
        "held_since",
    )  # fmt: skip
    return Records(
        columns,
        (
            {
                "feed": item.feed,
                "delivery_id": item.delivery_id,
                "file_name": item.file_name,
                "extract_date": item.extract_date.isoformat() if item.extract_date else None,
                "rule_code": item.rule_code,
                "column_name": item.column_name,
                "rows": item.rows,
                "released_for_next_run": item.released,
                "held_since": item.held_since.isoformat() if item.held_since else None,
            }
            for item in held
        ),
    )


def release_records(releases: Iterable[Release]) -> Records:
    """The log of releases."""
    columns = ("released_at", "released_by", "feed", "delivery_id", "row_number", "rule_code", "reason")
    return Records(columns, ({name: getattr(item, name) for name in columns} for item in releases))


def change_records(changes: Iterable[VerdictChange]) -> Records:
    """Deliveries whose verdict or quarantined rows changed."""
    columns = (
        "feed", "delivery_id", "file_name", "verdict_before", "verdict_after", "rows_quarantined_before",
        "rows_quarantined_after",
    )  # fmt: skip
    return Records(columns, ({name: getattr(item, name) for name in columns} for item in changes))


def release_lines(outcome: ReleaseOutcome) -> list[str]:
    """What was logged, a line for each row."""
    delivery = outcome.delivery
    return [
        harmless(f"released: {item.feed} {delivery.file_name} row {item.row_number} from {item.rule_code}")
        for item in outcome.releases
    ]


def release_notes(outcome: ReleaseOutcome) -> list[str]:
    """What the operator should know next."""
    notes = [
        f"row {number} stays out: it also breaks {', '.join(codes)}, which needs its own release"
        for number, codes in outcome.still_broken.items()
    ]
    return [*notes, "Next: warehouse run (released rows enter with it)"]


def regate_sentence(outcome: RegateReport) -> str:
    """What judging anew came to."""
    deliveries = f"{outcome.deliveries:,} {'delivery' if outcome.deliveries == 1 else 'deliveries'}"
    feeds = f"{outcome.feeds} {'feed' if outcome.feeds == 1 else 'feeds'}"
    return f"{deliveries} of {feeds} judged, {len(outcome.changes):,} changed."


def write_records(records: Records, chosen: RowsFormat) -> None:
    """Writes records to standard output; an empty table writes nothing, empty CSV its header, empty JSON `[]`."""
    if chosen is RowsFormat.JSON:
        _write_json(list(records))
    elif chosen is RowsFormat.CSV:
        _write_csv(records.columns, ([record[name] for name in records.columns] for record in records))
    elif records:
        _write(text_table(_table(records)))


def write_rows(delivery: GatedDelivery, rows: Sequence[HeldRow], chosen: RowsFormat) -> None:
    """Writes held rows to standard output.

    A table shows each row as a block, its values below the rules it broke. CSV has a line for each row and rule, with
    the row's values. JSON has an object for each row, its values exactly as delivered.
    """
    if chosen is RowsFormat.JSON:
        _write_json(
            [
                {
                    "delivery_id": delivery.delivery_id,
                    "row_number": row.row_number,
                    "broken": [
                        {
                            "rule_code": rule.rule_code,
                            "column_name": rule.column_name,
                            "is_released": rule.is_released,
                            "what_to_do": rule.what_to_do,
                        }
                        for rule in row.broken
                    ],
                    "values": dict(row.values),
                }
                for row in rows
            ]
        )
    elif chosen is RowsFormat.CSV:
        names = tuple(rows[0].values) if rows else delivery.contract.column_names
        _write_csv(
            (*_FACTS, *(f"delivered_{name}" if name in _FACTS else name for name in names)),
            (
                [
                    delivery.delivery_id,
                    row.row_number,
                    rule.rule_code,
                    rule.column_name,
                    "yes" if rule.is_released else "no",
                    rule.what_to_do,
                    *(row.values[name] for name in names),
                ]
                for row in rows
                for rule in row.broken
            ),
        )
    elif rows:
        _write("\n".join(_blocks(delivery, rows)) + "\n")


def harmless(value: str) -> str:
    """The value with everything a terminal would act on (escapes, line breaks, reversed text) spelled out."""
    if value.isprintable():
        return value
    return "".join(
        letter if letter.isprintable() else letter.encode("unicode_escape").decode("ascii") for letter in value
    )


def _blocks(delivery: GatedDelivery, rows: Sequence[HeldRow]) -> list[str]:
    lines = [
        harmless(f"{delivery.contract.key}  {delivery.file_name}  delivery {delivery.delivery_id}"),
        f"{delivery.rows_quarantined:,} of its rows held back",
    ]
    for row in rows[:_ROWS_SHOWN]:
        lines += ["", f"row {row.row_number}"]
        blamed: set[str] = set()
        for rule in row.broken:
            blamed |= set((rule.column_name or "").split(";"))
            released = "  (released; enters at the next run)" if rule.is_released else ""
            lines.append(f"  {rule.rule_code}  {rule.column_name or 'several columns'}{released}")
            lines.append(f"    {rule.what_to_do}")
        width = max((len(name) for name in row.values), default=0)
        lines += [
            f"  {'>' if name in blamed else ' '} {name:<{width}}  {'(empty)' if value is None else harmless(value)}"
            for name, value in row.values.items()
        ]
    if len(rows) > _ROWS_SHOWN:
        lines += ["", f"(first {_ROWS_SHOWN} of {len(rows):,} rows; --format csv or json gives all)"]
    return lines


def _table(records: Records) -> pa.Table:
    """Records as text_table takes them: words for column names, ids cut short, nothing a terminal would act on."""

    def shown(name: str, value: Any) -> Any:
        if name == "delivery_id":
            return value[:_ID_SHOWN]
        return harmless(value) if isinstance(value, str) else value

    return pa.table(
        {
            name.removesuffix("_id").replace("_", " "): [shown(name, record[name]) for record in records]
            for name in records.columns
        }
    )


def _write_csv(columns: Sequence[str], lines: Iterable[Sequence[Any]]) -> None:
    buffer = io.StringIO()
    writer = csv.writer(buffer, quoting=csv.QUOTE_NONNUMERIC, lineterminator="\n")
    writer.writerow([spreadsheet_safe(name) for name in columns])
    for line in lines:
        writer.writerow(
            ["" if cell is None else spreadsheet_safe(cell) if isinstance(cell, str) else cell for cell in line]
        )
    _write(buffer.getvalue())


def _write_json(records: list[Record]) -> None:
    _write(json.dumps(records, indent=2, ensure_ascii=False) + "\n")


def _write(text: str) -> None:
    sys.stdout.buffer.write(text.encode())
    sys.stdout.buffer.flush()
