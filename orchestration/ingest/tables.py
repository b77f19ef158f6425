"""The shape every reader hands on: column names of a file matched to its contract, and batches of text.

Belongs here: matching headers, naming columns nobody promised. Does not belong here: any file format.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

import pyarrow as pa

from orchestration.contracts import Column, DeliveryRuleKind, FeedContract
from orchestration.ingest.problems import UnreadableError

MAX_RECORD_BYTES = 4 << 20
"""Longest record read, and the block files are read in. Beyond it a quote was almost certainly left open, and reading
on would fill the memory."""

MAX_COLUMNS = 1_000
"""Most columns read. The widest feed has 23; JSON objects keyed by somebody's number have as many as there are rows."""

_MAX_NAMES_SHOWN = 20

DELIVERY_ID = "_delivery_id"
ROW_NUMBER = "_row_number"


@dataclass(frozen=True)
class Header:
    """Column names of one file under their canonical names, in the file's order.

    Attributes:
        names: contract columns and extra ones.
        missing: contract columns (as their sender spells them) the file lacks.
        extra: canonical names of columns the contract does not know.
    """

    names: tuple[str, ...]
    missing: tuple[str, ...]
    extra: tuple[str, ...]
    recognised: int
    promised: int

    @property
    def is_plausible(self) -> bool:
        """Whether this is a header at all. If not, its cells may be data and must not be quoted in a message."""
        return self.recognised * 2 >= self.promised


@dataclass
class Reading:
    """A file being read.

    Attributes:
        header: known before the first batch (JSON lines: after looking through the file).
        batches: tables whose columns are `header.names`, all text, empty text as null. Raises `UnreadableError`.
    """

    header: Header
    batches: Iterator[pa.Table]


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
    canonical = {normalised(column.physical_name): column.name for column in contract.columns}
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
        missing=tuple(column.physical_name for column in contract.columns if column.name not in present),
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
    """Columns of the raw file, in an order that does not depend on the delivered one: contract, then extra by name."""
    present = set(header.names)
    return (*(name for name in contract.column_names if name in present), *sorted(header.extra))


def raw_schema(names: tuple[str, ...]) -> pa.Schema:
    """Schema of a raw file: everything text, then where the row came from."""
    fields = [pa.field(name, pa.string()) for name in names]
    return pa.schema([*fields, pa.field(DELIVERY_ID, pa.string()), pa.field(ROW_NUMBER, pa.int64())])


def missing_column_message(header: Header) -> str:
    """What to say about the columns a file lacks."""
    if not header.is_plausible:
        return (
            f"the first line does not look like this feed's header: {header.recognised} of {header.promised} columns "
            f"recognised; missing {', '.join(header.missing)}; send the header line, with the agreed delimiter"
        )
    return f"missing {_columns(header.missing)}; send the file again with every column, empty where there is no value"


def extra_column_message(header: Header) -> str:
    """What to say about columns nobody promised."""
    if not header.is_plausible:
        return f"{len(header.extra)} columns are not in the contract"
    return f"{_columns(header.extra)} not in the contract: kept in raw, not used; agree a contract change or leave out"


def _columns(names: tuple[str, ...]) -> str:
    more = f" and {len(names) - _MAX_NAMES_SHOWN:,} more" if len(names) > _MAX_NAMES_SHOWN else ""
    return f"column{'s' if len(names) > 1 else ''} {', '.join(names[:_MAX_NAMES_SHOWN])}{more}"


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
    return UnreadableError(f"line {line:,}: {what}; {advice}", DeliveryRuleKind.UNREADABLE)
