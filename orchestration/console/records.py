"""Records as a person or a script reads them: a table, CSV or JSON on standard output.

Belongs here: writing records so that they are harmless for terminals and spreadsheets. Does not belong here: whose
records they are.
"""

from __future__ import annotations

import csv
import io
import json
import sys
from collections.abc import Iterable, Sequence
from typing import Any

import pyarrow as pa

from orchestration.console.options import RowsFormat
from orchestration.console.query import text_table
from orchestration.spreadsheets import spreadsheet_safe

_ID_SHOWN = 12
"""Characters of a delivery's id in a table: enough to name it; CSV and JSON give the whole."""

Record = dict[str, Any]


class Records(list[Record]):
    """Records with the columns they have even when there is none."""

    def __init__(self, columns: Sequence[str], records: Iterable[Record] = ()) -> None:
        super().__init__(records)
        self.columns = tuple(columns)


def write_records(records: Records, chosen: RowsFormat) -> None:
    """Writes records to standard output; an empty table writes nothing, empty CSV its header, empty JSON `[]`."""
    if chosen is RowsFormat.JSON:
        write_json(list(records))
    elif chosen is RowsFormat.CSV:
        write_csv(records.columns, ([record[name] for name in records.columns] for record in records))
    elif records:
        write_text(text_table(_table(records)))


def write_csv(columns: Sequence[str], lines: Iterable[Sequence[Any]]) -> None:
    """Writes CSV to standard output, no cell of which a spreadsheet would run; a null is empty."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, quoting=csv.QUOTE_NONNUMERIC, lineterminator="\n")
    writer.writerow([spreadsheet_safe(name) for name in columns])
    for line in lines:
        writer.writerow(
            ["" if cell is None else spreadsheet_safe(cell) if isinstance(cell, str) else cell for cell in line]
        )
    write_text(buffer.getvalue())


def write_json(records: list[Record]) -> None:
    """Writes JSON to standard output."""
    write_text(json.dumps(records, indent=2, ensure_ascii=False) + "\n")


def write_text(text: str) -> None:
    """Writes to standard output as UTF-8, whatever the terminal's own encoding."""
    sys.stdout.buffer.write(text.encode())
    sys.stdout.buffer.flush()


def harmless(value: str) -> str:
    """The value with everything a terminal would act on (escapes, line breaks, reversed text) spelled out."""
    if value.isprintable():
        return value
    return "".join(
        letter if letter.isprintable() else letter.encode("unicode_escape").decode("ascii") for letter in value
    )


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
