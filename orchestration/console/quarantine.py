"""Quarantined rows, releases and changed verdicts as a person or a script reads them.

Belongs here: their records and sentences. Does not belong here: what is held back or may be released (`quality`), how
records are written (`records`).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from orchestration.console.options import RowsFormat
from orchestration.console.records import Records, harmless, write_csv, write_json, write_text
from orchestration.quality.quarantine import GatedDelivery, HeldRow, HeldRows, ReleaseOutcome
from orchestration.quality.quarantine_regate import RegateReport, VerdictChange
from orchestration.quality.quarantine_releases import Release

PERSONAL_DATA_NOTE = (
    "Personal data as the agency delivered it: for operators only. Keep it on the private side, and send it to nobody "
    "but the agency it came from."
)

_ROWS_SHOWN = 50

_FACTS = ("delivery_id", "row_number", "rule_code", "column_name", "is_released", "what_to_do")


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


def write_rows(delivery: GatedDelivery, rows: Sequence[HeldRow], chosen: RowsFormat) -> None:
    """Writes held rows to standard output.

    A table shows each row as a block, its values below the rules it broke. CSV has a line for each row and rule, with
    the row's values. JSON has an object for each row, its values exactly as delivered.
    """
    if chosen is RowsFormat.JSON:
        write_json(
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
        write_csv(
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
        write_text("\n".join(_blocks(delivery, rows)) + "\n")


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
