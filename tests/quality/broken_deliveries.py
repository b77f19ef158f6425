"""Deliveries broken in every way agencies have found so far, made by code. No tests here.

Belongs here: one `Broken` for each fault, with the verdict and the rules it must end in, and a small good delivery of
every kind of file. Does not belong here: what is checked about them (`test_broken_deliveries`).
"""

from __future__ import annotations

import csv
import gzip
import io
import json
import zipfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from orchestration.contracts import ColumnType, FeedContract, load_feed_contracts
from orchestration.settings import Settings

CONTRACTS = load_feed_contracts(Settings.from_environment().contracts_dir)

Row = dict[str, str]

ACCEPTED = "accepted"
QUARANTINE = "accepted_with_quarantine"
REJECTED = "rejected"
NOT_A_DELIVERY = "not a delivery"

CUSTODY, CPS, SPELLS = "police/custody_records", "cps/defendants", "prison/custody_spells"
SENTENCES, ORDERS, LEGAL_AID = "prison/sentences", "probation/orders", "laa/representation_orders"
RESULTS, SEARCHES = "hmcts/results", "police/stop_search"

_GOOD: Mapping[str, Row] = {
    CUSTODY: {
        "force_code": "01",
        "custody_number": "CN0{n}",
        "offence_sequence": "1",
        "surname": "Müller",
        "forename_1": "Anna",
        "date_of_birth": "05/06/1990",
        "sex": "F",
        "arrested_at": "31/12/2023 10:00",
        "offence_code": "TH68010",
        "offence_date": "31/12/2023",
        "disposal": "CAUTION",
        "disposal_at": "31/12/2023 15:00",
    },
    CPS: {
        "PTIURN": "01AB100{n}",
        "DEFENDANT_NUMBER": "1",
        "SURNAME": "Müller",
        "FORENAMES": "Anna Jane",
        "DOB": "05/06/1990",
        "GENDER": "FEMALE",
        "CPS_AREA": "Wessex",
        "CHARGING_DECISION_DATE": "02/01/2024",
    },
    SPELLS: {
        "booking_number": "B0{n}",
        "spell_sequence": "1",
        "noms_number": "A123{n}BC",
        "legal_status": "SENTENCED",
        "status_from": "01-JAN-2024",
        "status_to": "31-DEC-9999",
        "establishment_code": "LEI",
    },
    SENTENCES: {
        "booking_number": "B0{n}",
        "sentence_sequence": "1",
        "noms_number": "A123{n}BC",
        "sentence_date": "01-JAN-2024",
        "cjs_offence_code": "TH68010",
        "sentence_type": "SDS",
        "length_months": "6",
    },
    ORDERS: {
        "crn": "X10000{n}",
        "event_number": "1",
        "surname": "Müller",
        "forename": "Anna",
        "date_of_birth": "1990-06-05",
        "gender": "Female",
        "order_type": "COMMUNITY_ORDER",
        "start_date": "2024-01-02",
        "requirements": "UPW;RAR",
        "breaches": "0",
    },
    LEGAL_AID: {
        "maat_id": "400000{n}",
        "surname": "O'Brien",
        "forenames": "Anna",
        "date_of_birth": "1990-06-05",
        "application_date": "2024-01-02",
        "status_code": "GR",
        "status_date": "2024-01-09",
    },
    RESULTS: {
        "result_id": "r{n}",
        "hearing_id": "h1",
        "offence_id": "o1",
        "cjs_result_code": "1002",
        "result_date": "2024-01-02",
        "result_type": "F",
        "duration_value": "6",
        "duration_unit": "M",
        "amended_at": "2024-01-02T10:00:00Z",
    },
    SEARCHES: {
        "Type": "Person search",
        "Date": "2024-01-0{n}T12:00:00+00:00",
        "Gender": "Female",
        "Age range": "18-24",
        "Legislation": "Misuse of Drugs Act 1971 (section 23)",
        "Object of search": "Controlled drugs",
        "Outcome": "Arrest",
    },
}


def contract(feed: str) -> FeedContract:
    """The real contract of a feed."""
    return CONTRACTS[feed]


def rows(feed: str, count: int = 3, *, start: int = 1, **changes: str) -> list[Row]:
    """Good rows, numbered from `start`, all with the same changes."""
    blank = {column.physical_name: "" for column in contract(feed).columns}
    good = [
        {name: text.format(n=number) for name, text in _GOOD[feed].items()} for number in range(start, start + count)
    ]
    return [{**blank, **row, **changes} for row in good]


def changed(feed: str, row: int, **changes: str) -> list[Row]:
    """Three good rows of which one (from 1) is changed."""
    found = rows(feed)
    found[row - 1] |= changes
    return found


def header(feed: str) -> list[str]:
    """Column names as the agency spells them."""
    return [column.physical_name for column in contract(feed).columns]


def text(feed: str, records: Sequence[Row], names: Sequence[str] | None = None, *, delimiter: str | None = None) -> str:
    """Records in the feed's own text format."""
    if contract(feed).delivery.kind == "jsonl":
        return "".join(json.dumps(json_record(feed, record), ensure_ascii=False) + "\n" for record in records)
    out = io.StringIO()
    mark = delimiter or contract(feed).delivery.delimiter or ","
    writer = csv.writer(out, delimiter=mark, lineterminator="\n")
    names = list(names or header(feed))
    writer.writerow(names)
    writer.writerows([record.get(name, "") for name in names] for record in records)
    return out.getvalue()


def json_record(feed: str, record: Row) -> dict[str, object]:
    """One record as the feed's JSON object: numbers as numbers, lists as arrays, nothing as null."""
    kinds = {column.physical_name: column.type for column in contract(feed).columns}
    found: dict[str, object] = {}
    for name, value in record.items():
        kind = kinds.get(name)
        if kind is ColumnType.LIST:
            found[name] = value.split(";") if value else []
        elif kind is ColumnType.INTEGER and value.isdigit():
            found[name] = int(value)
        else:
            found[name] = value or None
    return found


def encoded(feed: str, content: str) -> bytes:
    """Text in the feed's encoding."""
    return content.encode(contract(feed).delivery.encoding)


def good(feed: str, count: int = 3, *, start: int = 1) -> bytes:
    """A delivery with nothing wrong in it, in the feed's own format."""
    return encoded(feed, text(feed, rows(feed, count, start=start)))


def parquet(columns: Mapping[str, object]) -> bytes:
    """A Parquet file of these columns."""
    sink = io.BytesIO()
    pq.write_table(pa.table(dict(columns)), sink)
    return sink.getvalue()


def parquet_of(feed: str, **changes: object) -> bytes:
    """Three good rows as Parquet, whole columns exchanged; a column given as None is left out."""
    records = rows(feed)
    columns: dict[str, object] = {name: [record[name] or None for record in records] for name in header(feed)}
    columns = {name: pa.array(values, pa.string()) for name, values in columns.items()} | changes
    return parquet({name: values for name, values in columns.items() if values is not None})


def file_name(feed: str, extension: str | None = None, day: str = "20240131") -> str:
    """A name the feed's contract allows."""
    delivery = contract(feed).delivery
    stem = delivery.file_name_pattern.replace("<YYYYMMDD>", day).replace("[_<n>]", "")
    stem = stem.replace("<YYYY-MM>", f"{day[:4]}-{day[4:6]}").replace("<force-slug>", "kent")
    return f"{stem}.{extension or delivery.kind}"


@dataclass(frozen=True)
class Broken:
    """A delivery, and what must become of it.

    Attributes:
        case: what is wrong, in words.
        kind: kind of file, for counting cases.
        files: content by name below the feed's folder.
        verdict: the gate's, or that there is no delivery at all.
        rules: codes without the feed's prefix: those that refuse, quarantine, or (accepted) warn. Of what is no
            delivery, the reason ingest gives, if any.
        received: rows in the ledger.
        row, column: where the message must point, for a rule about rows.
        words: what the message must hold.
        arrange: does what file contents cannot (links, times).
    """

    case: str
    kind: str
    feed: str
    files: Mapping[str, bytes]
    verdict: str
    rules: tuple[str, ...] = ()
    received: int = 3
    row: int | None = None
    column: str | None = None
    words: tuple[str, ...] = ()
    arrange: Callable[[Path], None] | None = None

    @property
    def codes(self) -> set[str]:
        """Full rule codes."""
        prefix = contract(self.feed).rule_prefix
        return {f"{prefix}-{rule}" for rule in self.rules}


def _refused(
    case: str,
    kind: str,
    feed: str,
    content: bytes,
    rule: str,
    *words: str,
    extension: str | None = None,
    received: int = 0,
    **files: bytes,
) -> Broken:
    named = {file_name(feed, extension): content} | files
    return Broken(case, kind, feed, named, REJECTED, (f"FILE-{rule}",), received, words=words)


def _set_aside(
    case: str,
    kind: str,
    feed: str,
    content: bytes,
    rule: str,
    column: str,
    row: int = 2,
    received: int = 3,
    extension: str | None = None,
) -> Broken:
    named = {file_name(feed, extension): content}
    return Broken(case, kind, feed, named, QUARANTINE, (rule,), received, row=row, column=column)


def _accepted(
    case: str, kind: str, feed: str, content: bytes, *warnings: str, received: int = 3, extension: str | None = None
) -> Broken:
    return Broken(case, kind, feed, {file_name(feed, extension): content}, ACCEPTED, warnings, received)


def _cell(case: str, kind: str, feed: str, rule: str, *, at: str | None = None, **change: str) -> Broken:
    """The second row has one wrong value, which quarantines it."""
    content = encoded(feed, text(feed, changed(feed, 2, **change)))
    return _set_aside(case, kind, feed, content, rule, at or next(iter(change)).lower())


def _warned(case: str, kind: str, feed: str, *warnings: str, **change: str) -> Broken:
    """The second row has one odd value, which only warns (or not even that)."""
    return _accepted(case, kind, feed, encoded(feed, text(feed, changed(feed, 2, **change))), *warnings)


def _with_manifest(case: str, claims: object, *words: str, feed: str = CUSTODY, kind: str = "csv utf-8") -> Broken:
    name, content = file_name(feed), good(feed)
    document = claims if isinstance(claims, bytes) else json.dumps(claims).encode()
    return Broken(
        case, kind, feed, {name: content, f"{name}.manifest.json": document}, REJECTED, ("FILE-MANIFEST",), words=words
    )


def _named(case: str, kind: str, feed: str, name: str, received: int = 0) -> Broken:
    return Broken(case, kind, feed, {name: good(feed)}, REJECTED, ("FILE-FILE_NAME",), received, words=("name",))


def _joined(feed: str, *lines: str, end: str = "\n") -> bytes:
    return encoded(feed, end.join(lines) + end)


def _zip() -> bytes:
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w") as archive:
        archive.writestr("xl/workbook.xml", "<workbook/>")
    return sink.getvalue()


_HTML = b"\n  <!DOCTYPE html>\n<html><body>Your session has ended</body></html>\n"
_ERROR_PAGE = b'<?xml version="1.0"?><Error><Code>AccessDenied</Code></Error>'


def _lines(feed: str) -> list[str]:
    return text(feed, rows(feed)).splitlines()


def _renamed(feed: str, old: str, new: str) -> bytes:
    return encoded(feed, text(feed, rows(feed)).replace(old, new, 1))


def _without(feed: str, *names: str) -> bytes:
    return encoded(feed, text(feed, rows(feed), [name for name in header(feed) if name not in names]))


def _reordered(feed: str) -> bytes:
    return encoded(feed, text(feed, rows(feed), header(feed)[::-1]))


def _swapped_names(feed: str, one: str, other: str) -> bytes:
    """The header's names in their place, the values of two columns under each other's name."""
    swap = {one: other, other: one}
    return encoded(
        feed, text(feed, [{swap.get(k, k): v for k, v in row.items()} for row in rows(feed, 25)], header(feed))
    )


def _json_lines(*records: object) -> bytes:
    return "".join(json.dumps(record) + "\n" for record in records).encode()


def _order(**changes: object) -> dict[str, object]:
    return json_record(ORDERS, rows(ORDERS, 1)[0]) | changes


def _raw_order(extra: str) -> bytes:
    return good(ORDERS, 2) + (json.dumps(_order(crn="X100003"))[:-1] + extra + "}\n").encode()


def _bad_utf8() -> pa.Array:
    """A text column as some writers make it: bytes of another encoding passed off as UTF-8."""
    return pa.Array.from_buffers(
        pa.string(), 3, [None, pa.py_buffer(b"\0\0\0\0\1\0\0\0\2\0\0\0\3\0\0\0"), pa.py_buffer(b"a\xfcb")]
    )


def _dates(*days: date | None) -> pa.Array:
    return pa.array(days, pa.date32())


def _flipped(content: bytes, place: int) -> bytes:
    place %= len(content)
    return content[:place] + bytes([content[place] ^ 0xFF]) + content[place + 1 :]


UTF8 = "csv utf-8"
_TEXT_FILES = (
    _accepted("UTF-8 byte order mark", UTF8, CUSTODY, b"\xef\xbb\xbf" + good(CUSTODY)),
    _accepted("columns in another order", UTF8, CUSTODY, _reordered(CUSTODY)),
    _accepted("header only", UTF8, CUSTODY, encoded(CUSTODY, text(CUSTODY, [])), received=0),
    _warned("an end of line inside quotes", UTF8, CUSTODY, surname="Mül\nler"),
    _warned("blanks around values", UTF8, CUSTODY, sex="  F ", offence_code=" TH68010"),
    _warned("a formula in a name stays text", UTF8, CUSTODY, surname="=cmd|' /C calc'!A0"),
    _warned("afternoon lost: ends before it begins", UTF8, CUSTODY, "002", disposal_at="31/12/2023 03:00"),
    _warned("a placeholder birth date", UTF8, CUSTODY, "RANGE-date_of_birth", date_of_birth="31/12/1899"),
    _warned("born in 9999", UTF8, CUSTODY, "005", date_of_birth="31/12/9999"),
    _warned("a code outside an open list", UTF8, CUSTODY, "CODE_LIST-offence_code", offence_code="ZZ99999"),
    _warned("a force code that lost its zero", UTF8, CUSTODY, "CODE_LIST-force_code", force_code="1"),
    _warned(
        "a result code that lost its zeros",
        UTF8,
        RESULTS,
        "PATTERN-cjs_result_code",
        "CODE_LIST-cjs_result_code",
        cjs_result_code="2",
    ),
    _warned("a negative duration", UTF8, RESULTS, "RANGE-duration_value", duration_value="-6"),
    _accepted(
        "one key twice",
        UTF8,
        CUSTODY,
        encoded(CUSTODY, text(CUSTODY, rows(CUSTODY, 2) + rows(CUSTODY, 1))),
        "FILE-DUPLICATE_KEY",
    ),
    _accepted(
        "an extra column",
        UTF8,
        CUSTODY,
        encoded(CUSTODY, text(CUSTODY, rows(CUSTODY), [*header(CUSTODY), "notes"])),
        "FILE-UNKNOWN_COLUMN",
    ),
    _cell("the 31st of February", UTF8, CUSTODY, "TYPE-offence_date", offence_date="31/02/2024"),
    _cell("a year of two digits", UTF8, CUSTODY, "TYPE-date_of_birth", date_of_birth="05/06/90"),
    _cell("the year 0000", UTF8, CUSTODY, "TYPE-date_of_birth", date_of_birth="01/01/0000"),
    _cell("a clock of twelve hours", UTF8, CUSTODY, "TYPE-arrested_at", arrested_at="31/12/2023 03:00 PM"),
    _cell("24 o'clock", UTF8, RESULTS, "TYPE-amended_at", amended_at="9999-12-31T24:00:00Z"),
    _cell("an American date", UTF8, CUSTODY, "TYPE-offence_date", offence_date="12/31/2023"),
    _cell("a code outside a closed list", UTF8, CUSTODY, "CLOSED_CODES-sex", sex="Female"),
    _cell("a code with a tab", UTF8, CUSTODY, "CLOSED_CODES-sex", sex="F\t"),
    _cell("blanks for a required value", UTF8, CUSTODY, "REQUIRED-surname", surname="   "),
    _cell(
        "a reference rounded by a spreadsheet", UTF8, CUSTODY, "SPREADSHEET-custody_number", custody_number="1.23E+10"
    ),
    _set_aside(
        "a footer with all its delimiters",
        UTF8,
        LEGAL_AID,
        good(LEGAL_AID) + b'status="Success"' + b"," * 9 + b"\n",
        "REQUIRED-surname",
        "surname",
        row=4,
        received=4,
    ),
    _refused(
        "values of two columns exchanged",
        UTF8,
        LEGAL_AID,
        _swapped_names(LEGAL_AID, "surname", "application_date"),
        "QUARANTINE_SHARE",
        "send the whole delivery again",
        received=25,
    ),
    _refused("zero bytes", UTF8, CUSTODY, b"", "EMPTY_FILE", "send the file again"),
    _refused("only ends of line", UTF8, CUSTODY, b"\r\n\r\n", "EMPTY_FILE", "header"),
    _refused("a NUL byte", UTF8, CUSTODY, good(CUSTODY).replace(b"Anna", b"An\0a", 1), "UNREADABLE", "NUL", "line 2"),
    _refused(
        "two encodings in one file",
        UTF8,
        CUSTODY,
        good(CUSTODY) + good(CUSTODY, 1, start=4).split(b"\n", 1)[1].decode().encode("cp1252"),
        "UNREADABLE",
        "line 5",
        "export the file as utf-8",
    ),
    _refused("UTF-16", UTF8, CUSTODY, good(CUSTODY).decode().encode("utf-16"), "UNREADABLE", "UTF-16"),
    _refused("a ragged row", UTF8, CUSTODY, good(CUSTODY) + b"01,CN04,1\n", "UNREADABLE", "line 5", "found"),
    _refused(
        "a footer of the export", UTF8, CUSTODY, good(CUSTODY) + b'status="Success"\n', "UNREADABLE", "line 5", "footer"
    ),
    _refused(
        "a column named twice",
        UTF8,
        CUSTODY,
        _renamed(CUSTODY, "nationality", "Surname"),
        "UNREADABLE",
        "more than once",
    ),
    _refused(
        "a quote never closed", UTF8, CUSTODY, good(CUSTODY).replace(b"Anna", b'"Anna', 1), "UNREADABLE", "line 2"
    ),
    _refused("one line of 5 MB", UTF8, CUSTODY, good(CUSTODY) + b"01," + b"x" * 5_000_000, "UNREADABLE", "4 MiB"),
    _refused("a header of 5 MB", UTF8, CUSTODY, b"x" * 5_000_000, "UNREADABLE", "1 MiB"),
    _refused(
        "2,000 columns", UTF8, CUSTODY, ",".join(f"c{n}" for n in range(2_000)).encode() + b"\n", "UNREADABLE", "2,000"
    ),
    _refused("a missing column", UTF8, CUSTODY, _without(CUSTODY, "sex"), "MISSING_COLUMN", "sex", "send", received=3),
    _refused(
        "a renamed column",
        UTF8,
        CUSTODY,
        _renamed(CUSTODY, "date_of_birth", "dob"),
        "MISSING_COLUMN",
        "date_of_birth",
        received=3,
    ),
    _refused(
        "no header",
        UTF8,
        LEGAL_AID,
        good(LEGAL_AID).split(b"\n", 1)[1],
        "MISSING_COLUMN",
        "does not look like",
        received=2,
    ),
    _refused(
        "semicolons for commas",
        UTF8,
        LEGAL_AID,
        text(LEGAL_AID, rows(LEGAL_AID), delimiter=";").encode(),
        "MISSING_COLUMN",
        "delimiter",
        received=3,
    ),
    _refused("another feed's file", UTF8, CUSTODY, good(LEGAL_AID), "MISSING_COLUMN", "does not look like", received=3),
    _refused("a web page", UTF8, CUSTODY, _HTML, "WRONG_CONTENT", "web page"),
    _refused("an error page of a file store", UTF8, CUSTODY, _ERROR_PAGE, "WRONG_CONTENT", "web page or XML"),
    _refused("a spreadsheet", UTF8, CUSTODY, _zip(), "WRONG_CONTENT", "spreadsheet"),
    _refused("JSON lines under another name", UTF8, CUSTODY, good(ORDERS), "WRONG_CONTENT", "JSON"),
)

_MANIFESTS = (
    _with_manifest("a manifest with other rows", {"rows": 4}, "4 rows", "send file and manifest again"),
    _with_manifest("a manifest with another sha256", {"sha256": "0" * 64}, "sha256", "send both again"),
    _with_manifest("a manifest of another feed", {"feed": "../../etc/passwd"}, "another feed"),
    _with_manifest(
        "a manifest of another period", {"period_start": "2024-03-01", "period_end": "2024-03-31"}, "period starts"
    ),
    _with_manifest(
        "a period that ends before it starts", {"period_start": "2024-01-31", "period_end": "2024-01-01"}, "before"
    ),
    _with_manifest("a manifest of another day", {"extracted_at": "2023-06-30T02:00:00Z"}, "2023-06-30", "renamed"),
    _with_manifest("a manifest without a real date", {"period_end": "31/01/2024"}, "ISO 8601"),
    _with_manifest("a manifest that is no JSON", b"rows=3", "not valid JSON"),
    _with_manifest("a manifest that is a list", b"[3]", "not a JSON object"),
    _with_manifest("a manifest with other rows", {"rows": 30}, "30 rows", feed=SPELLS, kind="pipes"),
    _with_manifest("a manifest with other rows", {"rows": 2}, "2 rows", feed=ORDERS, kind="JSON lines"),
)


def _link_outside(folder: Path) -> None:
    outside = folder.parents[2] / "outside.csv"
    outside.write_bytes(good(CUSTODY))
    (folder / file_name(CUSTODY)).symlink_to(outside)


def _nested(folder: Path) -> None:
    folder.joinpath(*["d"] * 60).mkdir(parents=True)


_NAMES = (
    _named("an Excel ending", UTF8, CUSTODY, "custody_records_20240131.xlsx"),
    _named("a day that is not there", UTF8, CUSTODY, "custody_records_20240231.csv"),
    _named("a year nobody lives in", UTF8, CUSTODY, "custody_records_22040131.csv", 3),
    _named("a year before computers", UTF8, CUSTODY, "custody_records_10240131.csv", 3),
    _named("a path of another system", UTF8, CUSTODY, "C:\\exports\\custody_records_20240131.csv"),
    _named("a way up inside the name", UTF8, CUSTODY, "x\\..\\..\\custody_records_20240131.csv"),
    _named("month 13", "stop and search", SEARCHES, "2024-13-kent-stop-and-search.csv"),
    _named("no force", "stop and search", SEARCHES, "2024-01-stop-and-search.csv"),
    _named("a year nobody lives in", "stop and search", SEARCHES, "2204-01-kent-stop-and-search.csv", 3),
    Broken("a hidden file", UTF8, CUSTODY, {".custody_records_20240131.csv": good(CUSTODY)}, NOT_A_DELIVERY),
    Broken(
        "a name that begins with a way up",
        UTF8,
        CUSTODY,
        {"..\\..\\custody_records_20240131.csv": good(CUSTODY)},
        NOT_A_DELIVERY,
    ),
    Broken(
        "a transfer still under way",
        UTF8,
        CUSTODY,
        {"custody_records_20240131.csv.part": good(CUSTODY)[:50]},
        NOT_A_DELIVERY,
    ),
    Broken(
        "a link out of the landing folder", UTF8, CUSTODY, {}, NOT_A_DELIVERY, ("symbolic-link",), arrange=_link_outside
    ),
    Broken("sixty folders deep", UTF8, CUSTODY, {}, NOT_A_DELIVERY, ("too-deep",), arrange=_nested),
    Broken(
        "a manifest alone",
        UTF8,
        CUSTODY,
        {f"{file_name(CUSTODY)}.manifest.json": b'{"rows": 3}'},
        NOT_A_DELIVERY,
        ("manifest-without-file",),
    ),
)

CP1252 = "csv cp1252"
_CP1252_FILES = (
    _accepted("UTF-8 that says so", CP1252, CPS, b"\xef\xbb\xbf" + text(CPS, rows(CPS)).encode()),
    _accepted(
        "headings in small letters", CP1252, CPS, _joined(CPS, _lines(CPS)[0].lower(), *_lines(CPS)[1:], end="\r\n")
    ),
    _warned("an unknown ethnicity", CP1252, CPS, "CODE_LIST-ethnicity", ETHNICITY="Z9"),
    _cell("a reference rounded by a spreadsheet", CP1252, CPS, "SPREADSHEET-ptiurn", PTIURN="1.23E+10"),
    _cell("an outcome in other words", CP1252, CPS, "101", at="outcome", OUTCOME="Guilty"),
    _cell("an ISO date", CP1252, CPS, "TYPE-dob", DOB="1990-06-05"),
    _refused(
        "UTF-8 that does not say so", CP1252, CPS, text(CPS, rows(CPS)).encode(), "UNREADABLE", "UTF-8", "export it as"
    ),
    _refused(
        "a byte that cp1252 does not have",
        CP1252,
        CPS,
        good(CPS).replace(b"Anna", b"An\x81a", 1),
        "UNREADABLE",
        "0x81",
        "line 2",
    ),
    _refused("a ragged row", CP1252, CPS, good(CPS) + b"x,1\n", "UNREADABLE", "line 5"),
    _refused("a web page", CP1252, CPS, _HTML, "WRONG_CONTENT", "web page"),
)

PIPES = "pipes"
_PIPE_FILES = (
    _accepted("columns in another order", PIPES, SPELLS, _reordered(SPELLS)),
    _warned("a negative length", PIPES, SENTENCES, "RANGE-length_months", length_months="-6"),
    _cell(
        "a spell that ends before it begins", PIPES, SPELLS, "001", at="status_from;status_to", status_to="31-DEC-2023"
    ),
    _cell("the 30th of February", PIPES, SPELLS, "TYPE-status_from", status_from="30-FEB-2024"),
    _cell("a year of two digits", PIPES, SPELLS, "TYPE-status_from", status_from="01-JAN-24"),
    _cell("a month in French", PIPES, SPELLS, "TYPE-status_from", status_from="01-AOU-2024"),
    _cell("a booking rounded by a spreadsheet", PIPES, SPELLS, "SPREADSHEET-booking_number", booking_number="1E+05"),
    _refused(
        "commas for pipes",
        PIPES,
        SPELLS,
        text(SPELLS, rows(SPELLS), delimiter=",").encode(),
        "MISSING_COLUMN",
        "delimiter",
        received=3,
    ),
    _refused(
        "an unquoted pipe in a value", PIPES, SPELLS, good(SPELLS).replace(b"LEI", b"L|EI", 1), "UNREADABLE", "line 2"
    ),
    _refused("a count of rows at the end", PIPES, SPELLS, good(SPELLS) + b"3 rows selected.\n", "UNREADABLE", "line 5"),
    _refused(
        "the other prison feed's file",
        PIPES,
        SENTENCES,
        good(SPELLS),
        "MISSING_COLUMN",
        "sentence_sequence",
        received=3,
    ),
)

JSON_LINES = "JSON lines"
_JSON_FILES = (
    _accepted("UTF-8 byte order mark", JSON_LINES, ORDERS, b"\xef\xbb\xbf" + good(ORDERS)),
    _accepted(
        "a nested object under an extra name",
        JSON_LINES,
        ORDERS,
        _raw_order(', "officer": {"team": 1}'),
        "FILE-UNKNOWN_COLUMN",
    ),
    _cell("a date and time for a date", JSON_LINES, ORDERS, "TYPE-start_date", start_date="2024-01-02T00:00:00"),
    _cell("words for a number", JSON_LINES, ORDERS, "TYPE-event_number", event_number="one"),
    _cell("a code outside a closed list", JSON_LINES, ORDERS, "101", at="order_type", order_type="Community"),
    _refused(
        "an array around the objects",
        JSON_LINES,
        ORDERS,
        json.dumps([_order(), _order()]).encode(),
        "UNREADABLE",
        "line 1",
        "no array",
    ),
    _refused(
        "an object spread over lines",
        JSON_LINES,
        ORDERS,
        json.dumps(_order(), indent=1).encode(),
        "UNREADABLE",
        "line 1",
    ),
    _refused(
        "a nested object for a value",
        JSON_LINES,
        ORDERS,
        _json_lines(_order(), _order(surname={"text": "Müller"})),
        "UNREADABLE",
        "record 2",
        "surname",
    ),
    _refused(
        "objects in a list",
        JSON_LINES,
        ORDERS,
        _json_lines(_order(requirements=[{"code": "UPW"}])),
        "UNREADABLE",
        "record 1",
        "requirements",
    ),
    _refused(
        "one key twice in an object",
        JSON_LINES,
        ORDERS,
        _raw_order(', "surname": "Smith"'),
        "UNREADABLE",
        "line 3",
        "twice",
    ),
    _refused(
        "two spellings of one key",
        JSON_LINES,
        ORDERS,
        _raw_order(', "SURNAME": "Smith"'),
        "UNREADABLE",
        "more than once",
    ),
    _refused(
        "an escaped NUL", JSON_LINES, ORDERS, _json_lines(_order(surname="An\0a")), "UNREADABLE", "surname", "NUL"
    ),
    _refused(
        "keys that are numbers of records",
        JSON_LINES,
        ORDERS,
        _json_lines({f"X{n}": 1 for n in range(2_000)}),
        "UNREADABLE",
        "2,000",
    ),
    _refused("cut in the last line", JSON_LINES, ORDERS, good(ORDERS)[:-20], "UNREADABLE", "line 3"),
    _refused("no lines and no manifest", JSON_LINES, ORDERS, b"\n", "EMPTY_FILE", "manifest"),
    _refused("one line of 5 MB", JSON_LINES, ORDERS, b'{"crn": "' + b"x" * 5_000_000 + b'"}', "UNREADABLE", "4 MiB"),
    _refused(
        "a key in no object",
        JSON_LINES,
        ORDERS,
        _json_lines({k: v for k, v in _order().items() if k != "crn"}),
        "MISSING_COLUMN",
        "crn",
        received=1,
    ),
)

PARQUET = "parquet"
_PARQUET_FILES = (
    _accepted(
        "columns with types of their own",
        PARQUET,
        LEGAL_AID,
        parquet_of(
            LEGAL_AID, maat_id=pa.array([4000001, 4000002, 4000003]), application_date=_dates(*[date(2024, 1, 2)] * 3)
        ),
        extension="parquet",
    ),
    _set_aside(
        "a date in another notation",
        PARQUET,
        LEGAL_AID,
        parquet_of(LEGAL_AID, application_date=pa.array(["2024-01-02", "02/01/2024", "2024-01-02"])),
        "TYPE-application_date",
        "application_date",
        extension="parquet",
    ),
    _set_aside(
        "a missing required value",
        PARQUET,
        LEGAL_AID,
        parquet_of(LEGAL_AID, application_date=_dates(date(2024, 1, 2), None, date(2024, 1, 2))),
        "REQUIRED-application_date",
        "application_date",
        extension="parquet",
    ),
    _refused(
        "cut short", PARQUET, LEGAL_AID, parquet_of(LEGAL_AID)[:-30], "UNREADABLE", "Parquet", extension="parquet"
    ),
    _refused("no Parquet at all", PARQUET, LEGAL_AID, good(LEGAL_AID), "UNREADABLE", "Parquet", extension="parquet"),
    _refused(
        "text in another encoding",
        PARQUET,
        LEGAL_AID,
        parquet_of(LEGAL_AID, surname=_bad_utf8()),
        "UNREADABLE",
        "surname",
        "UTF-8",
        extension="parquet",
    ),
    _refused(
        "a NUL character",
        PARQUET,
        LEGAL_AID,
        parquet_of(LEGAL_AID, surname=pa.array(["a", "b\0", "c"])),
        "UNREADABLE",
        "surname",
        "NUL",
        extension="parquet",
    ),
    _refused(
        "a structure for a value",
        PARQUET,
        LEGAL_AID,
        parquet_of(LEGAL_AID, surname=pa.array([{"a": "b"}] * 3)),
        "UNREADABLE",
        "surname",
        "nested",
        extension="parquet",
    ),
    _refused(
        "durations",
        PARQUET,
        LEGAL_AID,
        parquet_of(LEGAL_AID, surname=pa.array([1, 2, 3], pa.duration("s"))),
        "UNREADABLE",
        "surname",
        "duration",
        extension="parquet",
    ),
    _refused(
        "a missing column",
        PARQUET,
        LEGAL_AID,
        parquet_of(LEGAL_AID, surname=None),
        "MISSING_COLUMN",
        "surname",
        received=3,
        extension="parquet",
    ),
    _refused("no columns", PARQUET, LEGAL_AID, parquet({}), "MISSING_COLUMN", "maat_id", extension="parquet"),
)

GZIP = "gz"
_GZIP_FILES = (
    _accepted(
        "two parts one after the other",
        GZIP,
        CUSTODY,
        gzip.compress(good(CUSTODY)[:40]) + gzip.compress(good(CUSTODY)[40:]),
        extension="csv.gz",
    ),
    _refused(
        "cut in the middle",
        GZIP,
        CUSTODY,
        gzip.compress(good(CUSTODY, 9))[:-60],
        "UNREADABLE",
        "cut short",
        extension="csv.gz",
    ),
    _refused(
        "the last byte missing",
        GZIP,
        CUSTODY,
        gzip.compress(good(CUSTODY))[:-1],
        "UNREADABLE",
        "cut short",
        extension="csv.gz",
    ),
    _refused(
        "a byte changed on the way",
        GZIP,
        CUSTODY,
        _flipped(gzip.compress(good(CUSTODY)), -6),
        "UNREADABLE",
        "damaged",
        extension="csv.gz",
    ),
    _refused("not packed at all", GZIP, CUSTODY, good(CUSTODY), "UNREADABLE", "gzip", extension="csv.gz"),
    _refused(
        "packed twice",
        GZIP,
        CUSTODY,
        gzip.compress(gzip.compress(good(CUSTODY))),
        "WRONG_CONTENT",
        "gzip",
        extension="csv.gz",
    ),
    _refused("packed under a plain name", GZIP, CUSTODY, gzip.compress(good(CUSTODY)), "WRONG_CONTENT", "gzip"),
    _refused(
        "a packed spreadsheet", GZIP, CUSTODY, gzip.compress(_zip()), "WRONG_CONTENT", "spreadsheet", extension="csv.gz"
    ),
    _refused(
        "packed JSON lines cut short",
        GZIP,
        ORDERS,
        gzip.compress(good(ORDERS))[:-9],
        "UNREADABLE",
        "cut short",
        extension="jsonl.gz",
    ),
)

SEARCH_FILES = "stop and search"
_SEARCH_FILES = (
    _accepted("identical searches", SEARCH_FILES, SEARCHES, encoded(SEARCHES, text(SEARCHES, rows(SEARCHES, 1) * 3))),
    _warned("a label in new words", SEARCH_FILES, SEARCHES, "EXPECTED_CODES-gender", Gender="Non-binary"),
    _warned("a date without its offset", SEARCH_FILES, SEARCHES, Date="2024-01-02 12:00"),
    _cell("the 31st of February", SEARCH_FILES, SEARCHES, "TYPE-date", Date="2024-02-31T12:00:00+00:00"),
    _cell("a coordinate in words", SEARCH_FILES, SEARCHES, "TYPE-latitude", Latitude="north", Longitude="0.1"),
    _refused(
        "a pound sign in another encoding",
        SEARCH_FILES,
        SEARCHES,
        good(SEARCHES).replace(b"Arrest", b"\xa360 fine", 1),
        "UNREADABLE",
        "line 2",
    ),
    _refused("a web page", SEARCH_FILES, SEARCHES, _HTML, "WRONG_CONTENT", "web page"),
    _refused(
        "the outcomes file of the same download",
        SEARCH_FILES,
        SEARCHES,
        b"Crime ID,Month,Reported by\n1,2024-01,Kent\n",
        "MISSING_COLUMN",
        "does not look like",
        received=1,
    ),
)

BROKEN_DELIVERIES: tuple[Broken, ...] = (
    *_TEXT_FILES,
    *_MANIFESTS,
    *_NAMES,
    *_CP1252_FILES,
    *_PIPE_FILES,
    *_JSON_FILES,
    *_PARQUET_FILES,
    *_GZIP_FILES,
    *_SEARCH_FILES,
)
