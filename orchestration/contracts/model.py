"""The typed shape of a feed contract: what an agency promised to send.

Belongs here: enumerations and frozen dataclasses, and facts that follow from them alone (the names of the primary key,
the file-name pattern as a regular expression). Does not belong here: what a rule is (`rules`), reading YAML (`loader`),
the wording of the rules every feed shares (`standard_rules`), or checking any data (the gate does that).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from functools import cached_property
from typing import TYPE_CHECKING

from orchestration.contracts.earlier_deliveries import UNREADABLE_LIMITS, ExcusedDeliveries, LineLimits, RowCountBounds
from orchestration.contracts.formats import DATE_FORMATS, TIMESTAMP_FORMATS
from orchestration.contracts.rules import ColumnRule, ColumnRuleKind, DeliveryRule, DeliveryRuleKind, RowRule, Rule

if TYPE_CHECKING:
    from orchestration.contracts.source_mapping import SourceMapping

LIST_SEPARATOR = ";"
"""Joins the values of a list column, in delivered CSV and in raw (a JSON array is joined by it when it lands)."""

FILE_EXTENSIONS = ("csv", "csv.gz", "jsonl", "jsonl.gz", "parquet")
"""What any feed may be delivered as, whatever its usual format."""

CODE_LISTS: dict[str, tuple[str, ...]] = {
    "bail_exceptions": ("bail_exception_code",),
    "bail_exception_reasons": ("bail_exception_reason_code",),
    "courts": ("court_ou_code",),
    "establishments": ("establishment_code",),
    "ethnicities": ("ethnicity_code",),
    "hearing_types": ("hearing_type_code",),
    "nationalities": ("nationality_code",),
    "offences": ("cjs_offence_code",),
    "outcome_codes": ("outcome_code",),
    "police_forces": ("force_code",),
    "remand_bases": ("remand_basis_code",),
    "result_codes": ("cjs_result_code",),
    "search_ethnicity_wordings": ("wording",),
    "search_legislations": ("legislation",),
    "search_objects": ("object_of_search",),
    "search_outcomes": ("outcome",),
    "trial_outcomes": ("outcome_class", "outcome_code"),
}
"""Reference lists a column may name, with the key columns of the seed of that name."""

CODE_LIST_ENDS = {"courts": "closed_on"}
"""Reference lists of things that come to an end, with the column that says on which day; blank where it has not."""


@dataclass(frozen=True)
class QualifiedCodes:
    """Codes of a list that may be followed by a qualifier, which the list does not hold.

    Attributes:
        pattern: regular expression of a whole code with its qualifier, for DuckDB and Spark alike.
        length: length of the code before the qualifier.
    """

    pattern: str
    length: int


QUALIFIED_CODES = {"offences": QualifiedCodes("^[A-Z]{2}[0-9]{5}[ABCEI]$", 7)}
"""A CJS offence code may carry an eighth character: A attempt, B aiding or abetting, C conspiracy, E encouraging or
assisting, I incitement. The offence, its group and its category are those of the first seven."""


class FeedMode(StrEnum):
    """How deliveries of a feed add up to its present state."""

    INCREMENT = "increment"
    """Rows upsert by primary key; the newest extract wins."""
    SNAPSHOT = "snapshot"
    """The newest delivery replaces all earlier ones."""
    SNAPSHOT_PER_PARTITION = "snapshot_per_partition"
    """The newest delivery replaces earlier ones of the same partition; the partition is in the file name."""


class ColumnType(StrEnum):
    """What a value is, whatever it is stored as."""

    IDENTIFIER = "identifier"
    CODE = "code"
    TEXT = "text"
    DATE = "date"
    TIMESTAMP = "timestamp"
    INTEGER = "integer"
    NUMBER = "number"
    YES_NO = "yes_no"
    LIST = "list"


class Classification(StrEnum):
    """How sensitive a column is; decides who may ever see it."""

    NONE = "none"
    PERSONAL = "personal"
    """Name, date of birth or address of a person."""
    IDENTIFIER = "identifier"
    """Number or reference by which an agency finds a person or a person's case."""
    SPECIAL_CATEGORY = "special_category"
    """Ethnicity and nationality (sensitive processing, DPA 2018 section 35(8))."""
    JUDICIAL = "judicial"
    """Points at a judge or magistrate; never leaves raw except as a throw-away token."""


class Holds(StrEnum):
    """What a value is in the field's own words, whatever its column is called: staging spells it in one form.

    A feed with a column that holds a surname names people; what else of it is held here goes to the linkage with it.
    """

    SURNAME = "surname"
    FORENAMES = "forenames"
    """Forenames in one text; a title in front of them is taken off."""
    FURTHER_FORENAMES = "further_forenames"
    """Forenames after the first, where they have a column of their own."""
    DATE_OF_BIRTH = "date_of_birth"
    SEX = "sex"
    GENDER = "gender"
    ETHNICITY_CODE = "ethnicity_code"
    NATIONALITY_CODE = "nationality_code"
    POSTCODE = "postcode"
    PNC_ID = "pnc_id"
    CRO_NUMBER = "cro_number"
    NOMS_NUMBER = "noms_number"
    CRN = "crn"
    ASN = "asn"
    PTIURN = "ptiurn"
    MASTER_DEFENDANT_ID = "master_defendant_id"
    COURT_CASE_REFERENCE = "court_case_reference"

    @property
    def is_normalised(self) -> bool:
        """Whether staging rewrites the value (macro `normalised`); the others stay as they were typed."""
        return self in _NORMALISED


_NORMALISED = frozenset(
    {
        Holds.SEX, Holds.GENDER, Holds.POSTCODE, Holds.PNC_ID, Holds.CRO_NUMBER, Holds.NOMS_NUMBER, Holds.CRN,
        Holds.ASN, Holds.PTIURN, Holds.COURT_CASE_REFERENCE,
    }
)  # fmt: skip


@dataclass(frozen=True)
class Spelling:
    """Further ways in which one value of a column is written.

    Attributes:
        means: the value.
        written: what is read as it, compared without case.
        reason: who writes it so and why, with the date it was agreed.
    """

    means: str
    written: tuple[str, ...]
    reason: str


@dataclass(frozen=True, kw_only=True)
class Column:
    """One column of a feed.

    Attributes:
        name: canonical snake_case name, used from raw onwards.
        physical_name: header as delivered (case does not matter on arrival).
        key_position: 1-based place in the primary key; None outside it.
        is_critical: a published measure depends on it.
        closed_codes: the only values allowed; any other value quarantines its row. Empty when the list is open.
        expected_codes: values known today of a list the contract leaves open; others are counted, not refused.
        code_meanings: (code, meaning) pairs for codes that do not speak for themselves.
        code_list: reference seed whose codes are expected; others are counted, not refused.
        code_list_class: for `trial_outcomes`, whose codes repeat between classes: the column that holds the class.
        in_use_on: of a code in a list of things that end (`CODE_LIST_ENDS`): the column with the day on which it must
            not have ended.
        group_list: reference seed of wordings, in small letters, that group free text: by the whole text, or else by
            what stands before its dash. Text in no group is not counted as wrong.
        pattern: regular expression a well-formed value matches in full; others are counted, not refused.
        minimum, maximum: plausible limits of a number, or of a date as ISO text; values outside are counted.
        may_lie_ahead: a date of what is planned or due, which may be later than the extract.
        open_end_values: delivered values that mean "not yet ended" (they become null).
        spellings: further ways in which values are written; each is read as the value it means.
        headers: further headers under which the column is delivered.
        padded_to: length of a code of digits; noughts lost in front of it are put back. None where none are.
        references: `agency/feed.column` this column points at, or None.
        holds: what the value is in the field's own words, or None.
        staged_as: its name from staging onwards; None where that is `name`.
        may_be_left_out: why some senders' files do not have the column at all; None where each must.
    """

    name: str
    physical_name: str
    type: ColumnType
    required: bool
    description: str
    classification: Classification
    key_position: int | None = None
    is_critical: bool = False
    closed_codes: tuple[str, ...] = ()
    expected_codes: tuple[str, ...] = ()
    code_meanings: tuple[tuple[str, str], ...] = ()
    code_list: str | None = None
    code_list_class: str | None = None
    in_use_on: str | None = None
    group_list: str | None = None
    pattern: str | None = None
    minimum: str | None = None
    maximum: str | None = None
    may_lie_ahead: bool = False
    open_end_values: tuple[str, ...] = ()
    spellings: tuple[Spelling, ...] = ()
    headers: tuple[str, ...] = ()
    padded_to: int | None = None
    references: str | None = None
    holds: Holds | None = None
    staged_as: str | None = None
    may_be_left_out: str | None = None

    @property
    def staged_name(self) -> str:
        """Its name from staging onwards."""
        return self.staged_as or self.name

    @property
    def is_mapped(self) -> bool:
        """Whether staging looks its code up in the reference list (and keeps what was delivered as `…_raw`)."""
        return self.code_list is not None and self.type is ColumnType.CODE

    @cached_property
    def read_as(self) -> Mapping[str, str]:
        """Each spelling in small letters, the value's own too, with the value it is read as."""
        return {
            text.lower(): spelling.means for spelling in self.spellings for text in (spelling.means, *spelling.written)
        }

    @property
    def is_primary_key(self) -> bool:
        """Whether the column is part of the primary key."""
        return self.key_position is not None

    @property
    def is_sensitive(self) -> bool:
        """Whether the column must never be published as it is."""
        return self.classification is not Classification.NONE

    @property
    def has_categories(self) -> bool:
        """Whether its values are of a list short enough to speak of their shares."""
        is_coded = bool(self.closed_codes or self.expected_codes or self.code_list or self.group_list)
        return self.type is ColumnType.YES_NO or (is_coded and self.type is not ColumnType.LIST)

    @property
    def is_event_date(self) -> bool:
        """Whether it says when something happened (nobody's date of birth) that the extract already knew of."""
        is_moment = self.type in (ColumnType.DATE, ColumnType.TIMESTAMP)
        return is_moment and not self.may_lie_ahead and not self.is_sensitive


@dataclass(frozen=True, kw_only=True)
class DeliveryFormat:
    """How the agency writes its files.

    Attributes:
        kind: usual format, `csv` or `jsonl`. Gzip and Parquet are accepted for every feed.
        delimiter: field separator of CSV; None for JSON lines.
        date_format, timestamp_format: notation of `formats`, e.g. `DD/MM/YYYY`; None where no column needs one.
        further_date_formats, further_timestamp_formats: notations that are read as well.
        timezone: zone a timestamp without an offset is in: `Europe/London` or `UTC`.
        missing_values: texts besides the empty string that mean "missing", compared exactly.
        yes_value, no_value: spelling of yes and no, compared without case.
        yes_no_spellings: how else yes and no are written in columns that say one of them.
        file_name_pattern: file name without its extension, with `<YYYYMMDD>`, `[_<n>]`, `<YYYY-MM>`, `<force-slug>`.
    """

    kind: str
    encoding: str
    delimiter: str | None
    date_format: str | None
    timestamp_format: str | None
    timezone: str
    missing_values: tuple[str, ...]
    yes_value: str
    no_value: str
    file_name_pattern: str
    yes_no_spellings: tuple[Spelling, ...] = ()
    further_date_formats: tuple[str, ...] = ()
    further_timestamp_formats: tuple[str, ...] = ()

    @property
    def date_formats(self) -> tuple[str, ...]:
        """Every notation of dates that is read, the usual one first."""
        return (*((self.date_format,) if self.date_format else ()), *self.further_date_formats)

    @property
    def timestamp_formats(self) -> tuple[str, ...]:
        """Every notation of timestamps that is read, the usual one first."""
        return (*((self.timestamp_format,) if self.timestamp_format else ()), *self.further_timestamp_formats)

    @property
    def date_strptime(self) -> str | None:
        """The date format as `strptime` (Python and DuckDB) writes it."""
        return DATE_FORMATS[self.date_format] if self.date_format else None

    @property
    def timestamp_strptime(self) -> str | None:
        """The timestamp format as `strptime` (Python and DuckDB) writes it."""
        return TIMESTAMP_FORMATS[self.timestamp_format] if self.timestamp_format else None

    @cached_property
    def file_name_regex(self) -> re.Pattern[str]:
        """Matches a whole file name; groups `extract_date` and `sequence`, or `month` and `force_slug`; `extension`."""
        groups = {
            r"\[_<n>\]": r"(?:_(?P<sequence>\d+))?",
            r"<YYYYMMDD>": r"(?P<extract_date>\d{8})",
            r"<YYYY\-MM>": r"(?P<month>\d{4}-(?:0[1-9]|1[0-2]))",
            r"<force\-slug>": r"(?P<force_slug>[a-z]+(?:-[a-z]+)*)",
        }
        body = re.escape(self.file_name_pattern)
        for placeholder, group in groups.items():
            body = body.replace(placeholder, group)
        extensions = "|".join(re.escape(extension) for extension in FILE_EXTENSIONS)
        return re.compile(rf"{body}\.(?P<extension>{extensions})")


@dataclass(frozen=True, kw_only=True)
class Party:
    """A role at the agency that answers for the feed, and its mailbox."""

    name: str
    contact: str


@dataclass(frozen=True, kw_only=True)
class LegalBasis:
    """Why the data may be processed at all.

    Attributes:
        regime: the part of data-protection law that applies at the agency that sends it.
        basis: lawful basis, with its section.
        conditions: further conditions for sensitive or criminal-offence data.
        onward_use: what has to hold before the data may serve statistics or research.
    """

    regime: str
    basis: str
    conditions: str
    onward_use: str


@dataclass(frozen=True, kw_only=True)
class ServiceLevel:
    """How often, how soon and how long.

    Attributes:
        frequency_months: a delivery is due for every so many calendar months.
        latency_days: days after the end of the period by which it must have arrived.
        retention_years: years the warehouse keeps a delivered row.
        retention_reason: why that long.
    """

    frequency_months: int
    latency_days: int
    retention_years: int
    retention_reason: str

    @property
    def fresh_for_days(self) -> int:
        """Days an extract counts as fresh: until the next one is due (months taken at their longest, 31 days)."""
        return self.frequency_months * 31 + self.latency_days


@dataclass(frozen=True, kw_only=True)
class ColumnChange:
    """One entry of the column history."""

    changed_on: date
    version: str
    change: str
    column: str
    note: str


@dataclass(frozen=True, kw_only=True)
class FeedContract:
    """Everything promised about one feed.

    Attributes:
        key: `agency/feed`.
        columns: in delivery order.
        rules: rules across columns of one row.
        column_rules: rules about single columns, written in the contract or following from its columns.
        delivery_rules: rules about the file as a whole; the same for every feed.
        quarantine_soft_share, quarantine_hard_share: share of a delivery's rows in quarantine above which its owner
            is warned, and above which the whole delivery is refused.
        files: the files the contract was read from, as messages name them.
        mappings: sources whose files are read as the feed, by name.
        unknown_codes_soft_share: share of values outside an open code list above which the owner is asked to act; the
            `soft_share` of those rules.
        unreadable_limits: how many of its lines may be unreadable before a file is refused.
        row_count_bounds: how far from its recent run the feed's number of rows may be.
        excused_deliveries: deliveries excused from the rules about that run.
    """

    agency: str
    feed: str
    version: str
    status: str
    title: str
    description: str
    usage: str
    limitations: str
    grain: str
    owner: Party
    steward: Party
    legal_basis: LegalBasis
    security_classification: str
    mode: FeedMode
    columns: tuple[Column, ...]
    delivery: DeliveryFormat
    service_level: ServiceLevel
    rules: tuple[RowRule, ...]
    column_rules: tuple[ColumnRule, ...]
    delivery_rules: tuple[DeliveryRule, ...]
    column_history: tuple[ColumnChange, ...]
    quarantine_soft_share: float
    quarantine_hard_share: float
    unknown_codes_soft_share: float
    row_count_bounds: RowCountBounds
    excused_deliveries: tuple[ExcusedDeliveries, ...]
    rule_prefix: str
    order: int = field(compare=False)
    versions_ordered_by: str | None = None
    unreadable_limits: LineLimits = UNREADABLE_LIMITS
    files: tuple[str, ...] = field(default=(), compare=False)
    mappings: tuple[SourceMapping, ...] = ()

    @property
    def written_in(self) -> str:
        """Where the contract is written, for messages."""
        return " and ".join(self.files) or f"data_contracts/feeds/{self.key}.odcs.yaml"

    @property
    def key(self) -> str:
        """`agency/feed`, as in `police/custody_records`."""
        return f"{self.agency}/{self.feed}"

    @cached_property
    def primary_key(self) -> tuple[str, ...]:
        """Names of the key columns in key order; empty where identical rows are distinct records."""
        keyed = [column for column in self.columns if column.key_position is not None]
        return tuple(column.name for column in sorted(keyed, key=lambda column: column.key_position or 0))

    @property
    def names_people(self) -> bool:
        """Whether its records are of people with names: those go to the linkage."""
        return any(column.holds is Holds.SURNAME for column in self.columns)

    @cached_property
    def column_names(self) -> tuple[str, ...]:
        """Canonical names in delivery order."""
        return tuple(column.name for column in self.columns)

    @cached_property
    def absentable(self) -> frozenset[str]:
        """Optional columns that a file need not have: senders may leave them out, or they were added after the first
        version, so that files made by an earlier one stay valid. Missing, they are read as empty."""
        added = {change.column for change in self.column_history if change.change == "added"}
        return frozenset(
            column.name
            for column in self.columns
            if not column.required and (column.may_be_left_out or column.name in added)
        )

    @cached_property
    def _columns_by_name(self) -> dict[str, Column]:
        return {column.name: column for column in self.columns}

    @cached_property
    def _rules_by_code(self) -> dict[str, Rule]:
        return {rule.code: rule for rule in (*self.delivery_rules, *self.column_rules, *self.rules)}

    @property
    def all_rules(self) -> tuple[Rule, ...]:
        """Delivery rules, then column rules in column order, then row rules."""
        return tuple(self._rules_by_code.values())

    def column(self, name: str) -> Column:
        """The column of that canonical name.

        Raises:
            KeyError: the feed has no such column.
        """
        try:
            return self._columns_by_name[name]
        except KeyError:
            raise KeyError(f"{self.key} has no column '{name}'; it has: {', '.join(self.column_names)}") from None

    def rule(self, code: str) -> Rule:
        """The rule of that code, of whatever kind.

        Raises:
            KeyError: the feed has no such rule.
        """
        try:
            return self._rules_by_code[code]
        except KeyError:
            raise KeyError(f"{self.key} has no rule '{code}'; see {self.written_in}") from None

    def column_rule(self, column: str, kind: ColumnRuleKind) -> ColumnRule | None:
        """The rule of one kind about one column, or None where nothing of that kind is promised."""
        matches = (rule for rule in self.column_rules if rule.column == column and rule.kind is kind)
        return next(matches, None)

    def delivery_rule(self, kind: DeliveryRuleKind) -> DeliveryRule:
        """The delivery rule of one kind.

        Raises:
            KeyError: the feed has none of that kind (`find_delivery_rule` asks whether it has).
        """
        rule = self.find_delivery_rule(kind)
        if rule is None:
            raise KeyError(f"{self.key} has no rule {kind.name} about its deliveries")
        return rule

    def find_delivery_rule(self, kind: DeliveryRuleKind) -> DeliveryRule | None:
        """The delivery rule of one kind, or None where the feed has none: it has each at most once."""
        return next((rule for rule in self.delivery_rules if rule.kind is kind), None)
