"""Files of another system read as a feed, by the feed's mapping from that source.

Belongs here: from a record of the source to rows of the feed. Does not belong here: what a mapping may say
(`contracts.mappings`), bytes and lines (`csv_reader`, `jsonl_reader`).

Nothing is put right: a text the mapping does not know is handed on as it stands, and the gate judges it by the feed's
own rules. Each row keeps where it comes from: the record of the file it was in (from 1) and the place in that record.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pyarrow as pa

from orchestration.contracts import LIST_SEPARATOR, Classification, Column, ColumnType, DeliveryRuleKind, FeedContract
from orchestration.contracts.formats import DATE_FORMATS, TIMESTAMP_FORMATS
from orchestration.contracts.mappings import mapped_contract
from orchestration.contracts.source_mapping import Length, MappedValue, SourceMapping
from orchestration.ingest.csv_reader import read_csv
from orchestration.ingest.jsonl_reader import json_text, read_records
from orchestration.ingest.problems import UnreadableError
from orchestration.ingest.tables import SOURCE_PLACE, SOURCE_RECORD, Header, Reading

_BATCH_ROWS = 20_000

_PATTERNS = DATE_FORMATS | TIMESTAMP_FORMATS
_WITH_OFFSET = frozenset({"YYYY-MM-DDTHH:MM:SSZ", "YYYY-MM-DDTHH:MM:SS+HH:MM"})

Scope = Mapping[str, Any]
"""What a path may start from: the fields of the record, and each member of a list that is unrolled, by its name."""


def read_mapped(contract: FeedContract, mapping: SourceMapping, path: Path, *, compressed: bool) -> Reading:
    """Opens a file of a source; hands out rows of the feed, with every column of its contract.

    Raises:
        UnreadableError: the file is not of the source's layout. Later faults are raised by the batches.
    """
    records = _records(contract, mapping, path, compressed)
    columns = tuple(column.name for column in contract.columns)
    header = Header(
        names=(*columns, SOURCE_RECORD, SOURCE_PLACE),
        missing=(),
        extra=(),
        recognised=len(columns),
        promised=len(columns),
        provenance=(SOURCE_RECORD, SOURCE_PLACE),
    )
    rows = (row for number, record in enumerate(records, 1) for row in rows_of(contract, mapping, record, number))
    return Reading(header, _batches(header, _last_of_each(contract, rows) if mapping.once else rows))


def rows_of(
    contract: FeedContract, mapping: SourceMapping, record: Scope, number: int
) -> Iterator[dict[str, str | None]]:
    """The rows of the feed in one record of the source, as text in the contract's own notation."""
    for scope, place in _members(mapping, record):
        row = {name: _value(value, scope, contract.column(name), contract) for name, value in mapping.columns.items()}
        yield {**row, SOURCE_RECORD: str(number), SOURCE_PLACE: place or None}


def _records(contract: FeedContract, mapping: SourceMapping, path: Path, compressed: bool) -> Iterator[Scope]:
    source = mapped_contract(contract, mapping)
    if mapping.kind == "jsonl":
        return read_records(source, path, compressed=compressed)
    fields = tuple(_text_column(name) for name in mapping.source_fields)
    reading = read_csv(replace(source, columns=fields), path, compressed=compressed)
    if reading.header.missing:
        raise UnreadableError(
            f"the source {mapping.label} has columns {', '.join(mapping.source_fields)}; the file lacks "
            f"{', '.join(reading.header.missing)}; send it in the agreed layout, or change the mapping",
            DeliveryRuleKind.MISSING_COLUMN,
        )
    spelt = {column.name: column.physical_name for column in fields}
    return (
        {spelt.get(name, name): value for name, value in record.items()}
        for batch in reading.batches
        for record in batch.to_pylist()
    )


def _text_column(name: str) -> Column:
    """A column of the source, as text."""
    canonical = re.sub(r"[^0-9a-z]+", "_", name.lower()).strip("_")
    return Column(
        name=canonical,
        physical_name=name,
        type=ColumnType.TEXT,
        required=False,
        description="",
        classification=Classification.PERSONAL,
    )


def _members(mapping: SourceMapping, record: Scope) -> Iterator[tuple[Scope, str]]:
    """Each member of the innermost list with what it stands in, and its place as `cases[1].defendants[2]`."""
    found: list[tuple[Scope, str]] = [(record, "")]
    for level in mapping.levels:
        deeper: list[tuple[Scope, str]] = []
        for scope, place in found:
            members = _at(scope, level.path)
            for position, member in enumerate(members if isinstance(members, list) else (), start=1):
                if isinstance(member, dict):
                    deeper.append(({**scope, level.name: member}, f"{place}/{level.name}[{position}]".lstrip("/")))
        found = deeper
    yield from found


def _at(scope: Any, path: str) -> Any:
    """What stands at a path; None where there is nothing. A number names a member of a list, from 1."""
    for step in path.split("."):
        if isinstance(scope, Mapping):
            scope = scope.get(step)
        elif isinstance(scope, list) and step.isdigit() and 0 < int(step) <= len(scope):
            scope = scope[int(step) - 1]
        else:
            return None
    return scope


def _all_at(scope: Any, path: str) -> Iterator[Any]:
    """Everything that stands at a path; a step `*` is every member of a list."""
    before, star, after = path.partition("*")
    if not star:
        yield _at(scope, path)
        return
    members = _at(scope, before.rstrip("."))
    for member in members if isinstance(members, list) else ():
        if after:
            yield from _all_at(member, after.lstrip("."))
        else:
            yield member


def _value(value: MappedValue, scope: Scope, column: Column, contract: FeedContract) -> str | None:
    text = _gathered(value, scope, column)
    if value.only_if is not None and not _holds(_text(_at(scope, value.only_if[0])), value.only_if[1]):
        text = None
    if text is not None and text.strip() in value.blank_if:
        text = None
    if text is not None:
        text = _reshaped(value, text, column, contract)
    if text is not None and value.codes:
        codes = {code.lower(): meaning for code, meaning in value.codes}
        text = codes.get(text.strip().lower(), text if value.otherwise is None else value.otherwise) or None
    if text is not None and value.prefix:
        text = value.prefix + text
    if text is not None:
        return text if value.given is None else value.given or None
    return value.blank or None


def _holds(text: str | None, wanted: Sequence[str]) -> bool:
    return text in wanted if wanted else text is not None


def _gathered(value: MappedValue, scope: Scope, column: Column) -> str | None:
    if value.constant is not None:
        return value.constant
    if value.lookup is not None:
        members = _at(scope, value.lookup.within)
        sought = _text(_at(scope, value.lookup.equals))
        for member in members if isinstance(members, list) else ():
            if sought is not None and _text(_at(member, value.lookup.where)) == sought:
                return _text(_at(member, value.lookup.take))
        return None
    if value.length is not None:
        return _length(value.length, scope)
    texts: list[str] = []
    for path in value.sources:
        found = [text for item in _all_at(scope, path) if (text := _text(item, column.type)) is not None]
        texts += [min(found)] if found and value.is_least else found
    if value.joined_by is None:
        return texts[0] if texts else None
    return value.joined_by.join(texts) or None


def _length(length: Length, scope: Scope) -> str | None:
    """A length as one number of one unit: years and months in months, weeks and days in days; parts that have no common
    unit give none, for a part left out would be a shorter length."""
    parts: list[tuple[str, str]] = []
    for value_path, unit_path in zip(length.values, length.units, strict=True):
        value, unit = _text(_at(scope, value_path)), _text(_at(scope, unit_path))
        if value is not None or unit is not None:
            parts.append((value or "", (unit or "")[:1].upper()))
    if len(parts) > 1:
        for shared, sizes in _COMMON_UNITS.items():
            if all(unit in sizes and value.isdigit() for value, unit in parts):
                parts = [(str(sum(int(value) * sizes[unit] for value, unit in parts)), shared)]
                break
    if len(parts) != 1:
        return None
    return parts[0][1 if length.is_unit else 0] or None


_COMMON_UNITS = {"M": {"Y": 12, "M": 1}, "D": {"W": 7, "D": 1}}


def _text(found: Any, kind: ColumnType | None = None) -> str | None:
    """A value of the source as text; an empty one is none."""
    if found is None or isinstance(found, str):
        return str(found) if found is not None and found.strip() else None
    if isinstance(found, bool):
        return "true" if found else "false"
    if kind is ColumnType.LIST and isinstance(found, list) and all(isinstance(item, str) for item in found):
        return LIST_SEPARATOR.join(found) or None
    return json_text(found)


def _reshaped(value: MappedValue, text: str, column: Column, contract: FeedContract) -> str | None:
    """A part of the text, and a date in the contract's notation; what does not read stays as it is."""
    if value.split_by is not None:
        parts = [part.strip() for part in text.split(value.split_by)]
        place = value.part - 1 if value.part > 0 else value.part
        text = parts[place] if -len(parts) <= place < len(parts) else ""
    if value.taken is not None:
        match = re.search(value.taken, text)
        text = (match[1] or "") if match else ""
    if value.dates and text:
        moment = _moment(text.strip(), value.dates)
        text = text if moment is None else _written(moment, column, contract)
    return text or None


def _moment(text: str, notations: Sequence[str]) -> datetime | None:
    for notation in notations:
        try:
            moment = _read(text, notation)
        except ValueError:
            continue
        return moment
    return None


def _read(text: str, notation: str) -> datetime:
    """A time with an offset may be any of ISO 8601, with fractions of a second or `Z`; all else is as it is agreed."""
    if notation not in _WITH_OFFSET:
        return datetime.strptime(text, _PATTERNS[notation])
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError("no offset")
    return moment


def _written(moment: datetime, column: Column, contract: FeedContract) -> str:
    """A date or time as the feed writes it; what has an offset, in the feed's own zone (a day: in London's)."""
    delivery = contract.delivery
    if column.type is ColumnType.DATE:
        if moment.tzinfo is not None:
            moment = moment.astimezone(_zone("Europe/London"))
        return moment.strftime(delivery.date_strptime or "%Y-%m-%d").upper()
    if moment.tzinfo is not None:
        moment = moment.astimezone(_zone(delivery.timezone))
    pattern = delivery.timestamp_strptime or "%Y-%m-%dT%H:%M:%S"
    text = moment.strftime(pattern)
    return f"{text[:-2]}:{text[-2:]}" if pattern.endswith("%z") and moment.tzinfo is not None else text


@cache
def _zone(name: str) -> ZoneInfo:
    return ZoneInfo(name)


def _last_of_each(contract: FeedContract, rows: Iterator[dict[str, str | None]]) -> Iterator[dict[str, str | None]]:
    """Of rows with one primary key the last, where the first of them stood; rows without a whole key all."""
    kept: dict[object, dict[str, str | None]] = {}
    for place, row in enumerate(rows):
        key = tuple(row.get(name) for name in contract.primary_key)
        kept[place if None in key else key] = row
    yield from kept.values()


def _batches(header: Header, rows: Iterator[dict[str, str | None]]) -> Iterator[pa.Table]:
    schema = pa.schema([pa.field(name, pa.string()) for name in header.names])
    batch: list[dict[str, str | None]] = []
    for row in rows:
        batch.append(row)
        if len(batch) == _BATCH_ROWS:
            yield pa.Table.from_pylist(batch, schema=schema)
            batch = []
    if batch:
        yield pa.Table.from_pylist(batch, schema=schema)
