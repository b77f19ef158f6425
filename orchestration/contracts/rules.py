"""What a quality rule is: its words, its kind and what breaking it does.

Belongs here: types only. Does not belong here: which rules a feed has (`standard_rules`, `loader`), asking them (the
gate does).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class Severity(StrEnum):
    """What happens when a rule is broken."""

    REJECT = "reject"
    """The whole delivery is refused."""
    QUARANTINE = "quarantine"
    """The row is set aside; the rest of the delivery goes on."""
    WARNING = "warning"
    """The row goes on and the failure is counted in the owner's report."""


class Dimension(StrEnum):
    """Data-quality dimensions as the contract standard spells them (`conformity` is the framework's validity)."""

    ACCURACY = "accuracy"
    COMPLETENESS = "completeness"
    CONFORMITY = "conformity"
    CONSISTENCY = "consistency"
    COVERAGE = "coverage"
    TIMELINESS = "timeliness"
    UNIQUENESS = "uniqueness"


class ColumnRuleKind(StrEnum):
    """What a rule about one column checks."""

    REQUIRED = "required"
    TYPE = "type"
    CLOSED_CODES = "closed_codes"
    EXPECTED_CODES = "expected_codes"
    CODE_LIST = "code_list"
    CLOSED = "closed"
    PATTERN = "pattern"
    SPREADSHEET = "spreadsheet"
    RANGE = "range"
    LEGIBLE = "legible"


class DeliveryRuleKind(StrEnum):
    """What a rule about a whole delivery checks."""

    FILE_NAME = "file_name"
    FORCE = "force"
    EXTRACT_DATE = "extract_date"
    EMPTY_FILE = "empty_file"
    WRONG_CONTENT = "wrong_content"
    UNREADABLE = "unreadable"
    CUT_SHORT = "cut_short"
    REPEATED_HEADER = "repeated_header"
    MISSING_COLUMN = "missing_column"
    UNKNOWN_COLUMN = "unknown_column"
    MANIFEST = "manifest"
    DOUBLED = "doubled"
    DUPLICATE_KEY = "duplicate_key"
    BLANK_ROW = "blank_row"
    CHANGED_TYPE = "changed_type"
    EVENT_DATES = "event_dates"
    STALE = "stale"
    ROW_COUNT = "row_count"
    ROW_COUNT_LIMIT = "row_count_limit"
    CATEGORY_GONE = "category_gone"
    CATEGORY_SHARE = "category_share"
    QUARANTINE_SHARE = "quarantine_share"


RULES_ABOUT_ROWS = frozenset({DeliveryRuleKind.DUPLICATE_KEY, DeliveryRuleKind.BLANK_ROW})
"""Rules every feed is held to that are asked of its rows, not of the file."""


@dataclass(frozen=True, kw_only=True)
class Rule:
    """A quality rule in words its owner can act on.

    Attributes:
        code: stable short code, unique over all feeds.
        name: the rule as a short sentence that is true of good data.
        severity: what breaking it does.
        dimension: data-quality dimension it measures.
        cause: what usually makes data break it.
        correct: how to put delivered data right.
        avoid: how to stop it happening again.
        who: who puts it right.
        soft_share: share of the rows checked that may fail before the owner is asked to act.
        hard_share: share of the rows checked above which the whole delivery is refused; None where it never is.
        relaxed_on: date from which the rule is applied less strictly than it was agreed, or None.
        relaxed_reason: why, whenever `relaxed_on` is given.
    """

    code: str
    name: str
    severity: Severity
    dimension: Dimension
    cause: str
    correct: str
    avoid: str
    who: str
    soft_share: float = 0.0
    hard_share: float | None = None
    relaxed_on: date | None = None
    relaxed_reason: str | None = None


@dataclass(frozen=True, kw_only=True)
class DeliveryRule(Rule):
    """A rule about a file as a whole."""

    kind: DeliveryRuleKind


@dataclass(frozen=True, kw_only=True)
class ColumnRule(Rule):
    """A rule about the values of one column, each on its own."""

    kind: ColumnRuleKind
    column: str


@dataclass(frozen=True, kw_only=True)
class RowRule(Rule):
    """A rule about several columns of one row.

    Attributes:
        sql: expression over the feed's columns under their canonical names, true when the row is good. Values are
            typed: date DATE, timestamp TIMESTAMP (wall clock as delivered), integer BIGINT, number DOUBLE, yes_no
            BOOLEAN, all others VARCHAR; missing-value tokens and open-end values are null. A null result (something
            needed is missing) counts as good: completeness has its own rules.
        columns: the columns the expression reads, in contract order.
    """

    sql: str
    columns: tuple[str, ...]
