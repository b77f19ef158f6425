"""The shape every reader hands on: column names of a file matched to its contract, and batches of text.

Belongs here: matching headers, naming columns nobody promised. Does not belong here: any file format, guesses at what a
changed header means (`drift`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

import pyarrow as pa

from orchestration.contracts import Column, DeliveryRuleKind, FeedContract
from orchestration.ingest.problems import UnreadableError

MAX_RECORD_BYTES = 4 << 20
"""Longest record read, and the block files are read in. Beyond it a quote was almost certainly left open, and reading
on would fill the memory."""

MAX_COLUMNS = 1_000
"""Most columns read. The widest feed has 23; JSON objects keyed by somebody's number have as many as there are rows."""

DELIVERY_ID = "_delivery_id"
ROW_NUMBER = "_row_number"

SOURCE_RECORD = "_source_record"
SOURCE_PLACE = "_source_place"
"""Of a row that a mapping made: the record of the file it was in, from 1, and the place in that record."""


@dataclass(frozen=True)
class Header:
    """Column names of one file under their canonical names, in the file's order.

    Attributes:
        names: contract columns and extra ones.
        missing: contract columns (as their sender spells them) the file lacks and must have.
        extra: canonical names of columns the contract does not know.
        provenance: columns that say where in the file a row stood, of a file that was read by a mapping.
    """

    names: tuple[str, ...]
    missing: tuple[str, ...]
    extra: tuple[str, ...]
    recognised: int
    promised: int
    provenance: tuple[str, ...] = ()

    @property
    def is_plausible(self) -> bool:
        """Whether this is a header at all. If not, its cells may be data and must not be quoted in a message."""
        return self.recognised * 2 >= self.promised


@dataclass(frozen=True)
class LineAside:
    """A line that is no record of the feed.

    Attributes:
        row_number: its place among all lines that are not empty, from 1; records have the numbers between.
        line_number: its place in the file.
        kind: the rule it breaks.
        what: what is wrong with it, without any of its values.
        text: the line as sent; what could not be decoded is escaped.
    """

    row_number: int
    line_number: int
    kind: DeliveryRuleKind
    what: str
    text: str


@dataclass
class Reading:
    """A file being read.

    Attributes:
        header: known before the first batch (JSON lines: after looking through the file).
        batches: tables whose columns are `header.names`, all text, empty text as null; where lines were set aside also
            `_row_number`. Raises `UnreadableError`.
        aside: lines that are no records; whole when the batches are through.
    """

    header: Header
    batches: Iterator[pa.Table]
    aside: list[LineAside] = field(default_factory=list)


def check_line_limits(contract: FeedContract, rows: int, aside: list[LineAside], advice: str) -> None:
    """Whether a file of so many lines may go on without those set aside; `advice` is how to write them.

    Raises:
        UnreadableError: no record is left, or more are unreadable than the contract allows, by number and by share.
    """
    unreadable = [line for line in aside if line.kind in UNREADABLE_KINDS]
    if not unreadable:
        return
    records = rows - (len(aside) - len(unreadable))
    limits = contract.unreadable_limits
    first = unreadable[0]
    where = f"line {first.line_number:,}: {first.what}"
    if len(unreadable) == records:
        raise UnreadableError(f"{where}; no other record can be read either; {advice}, and send the file again")
    if limits.are_passed(len(unreadable), records):
        raise UnreadableError(
            f"{len(unreadable):,} of {records:,} lines cannot be read, more than {limits.rows:,} and more than "
            f"{limits.share:.0%}; the first is {where}; {advice}, and send the file again"
        )


UNREADABLE_KINDS = frozenset({DeliveryRuleKind.RAGGED_ROW, DeliveryRuleKind.UNREADABLE_ROW})
"""Lines that were meant for records; headers and footers were not."""


def normalised(name: str) -> str:
    """A column name in canonical spelling: lower case, every run of other characters one underscore."""
    return re.sub(r"[^0-9a-z]+", "_", name.lower()).strip("_")


def match_header(contract: FeedContract, delivered: list[str]) -> Header:
    """Matches delivered column names to the contract, whatever their case and order.

    Raises:
        UnreadableError: two columns have one name, so nobody can tell which is meant.
    """
    if len(delivered) > MAX_COLUMNS:
        raise too_many_columns(len(delivered))
    canonical = {normalised(header): column.name for column in contract.columns for header in column.headers}
    canonical |= {normalised(column.physical_name): column.name for column in contract.columns}
    canonical |= {column.name: column.name for column in contract.columns}
    names: list[str] = []
    for position, name in enumerate(delivered, start=1):
        plain = normalised(name)
        names.append(canonical.get(plain, plain) or f"column_{position}")
    positions: dict[str, list[int]] = {}
    for position, name in enumerate(names, start=1):
        positions.setdefault(name, []).append(position)
    twice = {name: places for name, places in positions.items() if len(places) > 1}
    promised = {column.name for column in contract.columns}
    present = promised & set(names)
    header = Header(
        names=tuple(names),
        missing=tuple(
            column.physical_name
            for column in contract.columns
            if column.name not in present and column.name not in contract.absentable
        ),
        extra=tuple(name for name in names if name not in promised),
        recognised=len(present),
        promised=len(promised),
    )
    if twice:
        where = "; ".join(
            f"{name if name in promised else 'a column'} at positions {', '.join(map(str, places))}"
            for name, places in twice.items()
        )
        raise UnreadableError(f"the header names a column more than once ({where}); name each column once")
    return header


def stored_columns(contract: FeedContract, header: Header) -> tuple[str, ...]:
    """Columns of the raw file, in an order that does not depend on the delivered one: contract, then extra by name.

    Columns a file may lack are always there, empty where it lacks them."""
    present = set(header.names) | contract.absentable
    own = (name for name in contract.column_names if name in present)
    return (*own, *sorted(header.extra), *header.provenance)


def raw_schema(names: tuple[str, ...]) -> pa.Schema:
    """Schema of a raw file: everything text, then where the row came from."""
    fields = [pa.field(name, pa.string()) for name in names]
    return pa.schema([*fields, pa.field(DELIVERY_ID, pa.string()), pa.field(ROW_NUMBER, pa.int64())])


def column_by_name(contract: FeedContract, name: str) -> Column | None:
    """The contract's column of that canonical name, or None for an extra one."""
    return contract.column(name) if name in contract.column_names else None


def too_many_columns(found: int) -> UnreadableError:
    """More columns than any feed could mean."""
    return UnreadableError(
        f"{found:,} columns or more, at most {MAX_COLUMNS:,} are read; send one record a row, its values under the "
        "agreed names"
    )


def nul_character(name: str) -> UnreadableError:
    """A NUL character inside a value, which text formats forbid and databases cut values at."""
    return UnreadableError(f"column {name} holds a NUL character; take it out at the source and send the file again")


def unreadable_record(line: int, what: str, advice: str) -> UnreadableError:
    """A record that cannot be split into columns."""
    return UnreadableError(f"line {line:,}: {what}; {advice}", DeliveryRuleKind.UNREADABLE, is_of_line=True)
