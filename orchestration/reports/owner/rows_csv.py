"""Lists of rows to mend, as files an agency opens in a spreadsheet.

Belongs here: the published list (row numbers, never a key) and the private one (with record keys). Does not belong
here: which rows they are (`present`).
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence

from orchestration.contracts import FeedContract
from orchestration.reports.owner.present import FaultyRow, Standing
from orchestration.spreadsheets import spreadsheet_safe

ROWS_FILE = "rows_to_mend.csv"

STANDING_WORDS = {
    Standing.WITHHELD: "withheld: the record is missing from all published figures",
    Standing.OUTDATED: "withheld: an older version of the record is used",
    Standing.KEPT: "kept, with this value as sent or as unknown",
}

_COLUMNS = (
    "feed", "file_name", "extract_date", "row_number", "rule_code", "rule", "columns", "what_happened",
    "how_to_correct", "who",
)  # fmt: skip
_KEY_COLUMNS = ("key_columns", "record_key")
_KEY_SEPARATOR = " | "
_FORMER_RULE = "a rule the contract no longer has; the rows are judged anew at the next run"


def rows_csv(contract_rows: Iterable[tuple[FeedContract, Sequence[FaultyRow]]], *, with_keys: bool) -> str:
    """A line for each row and rule it breaks, withheld rows first within each feed.

    Args:
        contract_rows: faulty rows by feed.
        with_keys: whether to add the record key; such a list goes to its agency and nowhere else.
    """
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow([*_COLUMNS, *(_KEY_COLUMNS if with_keys else ())])
    order = list(Standing)
    for contract, rows in contract_rows:
        key_columns = _KEY_SEPARATOR.join(contract.column(name).physical_name for name in contract.primary_key)
        rules = {rule.code: rule for rule in contract.all_rules}
        for row in sorted(rows, key=lambda row: order.index(row.standing)):
            rule = rules.get(row.rule_code)
            cells = [
                contract.key,
                row.file_name,
                row.extract_date.isoformat() if row.extract_date else "",
                str(row.row_number),
                row.rule_code,
                rule.name if rule else _FORMER_RULE,
                _KEY_SEPARATOR.join(contract.column(name).physical_name for name in row.columns),
                STANDING_WORDS[row.standing],
                rule.correct if rule else "",
                rule.who if rule else "",
            ]
            if with_keys:
                cells += [key_columns, _KEY_SEPARATOR.join(part or "" for part in row.key)]
            writer.writerow([spreadsheet_safe(cell) for cell in cells])
    return buffer.getvalue()
