"""What a site adds to the contract of a feed: how its own senders write the same thing.

Belongs here: `feeds/<agency>/<feed>.site.yaml`, read and laid over a contract. It may say how files and values are
written (formats, tokens for missing, spellings, headers); what is promised stays the contract's. A site that was
promised something else writes the whole contract, `<feed>.odcs.yaml`, in its own folder (`loader`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from orchestration.contracts.columns import read_spellings
from orchestration.contracts.delivery import TIMEZONES, read_encoding, read_formats, read_yes_no_spellings
from orchestration.contracts.formats import DATE_FORMATS, TIMESTAMP_FORMATS, contradicting
from orchestration.contracts.generated_yaml import InOneLine, ListInOneLine, as_yaml
from orchestration.contracts.model import Column, ColumnType, DeliveryFormat, Spelling
from orchestration.contracts.reader import Faults, Node, must_equal, read_document

SITE_FILE_SUFFIX = ".site.yaml"
_WIDTH = 64
"""Lines are broken at the first blank after it."""

_SHORT = 66
"""As long as an entry may be to stand on one line, below its column and key."""


@dataclass(frozen=True, kw_only=True)
class ColumnVariants:
    """How else one column is written.

    Attributes:
        headers: further headers under which it is delivered.
        spellings: further spellings of its values.
        open_end_values: further values that mean "not yet ended".
        padded_to: length of a code of digits whose noughts in front are lost; None leaves the contract's.
    """

    headers: tuple[str, ...] = ()
    spellings: tuple[Spelling, ...] = ()
    open_end_values: tuple[str, ...] = ()
    padded_to: int | None = None


@dataclass(frozen=True, kw_only=True)
class SiteVariants:
    """How else the files of one feed are written.

    Attributes:
        encoding, delimiter, timezone: in place of the contract's; None leaves it.
        missing_values, date_formats, timestamp_formats: read as well as the contract's.
        yes, no: further spellings of the two.
        columns: by name.
        node: where it is written, for what is found only beside the contract.
    """

    reason: str
    encoding: str | None = None
    delimiter: str | None = None
    timezone: str | None = None
    missing_values: tuple[str, ...] = ()
    date_formats: tuple[str, ...] = ()
    timestamp_formats: tuple[str, ...] = ()
    yes: tuple[str, ...] = ()
    no: tuple[str, ...] = ()
    columns: Mapping[str, ColumnVariants] = field(default_factory=dict)
    node: Node = field(default_factory=lambda: Node({}, "a site's file"), compare=False, repr=False)


def read_variants(path: Path, shown_as: str) -> SiteVariants:
    """The variants in one file `…/<agency>/<feed>.site.yaml`.

    Raises:
        ContractError: with every problem found in the file.
    """
    document = read_document(path, shown_as)
    faults = Faults()
    faults.of(
        document.only,
        "feed", "reason", "encoding", "delimiter", "timeZone", "missingValues", "dateFormats", "timestampFormats",
        "yesNoSpellings", "columns",
    )  # fmt: skip
    key = f"{path.parent.name}/{path.name.removesuffix(SITE_FILE_SUFFIX)}"
    faults.of(must_equal, document.child("feed"), key, "the folder and the name of the file")
    reason = faults.of(document.text, "reason", "say who writes so, why, and when that was agreed")
    encoding = faults.of(read_encoding, document) if document.has("encoding") else None
    delimiter = faults.of(_delimiter, document)
    timezone = faults.of(document.one_of, "timeZone", TIMEZONES) if document.has("timeZone") else None
    missing_values = faults.of(document.texts, "missingValues")
    dates = faults.of(read_formats, document, "dateFormats", DATE_FORMATS)
    timestamps = faults.of(read_formats, document, "timestampFormats", TIMESTAMP_FORMATS)
    yes_no = faults.of(_yes_no, document, reason)
    columns = faults.of(_columns, document, reason)
    faults.check()
    return SiteVariants(
        reason=reason,
        encoding=encoding,
        delimiter=delimiter,
        timezone=timezone,
        missing_values=missing_values,
        date_formats=dates,
        timestamp_formats=timestamps,
        yes=yes_no["yes"],
        no=yes_no["no"],
        columns=columns,
        node=document,
    )


def merged(first: SiteVariants, second: SiteVariants) -> SiteVariants:
    """Both together; where only one can hold, the second's. A spelling without a reason has that of the whole."""
    reason = first.reason or second.reason
    columns = dict(first.columns)
    for name, more in second.columns.items():
        known = columns.get(name, ColumnVariants())
        columns[name] = ColumnVariants(
            headers=_added(known.headers, more.headers),
            spellings=_gathered(
                replace(item, reason=item.reason or reason) for item in (*known.spellings, *more.spellings)
            ),
            open_end_values=_added(known.open_end_values, more.open_end_values),
            padded_to=more.padded_to if more.padded_to is not None else known.padded_to,
        )
    return SiteVariants(
        reason=reason,
        encoding=second.encoding or first.encoding,
        delimiter=second.delimiter or first.delimiter,
        timezone=second.timezone or first.timezone,
        missing_values=_added(first.missing_values, second.missing_values),
        date_formats=_added(first.date_formats, second.date_formats),
        timestamp_formats=_added(first.timestamp_formats, second.timestamp_formats),
        yes=_added(first.yes, second.yes),
        no=_added(first.no, second.no),
        columns=columns,
        node=first.node,
    )


def _gathered(spellings: Iterable[Spelling]) -> tuple[Spelling, ...]:
    """One entry for each value and reason."""
    found: dict[tuple[str, str], Spelling] = {}
    for item in spellings:
        known = found.get((item.means, item.reason))
        written = _added(known.written if known else (), item.written)
        found[item.means, item.reason] = Spelling(item.means, written, item.reason)
    return tuple(found.values())


def variants_text(key: str, variants: SiteVariants) -> str:
    """The variants of the feed `key` as they stand in a file `<feed>.site.yaml`."""
    yes_no = {name: ListInOneLine(texts) for name, texts in (("yes", variants.yes), ("no", variants.no)) if texts}
    document: dict[str, Any] = {
        "feed": key,
        "reason": variants.reason,
        "encoding": variants.encoding,
        "delimiter": variants.delimiter,
        "timeZone": variants.timezone,
        "missingValues": ListInOneLine(variants.missing_values),
        "dateFormats": ListInOneLine(variants.date_formats),
        "timestampFormats": ListInOneLine(variants.timestamp_formats),
        "yesNoSpellings": yes_no,
        "columns": {name: _column_document(own, variants.reason) for name, own in variants.columns.items()},
    }
    return as_yaml({name: value for name, value in document.items() if value}, width=_WIDTH)


def _column_document(own: ColumnVariants, shared_reason: str) -> dict[str, Any]:
    spellings = [
        {"means": item.means, "written": ListInOneLine(item.written)}
        | ({} if item.reason == shared_reason else {"reason": item.reason})
        for item in own.spellings
    ]
    spellings = [InOneLine(item) if len(str(item)) < _SHORT else item for item in spellings]
    document = {
        "headers": ListInOneLine(own.headers),
        "spellings": spellings,
        "openEndValues": ListInOneLine(own.open_end_values),
        "paddedTo": own.padded_to,
    }
    return {name: value for name, value in document.items() if value}


def _delimiter(document: Node) -> str | None:
    """One character as it stands: a tab is text too, though nothing but a blank."""
    value = document.child("delimiter").value
    if value is not None and not (isinstance(value, str) and len(value) == 1):
        raise document.child("delimiter").problem(f"expected one character in quotes, found {value!r}")
    return value


def _yes_no(document: Node, reason: str) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {"yes": (), "no": ()}
    if document.has("yesNoSpellings"):
        written = document.child("yesNoSpellings")
        given = Node({"reason": reason, **written.mapping()}, written.file, written.path)
        custom = Node({"yesNoSpellings": given.value}, written.file)
        found |= {item.means: item.written for item in read_yes_no_spellings(custom, "yes", "no")}
    return found


def _columns(document: Node, reason: str) -> dict[str, ColumnVariants]:
    listed = document.child("columns")
    if listed.value is None:
        return {}
    faults = Faults()
    found = {
        str(name): faults.of(_column, listed.child(str(name), label=f"'{name}'"), reason) for name in listed.mapping()
    }
    faults.check()
    return found


def _column(node: Node, reason: str) -> ColumnVariants:
    faults = Faults()
    faults.of(node.only, "headers", "spellings", "openEndValues", "paddedTo")
    headers, ends = (faults.of(node.texts, key) for key in ("headers", "openEndValues"))
    spellings = faults.of(read_spellings, node, reason)
    padded_to = faults.of(node.integer, "paddedTo") if node.has("paddedTo") else None
    faults.check()
    return ColumnVariants(headers=headers, spellings=spellings, open_end_values=ends, padded_to=padded_to)


def delivery_with(delivery: DeliveryFormat, columns: tuple[Column, ...], variants: SiteVariants) -> DeliveryFormat:
    """How files are written, at this site too.

    Raises:
        ContractError: the site reads a text in two ways, or names a format no column needs.
    """
    node = variants.node
    types = {column.type for column in columns}
    faults = Faults()
    for key, given, kind in (
        ("dateFormats", variants.date_formats, ColumnType.DATE),
        ("timestampFormats", variants.timestamp_formats, ColumnType.TIMESTAMP),
    ):
        if given and kind not in types:
            faults.of(_refuse, node.child(key), f"no column of the feed is a {kind}; take it out")
    if variants.delimiter and delivery.kind != "csv":
        faults.of(_refuse, node.child("delimiter"), "the feed is not delimited text; take it out")
    dates = _added(delivery.further_date_formats, variants.date_formats, but=delivery.date_format)
    timestamps = _added(delivery.further_timestamp_formats, variants.timestamp_formats, but=delivery.timestamp_format)
    changed = replace(
        delivery,
        encoding=variants.encoding or delivery.encoding,
        delimiter=variants.delimiter or delivery.delimiter,
        timezone=variants.timezone or delivery.timezone,
        missing_values=_added(delivery.missing_values, variants.missing_values),
        further_date_formats=dates,
        further_timestamp_formats=timestamps,
    )
    for key, formats in (("dateFormats", changed.date_formats), ("timestampFormats", changed.timestamp_formats)):
        if pair := contradicting(formats):
            text = f"{pair[0]} and {pair[1]} read one text as two different days; keep one of them"
            faults.of(_refuse, node.child(key), text)
    means = {
        delivery.yes_value: _own(delivery, delivery.yes_value, variants.yes),
        delivery.no_value: _own(delivery, delivery.no_value, variants.no),
    }
    yes, no = ({text.lower() for text in (value, *texts)} for value, texts in means.items())
    if both := yes & no:
        text = f"{', '.join(sorted(both))}: read as yes and as no; keep one of them"
        faults.of(_refuse, node.child("yesNoSpellings"), text)
    faults.check()
    spelt = tuple(Spelling(value, texts, variants.reason) for value, texts in means.items() if texts)
    return replace(changed, yes_no_spellings=spelt if variants.yes or variants.no else delivery.yes_no_spellings)


def _own(delivery: DeliveryFormat, value: str, further: tuple[str, ...]) -> tuple[str, ...]:
    known = [text for item in delivery.yes_no_spellings if item.means == value for text in item.written]
    return _added(tuple(known), further, but=value)


def _added(known: tuple[str, ...], further: tuple[str, ...], but: str | None = None) -> tuple[str, ...]:
    """Both without repetition: the contract may have caught up with the site."""
    return tuple(dict.fromkeys((*known, *(text for text in further if text != but))))


def columns_with(columns: tuple[Column, ...], variants: SiteVariants) -> tuple[Column, ...]:
    """The columns, with what this site writes in them.

    Raises:
        ContractError: with every column that is not there and every text read in two ways.
    """
    names = [column.name for column in columns]
    faults = Faults()
    for name in variants.columns:
        if name not in names:
            alike = get_close_matches(name, names, n=1)
            meant = f"is it {alike[0]}?" if alike else f"it has: {', '.join(names)}"
            place = variants.node.child("columns").child(name, label=f"'{name}'")
            faults.of(_refuse, place, f"the feed has no column of this name; {meant}")
    changed = faults.all_of(lambda column: _column_with(column, columns, variants), columns)
    faults.check()
    return changed


def _column_with(column: Column, columns: tuple[Column, ...], variants: SiteVariants) -> Column:
    own = variants.columns.get(column.name)
    if own is None:
        return column
    node = variants.node.child("columns").child(column.name, label=f"'{column.name}'")
    for header in own.headers:
        for other in columns:
            taken = {text.lower() for text in (other.name, other.physical_name, *other.headers)}
            if other.name != column.name and header.lower() in taken:
                raise node.child("headers").problem(f"'{header}' is column '{other.name}' already; take it out")
    values = column.closed_codes or column.expected_codes
    read_as = dict(column.read_as)
    for spelling in own.spellings:
        if values and spelling.means not in values:
            raise node.child("spellings").problem(
                f"'{spelling.means}' is no value of the column, it has: {', '.join(values)}; write the value meant"
            )
        for text in spelling.written:
            if text in values and text != spelling.means:
                raise node.child("spellings").problem(f"'{text}' is a value of its own; take it out")
            if read_as.setdefault(text.lower(), spelling.means) != spelling.means:
                raise node.child("spellings").problem(
                    f"'{text}' is read as '{read_as[text.lower()]}' by the contract; take it out"
                )
    return replace(
        column,
        headers=_added(column.headers, own.headers),
        spellings=(*column.spellings, *own.spellings),
        open_end_values=_added(column.open_end_values, own.open_end_values),
        padded_to=own.padded_to if own.padded_to is not None else column.padded_to,
    )


def _refuse(node: Node, text: str) -> None:
    raise node.problem(text)
