"""The rules every feed shares, and their wording.

Belongs here: what a required column, a type, a code list, a pattern and a file as a whole are held to, and how that is
said to the person who sends the data. A contract writes a rule out only where its own cause or remedy is worth more
than the wording here. Codes are `<prefix>-<KIND>-<column>` (`POL-CUS-REQUIRED-surname`): they outlive moved columns.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TypedDict

from orchestration.contracts.earlier_deliveries import RowCountBounds
from orchestration.contracts.model import LIST_SEPARATOR, Column, ColumnType, DeliveryFormat, FeedMode
from orchestration.contracts.rules import (
    ColumnRule,
    ColumnRuleKind,
    DeliveryRule,
    DeliveryRuleKind,
    Dimension,
    Severity,
)
from orchestration.contracts.thresholds import ROW_COUNT_BOUNDS


@dataclass(frozen=True)
class _Wording:
    """Text of a shared rule; `{…}` is filled in per column or feed."""

    name: str
    severity: Severity
    dimension: Dimension
    cause: str
    correct: str
    avoid: str


_COLUMN_RULES: dict[ColumnRuleKind, _Wording] = {
    ColumnRuleKind.REQUIRED: _Wording(
        "{column} is given",
        Severity.QUARANTINE,
        Dimension.COMPLETENESS,
        "The field was left blank in the system, or the extract did not pick it up.",
        "Fill {column} in the source record and send the record again.",
        "Make the field mandatory at entry, and count blanks in the extract before it is sent.",
    ),
    ColumnRuleKind.TYPE: _Wording(
        "{column} reads as {type}",
        Severity.QUARANTINE,
        Dimension.CONFORMITY,
        "The value is free text, is cut off, or is in another format than {format}.",
        "Send {column} as {format}; leave it empty where it is not known.",
        "Fix the format in the extract, not by hand in a spreadsheet (which rewrites dates and long numbers).",
    ),
    ColumnRuleKind.CLOSED_CODES: _Wording(
        "{column} is one of the agreed codes",
        Severity.QUARANTINE,
        Dimension.CONFORMITY,
        "A local code, a description in place of its code, or a new code nobody has announced.",
        "Map the value to one of: {codes}.",
        "Tell the data steward before a new code goes live, so that the contract can take it first.",
    ),
    ColumnRuleKind.EXPECTED_CODES: _Wording(
        "{column} is one of the values known today",
        Severity.WARNING,
        Dimension.CONFORMITY,
        "A label was reworded, or a new one has come into use.",
        "Nothing to resend; say whether the value is meant. Known today: {codes}.",
        "Announce new or reworded values with the month they start.",
    ),
    ColumnRuleKind.CODE_LIST: _Wording(
        "{column} is in the reference list {code_list}",
        Severity.WARNING,
        Dimension.CONFORMITY,
        "The code is mistyped, was retired, or is newer than the reference list held here.",
        "Correct a mistyped code at source; for a new code, send its meaning so that the list can take it.",
        "Pick the code from the national list at entry, and keep that list up to date in the system.",
    ),
    ColumnRuleKind.CLOSED: _Wording(
        "{column} had not closed by {in_use_on}",
        Severity.WARNING,
        Dimension.CONSISTENCY,
        "The old code was kept where the work had moved to another, {in_use_on} is mistyped, or the list has a wrong "
        "closing date.",
        "Give the code that took over (the list {code_list} names it where it is known), or correct {in_use_on}; if it "
        "is open still, tell the data steward.",
        "Keep closed codes for old records only: do not offer them for days after they closed.",
    ),
    ColumnRuleKind.PATTERN: _Wording(
        "{column} is well formed",
        Severity.WARNING,
        Dimension.CONFORMITY,
        "Typed by hand with characters missing, swapped or added, or another number put in its place.",
        "Correct {column} in the source record and send the record again.",
        "Check the format at entry; take the number from the issuing system rather than typing it.",
    ),
    ColumnRuleKind.SPREADSHEET: _Wording(
        "{column} has not been turned into a rounded number",
        Severity.QUARANTINE,
        Dimension.ACCURACY,
        "A spreadsheet showed a long number as 1.23E+10 and saved it so: its last digits are lost for good.",
        "Take {column} from the source system again; it cannot be worked out from the rounded number.",
        "Never open and save the extract in a spreadsheet; import it with every column as text if you must look.",
    ),
    ColumnRuleKind.RANGE: _Wording(
        "{column} is plausible ({range})",
        Severity.WARNING,
        Dimension.ACCURACY,
        "A slip of the keyboard, a wrong century, or a placeholder in place of an unknown value.",
        "Correct {column} in the source record; leave it empty where it is not known.",
        "Refuse values outside the range at entry, and do not use dummy values for unknown.",
    ),
    ColumnRuleKind.LEGIBLE: _Wording(
        "{column} holds no garbled letters",
        Severity.WARNING,
        Dimension.ACCURACY,
        "Accented letters went through a step that took one encoding for another (Ã¼ or ? for ü), or keys that do not "
        "print were typed or pasted.",
        "Take {column} from the source system again; what became a question mark cannot be worked out from it.",
        "Read and write every step of the extract in one encoding, {encoding}; clean pasted text at entry.",
    ),
}

_DELIVERY_RULES: dict[DeliveryRuleKind, _Wording] = {
    DeliveryRuleKind.FILE_NAME: _Wording(
        "The file is named {file_name}",
        Severity.REJECT,
        Dimension.CONFORMITY,
        "The file was renamed by hand or on the way; without the date in its name its place in time is not known.",
        "Name the file {file_name} and send it again.",
        "Let the extract job name the file; do not rename it afterwards.",
    ),
    DeliveryRuleKind.FORCE: _Wording(
        "The force in the file's name is a police force of the reference list",
        Severity.REJECT,
        Dimension.CONFORMITY,
        "The name is misspelt, or the file is of a force outside England and Wales.",
        "Name the file with the force's name as it is published and send it again.",
        "Take the file under the name it is published with; do not type the name.",
    ),
    DeliveryRuleKind.EXTRACT_DATE: _Wording(
        "The extract date in the name had come when the file was written",
        Severity.WARNING,
        Dimension.TIMELINESS,
        "The date in the name was typed, or the clock of the sending machine is wrong.",
        "Send the file again under the true date of its extract: the newest date wins over all later corrections.",
        "Let the extract job name the file by its own clock, and keep that clock set.",
    ),
    DeliveryRuleKind.EMPTY_FILE: _Wording(
        "The file is not of zero bytes",
        Severity.REJECT,
        Dimension.COMPLETENESS,
        "The transfer stopped before anything was written. A period with no records still has a header or a manifest.",
        "Send the file again.",
        "Write under a temporary name and rename when complete; send a manifest with the row count.",
    ),
    DeliveryRuleKind.WRONG_CONTENT: _Wording(
        "The file holds data, not a web page, a spreadsheet or an archive",
        Severity.REJECT,
        Dimension.CONFORMITY,
        "A log-in or error page was saved in place of the export, or a spreadsheet was renamed to the agreed ending.",
        "Export the data again as {kind}, and open the file in a text editor before sending it.",
        "Let the extract job write and transfer the file; do not download it in a browser or save it in a spreadsheet.",
    ),
    DeliveryRuleKind.UNREADABLE: _Wording(
        "The file reads as {kind} in {encoding}",
        Severity.REJECT,
        Dimension.CONFORMITY,
        "Another encoding or delimiter than agreed, an unclosed quotation mark, or a damaged archive.",
        "Send the file again as {kind}, encoded {encoding}{delimiter}.",
        "Write the file with the agreed settings in the extract job; never open and save it in a spreadsheet.",
    ),
    DeliveryRuleKind.CUT_SHORT: _Wording(
        "The last line is a whole line",
        Severity.WARNING,
        Dimension.COMPLETENESS,
        "The transfer stopped inside the last line, or the extract job does not end its last line.",
        "Send the file again if rows are missing; otherwise send a manifest with the row count, which settles it.",
        "End every line, the last one too, and send a manifest: only then can a lost line be noticed.",
    ),
    DeliveryRuleKind.REPEATED_HEADER: _Wording(
        "The header line comes once",
        Severity.WARNING,
        Dimension.CONSISTENCY,
        "Files were joined end to end, by hand or by a transfer that was repeated into the same file.",
        "Send each file on its own, once; where the parts are the same file, send it again alone.",
        "Write every extract to a new file, and never append to one that is there.",
    ),
    DeliveryRuleKind.MISSING_COLUMN: _Wording(
        "Every agreed column is there",
        Severity.REJECT,
        Dimension.COMPLETENESS,
        "A column was renamed or dropped in the system or the extract without notice.",
        "Send the file again with the missing column, under its agreed name; empty values are allowed where optional.",
        "Agree changes of columns with the data steward beforehand; the contract keeps their history.",
    ),
    DeliveryRuleKind.UNKNOWN_COLUMN: _Wording(
        "There is no column the contract does not know",
        Severity.WARNING,
        Dimension.CONFORMITY,
        "A column was added without notice. It is kept in raw and used nowhere.",
        "Say what it means and whether it should be sent; otherwise leave it out (send no more than was agreed).",
        "Agree changes of columns with the data steward beforehand.",
    ),
    DeliveryRuleKind.MANIFEST: _Wording(
        "The file agrees with its manifest",
        Severity.REJECT,
        Dimension.COMPLETENESS,
        "The transfer was cut off, or the file was changed after its manifest was written.",
        "Send the file and its manifest again.",
        "Write the manifest last, from the finished file.",
    ),
    DeliveryRuleKind.DOUBLED: _Wording(
        "The rows do not all come more than once",
        Severity.WARNING,
        Dimension.UNIQUENESS,
        "The file was joined to itself by a repeated transfer or export, or the extract joins to a table with several "
        "rows per record.",
        "Send the file again with every row once.",
        "Write every extract to a new file, and compare its rows with the number of records in the system.",
    ),
    DeliveryRuleKind.DUPLICATE_KEY: _Wording(
        "Each key comes once in a delivery",
        Severity.WARNING,
        Dimension.UNIQUENESS,
        "The extract joined to a table with several rows per record, or a record was sent in two states.",
        "Nothing to resend where the last row is right: it is the one that counts. Otherwise send the record again.",
        "Take one row per key in the extract, in its latest state.",
    ),
    DeliveryRuleKind.BLANK_ROW: _Wording(
        "Every row holds something",
        Severity.QUARANTINE,
        Dimension.COMPLETENESS,
        "A spreadsheet saved the empty rows below its table, or rows of nothing but separators.",
        "Nothing to resend: the empty rows are set aside.",
        "Export from the system itself; do not save the file in a spreadsheet.",
    ),
    DeliveryRuleKind.CHANGED_TYPE: _Wording(
        "No column has changed its type",
        Severity.WARNING,
        Dimension.CONFORMITY,
        "The system or the extract was changed: another date format, words for a number, or two columns exchanged.",
        "Put the extract back to the agreed formats and send the rows in quarantine again.",
        "Agree changes of formats with the data steward beforehand, and send a trial file.",
    ),
    DeliveryRuleKind.EVENT_DATES: _Wording(
        "{event_dates}",
        Severity.WARNING,
        Dimension.TIMELINESS,
        "Day and month exchanged, a mistyped year, a file sent under the name of another period, or a date that is "
        "planned where one that has happened is meant.",
        "Correct the dates in the source records; a file under a wrong name is sent again under its true one.",
        "Refuse future dates at entry where the event has happened, and let the extract job name the file.",
    ),
    DeliveryRuleKind.STALE: _Wording(
        "Something in it happened shortly before the extract",
        Severity.WARNING,
        Dimension.TIMELINESS,
        "An old extract was sent under a new name, or the extract job reads a copy that is no longer brought up to "
        "date.",
        "Run the extract again and send it; if nothing has really happened since, tell the data steward.",
        "Let the extract job name the file when it runs, and watch the age of the newest record.",
    ),
    DeliveryRuleKind.ROW_COUNT: _Wording(
        "It has about as many rows as the feed's recent ones ({soft_low} to {soft_high} times their median)",
        Severity.WARNING,
        Dimension.COMPLETENESS,
        "Part of the area or of the period is missing, a filter changed, or more was sent than the period.",
        "Check the extract's filters and count; send what is missing. If it is right, have the contract except it.",
        "Compare the number of rows with last time's before sending, and announce what will change it.",
    ),
    DeliveryRuleKind.ROW_COUNT_LIMIT: _Wording(
        "It has {limits} the median of the feed's recent ones",
        Severity.REJECT,
        Dimension.COMPLETENESS,
        "The extract was cut off or run on a part of the records. Taken in, it would replace everything before it.",
        "Run the extract on all records and send it again. If it is right, have it excepted in the contract.",
        "Compare the number of rows with last time's before sending.",
    ),
    DeliveryRuleKind.CATEGORY_GONE: _Wording(
        "No code in steady use has vanished",
        Severity.WARNING,
        Dimension.CONSISTENCY,
        "The code was withdrawn or renamed, rows with it were filtered out, or a mapping in the extract lost it.",
        "Say what became of the code; if rows are missing, send them.",
        "Announce new, renamed and withdrawn codes with the month they change.",
    ),
    DeliveryRuleKind.CATEGORY_SHARE: _Wording(
        "No code's share is far from what it was",
        Severity.WARNING,
        Dimension.CONSISTENCY,
        "A default fills the field, a mapping changed, a field is no longer entered, or records are missing.",
        "Say whether the change is real; if the extract made it, mend it and send the delivery again.",
        "Compare the shares with last time's before sending, and announce changes of coding.",
    ),
    DeliveryRuleKind.QUARANTINE_SHARE: _Wording(
        "No more than {hard_share} of the rows are in quarantine",
        Severity.REJECT,
        Dimension.CONFORMITY,
        "So many rows break a rule that the extract itself must be wrong: shifted columns, another date format.",
        "Look at the rule with the most failures below, mend the extract and send the whole delivery again.",
        "Run the contract's rules on the extract before it is sent.",
    ),
}

_OPEN_LISTS = (ColumnRuleKind.CODE_LIST, ColumnRuleKind.EXPECTED_CODES)

_TYPE_WORDS = {
    ColumnType.DATE: "a date",
    ColumnType.TIMESTAMP: "a date and time",
    ColumnType.INTEGER: "a whole number",
    ColumnType.NUMBER: "a number",
    ColumnType.YES_NO: "yes or no",
}
"""Types a text can fail to read as; identifiers, codes, text and lists always read."""


def delivery_rules(
    prefix: str,
    delivery: DeliveryFormat,
    hard_share: float,
    has_key: bool,
    who: str,
    *,
    columns: Sequence[Column] = (),
    mode: FeedMode = FeedMode.INCREMENT,
    bounds: RowCountBounds | None = None,
) -> tuple[DeliveryRule, ...]:
    """The rules a feed's files are held to as a whole, coded `<prefix>-FILE-<KIND>`.

    Without a primary key identical rows are distinct records: there is no duplicate-key rule, and a file joined to
    itself is refused, because nothing downstream could take its second half out again. Feeds without dates of events,
    without columns of codes or without hard bounds have no rules about them; where every row must fill some column, a
    blank row breaks that rule already.

    Args:
        prefix: of the rule codes.
        delivery: how files are written.
        hard_share: share of rows in quarantine above which a delivery is refused.
        has_key: whether the feed has a primary key.
        who: who puts things right.
        columns: of the feed.
        mode: of the feed.
        bounds: of the number of rows; those of the mode if not given.
    """
    bounds = bounds or ROW_COUNT_BOUNDS[mode]
    is_partitioned = mode is FeedMode.SNAPSHOT_PER_PARTITION
    filling = {
        "file_name": f"{delivery.file_name_pattern}.{delivery.kind}",
        "kind": "CSV" if delivery.kind == "csv" else "JSON lines",
        "encoding": delivery.encoding,
        "delimiter": f", fields separated by '{delivery.delimiter}'" if delivery.delimiter else "",
        "hard_share": f"{hard_share:.0%}",
        "event_dates": (
            "Every event is in the month of the file" if is_partitioned else "No event is in a month after the extract"
        ),
        "soft_low": f"{bounds.soft_low:g}",
        "soft_high": f"{bounds.soft_high:g}",
        "limits": _limit_words(bounds),
    }
    has_events = any(column.is_event_date for column in columns)
    applies = {
        DeliveryRuleKind.FORCE: is_partitioned,
        DeliveryRuleKind.DUPLICATE_KEY: has_key,
        DeliveryRuleKind.BLANK_ROW: bool(columns) and not any(column.required for column in columns),
        DeliveryRuleKind.CHANGED_TYPE: any(column.type in _TYPE_WORDS for column in columns),
        DeliveryRuleKind.EVENT_DATES: has_events,
        DeliveryRuleKind.STALE: has_events and not is_partitioned,
        DeliveryRuleKind.ROW_COUNT_LIMIT: bounds.has_limits,
        DeliveryRuleKind.CATEGORY_GONE: any(column.has_categories for column in columns),
        DeliveryRuleKind.CATEGORY_SHARE: any(column.has_categories for column in columns),
    }
    rules = [
        DeliveryRule(code=f"{prefix}-FILE-{kind.name}", kind=kind, who=who, **_fill(_DELIVERY_RULES[kind], filling))
        for kind in DeliveryRuleKind
        if applies.get(kind, True)
    ]
    refused = {DeliveryRuleKind.DOUBLED} if not has_key else set()
    return tuple(replace(rule, severity=Severity.REJECT) if rule.kind in refused else rule for rule in rules)


def column_rules(
    prefix: str, column: Column, delivery: DeliveryFormat, who: str, unknown_share: float = 0.0
) -> tuple[ColumnRule, ...]:
    """The rules that follow from what a contract says of one column, coded `<prefix>-<KIND>-<column>`.

    `unknown_share` of the values may be outside an open list of codes before the owner is asked to act.
    """
    filling = {
        "column": column.physical_name,
        "type": _TYPE_WORDS.get(column.type, "text"),
        "format": _format_words(column, delivery),
        "codes": ", ".join(column.closed_codes or column.expected_codes),
        "code_list": column.code_list or "",
        "in_use_on": column.in_use_on or "",
        "range": _range_words(column),
        "encoding": delivery.encoding,
    }
    return tuple(
        ColumnRule(
            code=f"{prefix}-{kind.name}-{column.name}",
            kind=kind,
            column=column.name,
            who=who,
            soft_share=unknown_share if kind in _OPEN_LISTS else 0.0,
            **_fill(_COLUMN_RULES[kind], filling),
        )
        for kind in _kinds(column)
    )


def _kinds(column: Column) -> list[ColumnRuleKind]:
    applies = {
        ColumnRuleKind.REQUIRED: column.required,
        ColumnRuleKind.TYPE: column.type in _TYPE_WORDS,
        ColumnRuleKind.CLOSED_CODES: bool(column.closed_codes),
        ColumnRuleKind.EXPECTED_CODES: bool(column.expected_codes),
        ColumnRuleKind.CODE_LIST: column.code_list is not None and not column.closed_codes,
        ColumnRuleKind.CLOSED: column.in_use_on is not None,
        ColumnRuleKind.PATTERN: column.pattern is not None,
        ColumnRuleKind.SPREADSHEET: column.required and column.type is ColumnType.IDENTIFIER,
        ColumnRuleKind.RANGE: column.minimum is not None or column.maximum is not None,
        ColumnRuleKind.LEGIBLE: column.type is ColumnType.TEXT and column.code_list is None,
    }
    return [kind for kind, holds in applies.items() if holds]


class _RuleText(TypedDict):
    name: str
    severity: Severity
    dimension: Dimension
    cause: str
    correct: str
    avoid: str


def _fill(wording: _Wording, filling: dict[str, str]) -> _RuleText:
    def filled(text: str) -> str:
        return text.format(**filling)

    return {
        "name": filled(wording.name),
        "severity": wording.severity,
        "dimension": wording.dimension,
        "cause": filled(wording.cause),
        "correct": filled(wording.correct),
        "avoid": filled(wording.avoid),
    }


def _format_words(column: Column, delivery: DeliveryFormat) -> str:
    if column.type is ColumnType.DATE:
        return " or ".join(delivery.date_formats)
    if column.type is ColumnType.TIMESTAMP:
        return f"{' or '.join(delivery.timestamp_formats)} ({delivery.timezone})"
    if column.type is ColumnType.YES_NO:
        return f"{delivery.yes_value} or {delivery.no_value}"
    if column.type is ColumnType.LIST:
        return f"values joined by '{LIST_SEPARATOR}'"
    return "digits only" if column.type is ColumnType.INTEGER else "digits with at most one decimal point"


def _range_words(column: Column) -> str:
    if column.minimum is not None and column.maximum is not None:
        return f"{column.minimum} to {column.maximum}"
    return f"{column.minimum} or more" if column.minimum is not None else f"{column.maximum} or less"


def _limit_words(bounds: RowCountBounds) -> str:
    low = f"no fewer than {bounds.hard_low:g} times" if bounds.hard_low is not None else ""
    high = f"no more than {bounds.hard_high:g} times" if bounds.hard_high is not None else ""
    return " and ".join(part for part in (low, high) if part)
