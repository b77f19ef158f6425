"""Every agency's way of writing arrives as the text it meant, and damage is named with its place."""

from __future__ import annotations

import csv
import gzip
import io
import json
from datetime import date, datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from orchestration.contracts import ColumnType, FeedContract
from orchestration.ingest import ingest_feed, load_receipts
from orchestration.ingest.csv_reader import read_csv
from orchestration.ingest.line_reader import read_csv_by_line
from orchestration.ingest.problems import UnreadableError
from orchestration.ingest.raw import read_aside
from orchestration.settings import Settings
from tests.ingest.small_feeds import CUSTODY, STOP_SEARCH_HEADER, column, deliver, feed, manifest, settings_in
from tests.ingest.worlds import only_receipt, problems, raw_rows

PAIR = feed("police", "pairs", (column("code", ColumnType.IDENTIFIER, required=True), column("note")))
SPELLS = feed(
    "prison",
    "spells",
    (column("noms_number", physical_name="NOMS_NUMBER"), column("status_from", ColumnType.DATE)),
    delimiter="|",
    date_format="DD-MON-YYYY",
)
CPS = feed(
    "cps",
    "defendants",
    (column("surname", physical_name="SURNAME"), column("gender", physical_name="GENDER")),
    encoding="cp1252",
)
ORDERS = feed(
    "probation",
    "orders",
    (
        column("crn"),
        column("event_number", ColumnType.INTEGER),
        column("requirements", ColumnType.LIST),
        column("is_open", ColumnType.YES_NO),
    ),
    kind="jsonl",
    delimiter=None,
)


@pytest.fixture
def here(tmp_path: Path) -> Settings:
    return settings_in(tmp_path)


def land(here: Settings, contract: FeedContract, content: str | bytes, extension: str = "csv") -> None:
    deliver(here, contract, f"{contract.feed}_20240131.{extension}", content)
    ingest_feed(contract, here)


def test_text_arrives_exactly_as_written(here: Settings) -> None:
    land(here, PAIR, 'code,note\n007,  two blanks \n1.23E+10,"a ""quoted"", note\nin two lines"\n=cmd|x,\n,N/A\n')
    assert raw_rows(PAIR, here) == [
        {"code": "007", "note": "  two blanks "},
        {"code": "1.23E+10", "note": 'a "quoted", note\nin two lines'},
        {"code": "=cmd|x", "note": None},
        {"code": None, "note": "N/A"},
    ]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_any_end_of_line_will_do(here: Settings, end: str) -> None:
    land(here, PAIR, f"code,note{end}1,a{end}{end}2,b")
    assert raw_rows(PAIR, here) == [{"code": "1", "note": "a"}, {"code": "2", "note": "b"}]


def test_columns_match_whatever_their_case_and_order_and_extra_ones_are_kept(here: Settings) -> None:
    land(here, CPS, "Gender, Local Ref No. ,SURNAME\nMALE,x1,Smith\n")
    assert raw_rows(CPS, here) == [{"surname": "Smith", "gender": "MALE", "local_ref_no": "x1"}]
    [(kind, message)] = problems(CPS, here)
    assert kind == "UNKNOWN_COLUMN"
    assert "local_ref_no" in message


def test_the_public_stop_search_header_becomes_canonical_names(here: Settings) -> None:
    contract = feed(
        "police",
        "searches",
        tuple(
            column(name, physical_name=header)
            for name, header in zip(
                ("type", "date", "part_of_a_policing_operation", "policing_operation"),
                STOP_SEARCH_HEADER.split(","),
                strict=False,
            )
        ),
    )
    land(here, contract, "Type,Date,Part of a policing operation,Policing operation\nPerson search,d,False,\n")
    assert raw_rows(contract, here) == [
        {"type": "Person search", "date": "d", "part_of_a_policing_operation": "False", "policing_operation": None}
    ]


def test_pipes_and_month_names(here: Settings) -> None:
    land(here, SPELLS, "NOMS_NUMBER|STATUS_FROM\nA1234BC|31-DEC-9999\n")
    assert raw_rows(SPELLS, here) == [{"noms_number": "A1234BC", "status_from": "31-DEC-9999"}]


def test_cp1252_is_decoded(here: Settings) -> None:
    land(here, CPS, "SURNAME,GENDER\r\nO\u2019Brien-Müller,MALE\r\n".encode("cp1252"))
    assert raw_rows(CPS, here)[0]["surname"] == "O\u2019Brien-Müller"


def test_a_byte_order_mark_is_not_part_of_the_first_name(here: Settings) -> None:
    land(here, CPS, "\ufeffSURNAME,GENDER\nMüller,MALE\n".encode())
    assert raw_rows(CPS, here) == [{"surname": "Müller", "gender": "MALE"}]
    assert problems(CPS, here) == []


def test_a_byte_outside_the_encoding_is_named_with_its_offset_and_line(here: Settings) -> None:
    """In the header, without which no line can be read; in a line it costs the line."""
    good = "code,M"
    land(here, PAIR, good.encode() + "üller\n1,ok\n".encode("cp1252"))
    [(kind, message)] = problems(PAIR, here)
    assert kind == "UNREADABLE"
    assert "0xFC" in message
    assert "line 1" in message


def test_a_wrong_byte_deep_in_a_large_file_is_found_at_its_place(here: Settings) -> None:
    land(here, PAIR, b"code,note\n" + "".join(f"{n},Müller\n" for n in range(200_000)).encode() + b"2,\x81\n")
    assert aside(here, PAIR) == [(200_001, 200_002, "unreadable_row", "2,\\x81")]
    assert len(raw_rows(PAIR, here)) == 200_000
    assert problems(PAIR, here) == []


def aside(here: Settings, contract: FeedContract) -> list[tuple[int, int, str, str]]:
    """Row, line, kind and text of each line that is no record."""
    lines = read_aside(contract, here, only_receipt(contract, here).delivery_id)
    return [(line.row_number, line.line_number, line.kind.value, line.text) for line in lines]


ONE, TWO, THREE = {"code": "1", "note": "a"}, {"code": "2", "note": "b"}, {"code": "3", "note": "c"}


@pytest.mark.parametrize(
    ("content", "lines", "rows"),
    [
        (b"1,a\n2\n3,c\n", [(2, 3, "ragged_row", "2")], [ONE, THREE]),
        (b"1,a\n2,b,c\n3,c\n", [(2, 3, "ragged_row", "2,b,c")], [ONE, THREE]),
        (b"1,a\r\n2\r\n3,c\r\n", [(2, 3, "ragged_row", "2")], [ONE, THREE]),
        (b"1,a\r2\r3,c\r", [(2, 3, "ragged_row", "2")], [ONE, THREE]),
        (b"1,a\n\n\n2\n3,c\n", [(2, 5, "ragged_row", "2")], [ONE, THREE]),
        (b"1,a\n  \n3,c\n", [(2, 3, "ragged_row", "  ")], [ONE, THREE]),
        (b'1,"a\nb"\n2,b,c\n3,c\n', [(2, 4, "ragged_row", "2,b,c")], [{"code": "1", "note": "a\nb"}, THREE]),
        (b'1,"a, ""b"""\n2\n', [(2, 3, "ragged_row", "2")], [{"code": "1", "note": 'a, "b"'}]),
        (b'1,a\n2,"never closed\n3,c\n', [(2, 3, "unreadable_row", '2,"never closed')], [ONE, THREE]),
        (
            b'1,"open\n2,b\n3,"c"\n4,"d, e"\n',
            [(1, 2, "unreadable_row", '1,"open')],
            [TWO, THREE, {"code": "4", "note": "d, e"}],
        ),
        (b"1,a\n2,\x00\n3,c\n", [(2, 3, "unreadable_row", "2,\\x00")], [ONE, THREE]),
        (b"1,a\n2,M\xfcller\n3,c\n", [(2, 3, "unreadable_row", "2,M\\xfcller")], [ONE, THREE]),
        (b"1,a\n(1 rows affected)\n", [(2, 3, "footer", "(1 rows affected)")], [ONE]),
        (b'"\n","\n"\n2,b,c\n3,c\n', [(2, 5, "ragged_row", "2,b,c")], [{"code": "\n", "note": "\n"}, THREE]),
        (b"1,a\nTotal rows: 1\nEOF", [(2, 3, "footer", "Total rows: 1"), (3, 4, "footer", "EOF")], [ONE]),
        (b"1,a\nCode,note\n3,c\n", [(2, 3, "repeated_header", "Code,note")], [ONE, THREE]),
        (b"1,a\n\xef\xbb\xbfcode,note\n3,c\n", [(2, 3, "repeated_header", "\ufeffcode,note")], [ONE, THREE]),
    ],
)  # fmt: skip
@pytest.mark.parametrize("extension", ["csv", "csv.gz"])
def test_a_line_that_is_no_record_is_set_aside_as_sent_and_the_others_are_read(
    here: Settings, content: bytes, lines: list[tuple[int, int, str, str]], rows: list[dict[str, str]], extension: str
) -> None:
    end = b"\r\n" if b"\r\n" in content else b"\r" if b"\r" in content else b"\n"
    content = b"code,note" + end + content
    land(here, PAIR, gzip.compress(content, mtime=0) if extension == "csv.gz" else content, extension)
    assert aside(here, PAIR) == lines
    assert raw_rows(PAIR, here) == rows
    assert problems(PAIR, here) == []
    assert only_receipt(PAIR, here).rows_received == len(lines) + len(rows)


def test_a_file_is_refused_past_the_number_and_the_share_of_bad_lines(here: Settings) -> None:
    """One bad line of twelve is not "8%": ten may be bad whatever their share, and a tenth whatever their number."""
    for day, (good, bad, is_refused) in enumerate(
        [(11, 1, False), (2, 10, False), (99, 11, False), (98, 11, True), (0, 1, True), (90, 10, False)], start=1
    ):
        content = "code,note\n" + "".join(f"{day}{n},a\n" for n in range(good)) + "x,y,z\n" * bad
        deliver(here, PAIR, f"pairs_202401{day:02}.csv", content)
        ingest_feed(PAIR, here)
        receipt = load_receipts(PAIR, here)[-1]
        assert receipt.file_name == f"pairs_202401{day:02}.csv"
        assert (receipt.has_raw, receipt.rows_received) == ((False, 0) if is_refused else (True, good + bad))
    codes = {code for receipt in load_receipts(PAIR, here) for code in (item.rule_code for item in receipt.problems)}
    assert codes == {"POL-PAI-FILE-UNREADABLE"}


def test_where_no_letter_beyond_ascii_can_be_read_it_is_the_encoding_and_not_the_lines(here: Settings) -> None:
    """Else just the people with accents in their names would be left out."""
    names = ["Müller", "Smith", "Jones", "Brown", "Zoë"]
    land(here, PAIR, b"code,note\n" + "".join(f"{n},{name}\n" for n, name in enumerate(names)).encode("cp1252"))
    [(kind, message)] = problems(PAIR, here)
    assert kind == "UNREADABLE"
    assert "2 lines hold bytes that are not utf-8" in message


@pytest.mark.parametrize("rows", [2, 3])
def test_a_manifest_counts_records_with_or_without_those_that_cannot_be_read(here: Settings, rows: int) -> None:
    """Two records, one of them ragged, and a footer: the sender counted two."""
    path = deliver(here, PAIR, "pairs_20240131.csv", "code,note\n1,a\n2\nTotal rows: 2\n")
    manifest(path, rows=rows)
    ingest_feed(PAIR, here)
    assert [kind for kind, _ in problems(PAIR, here)] == ([] if rows == 2 else ["MANIFEST"])


def test_a_file_mended_under_its_name_keeps_nothing_of_what_was_set_aside(here: Settings) -> None:
    land(here, PAIR, "code,note\n1,a\n2\n")
    assert len(aside(here, PAIR)) == 1
    land(here, PAIR, "code,note\n1,a\n2,b\n")
    assert aside(here, PAIR) == []
    assert raw_rows(PAIR, here) == [ONE, TWO]


@given(
    st.lists(
        st.lists(st.text(st.characters(exclude_characters="\0", codec="utf-8")), min_size=2, max_size=2), min_size=1
    )
)
@hypothesis_settings(max_examples=200, deadline=None)
def test_line_by_line_good_rows_come_out_as_they_do_the_fast_way(tmp_path_factory, rows: list[list[str]]) -> None:
    """Whatever is in the values: quotes, delimiters, ends of line."""
    path = tmp_path_factory.mktemp("reading") / "pairs_20240131.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, quoting=csv.QUOTE_ALL, lineterminator="\n")
        writer.writerow(["code", "note"])
        writer.writerows(rows)
    if any([cell.strip().lower() for cell in row] == ["code", "note"] for row in rows):
        return
    fast = [row for batch in read_csv(PAIR, path, compressed=False).batches for row in batch.to_pylist()]
    reading = read_csv_by_line(PAIR, path, compressed=False)
    slow = [row for batch in reading.batches for row in batch.to_pylist()]
    assert [row.pop("_row_number") for row in slow] == list(range(1, len(rows) + 1))
    assert slow == fast
    assert reading.aside == []


@pytest.mark.parametrize(
    ("content", "kind", "words"),
    [
        (b"", "EMPTY_FILE", "empty"),
        (b"\n\n", "EMPTY_FILE", "empty"),
        (b"code,note\n1,a\n2", "UNREADABLE", "line 3: 2 columns expected, the file ends after 1"),
        (b'code,note\n1,"two\nlines"\n2,"c', "UNREADABLE", "line 4: 2 columns expected, the file ends after 2"),
        (b"code,note\n1\n2,b,c\n", "UNREADABLE", "line 2: 2 columns expected, 1 found; no other record"),
        (b'code,note\n"never closed\n', "UNREADABLE", "line 2"),
        (b"code,note\n1,\x00\n", "UNREADABLE", "NUL"),
        (b"code,note,CODE\n1,a,2\n", "UNREADABLE", "more than once (code at positions 1, 3)"),
        (b"<!DOCTYPE html>\n<html></html>", "WRONG_CONTENT", "web page"),
        (b"PK\x03\x04rest", "WRONG_CONTENT", "spreadsheet"),
        ("code,note\n1,a\n".encode("utf-16"), "UNREADABLE", "UTF-16"),
        (b'{"code": "1"}\n', "WRONG_CONTENT", "JSON"),
        (gzip.compress(b"code,note\n1,a\n", mtime=0), "WRONG_CONTENT", "gzip"),
        (b"code;note\n1;a\n", "MISSING_COLUMN", "does not look like"),
        (b"note\n1\n", "MISSING_COLUMN", "missing column code"),
        (b"code\n1\n", "MISSING_COLUMN", "missing column note"),
    ],
)
def test_broken_text_is_refused_and_the_message_says_where(
    here: Settings, content: bytes, kind: str, words: str
) -> None:
    land(here, PAIR, content)
    found = dict(problems(PAIR, here))
    assert words in found[kind]


def test_a_record_that_never_ends_does_not_fill_the_memory(here: Settings) -> None:
    land(here, PAIR, b"code,note\n1,a\n2," + b"x" * (9 << 20) + b"\n")
    [(kind, message)] = problems(PAIR, here)
    assert kind == "UNREADABLE"
    assert "4 MiB" in message


def test_a_file_without_its_header_never_shows_its_values_in_a_message(here: Settings) -> None:
    land(here, CUSTODY, "123,Smith,M,TH68010,01/01/2024 10:00,01/01/2024,1\n")
    assert "smith" not in json.dumps(problems(CUSTODY, here)).lower()


def test_a_header_alone_is_a_valid_empty_delivery(here: Settings) -> None:
    land(here, PAIR, "code,note")
    assert problems(PAIR, here) == []
    assert raw_rows(PAIR, here) == []
    assert only_receipt(PAIR, here).has_raw


def test_gzip_is_read_and_a_cut_one_refused(here: Settings) -> None:
    land(here, PAIR, "code,note\n1,a\n", "csv.gz")
    assert raw_rows(PAIR, here) == [{"code": "1", "note": "a"}]


@pytest.mark.parametrize("kept", [5, 15, -4, -1])
def test_a_gzip_cut_anywhere_is_refused(here: Settings, kept: int) -> None:
    land(here, PAIR, gzip.compress(b"code,note\n" + b"1,a\n" * 1000)[:kept], "csv.gz")
    [(kind, message)] = problems(PAIR, here)
    assert kind == "UNREADABLE"
    assert "cut short" in message
    assert not only_receipt(PAIR, here).has_raw


def test_json_lines_keep_numbers_as_written_and_join_lists(here: Settings) -> None:
    lines = [
        '{"CRN":"X1","event_number":1.50,"requirements":["A","B"],"is_open":true,"more":{"a":[1.0,null]}}',
        '{"event_number":1}',
        '{"CRN":"","requirements":[],"is_open":null}',
    ]
    land(here, ORDERS, "\n".join(lines), "jsonl")
    first, second, third = raw_rows(ORDERS, here)
    assert first == {
        "crn": "X1",
        "event_number": "1.50",
        "requirements": "A;B",
        "is_open": "Y",
        "more": '{"a":[1.0,null]}',
    }
    assert second["event_number"] == "1"
    assert set(third.values()) == {None}


@pytest.mark.parametrize(
    ("content", "kind", "words"),
    [
        ('{"crn":"1"', "UNREADABLE", "line 1: not valid JSON"),
        ("[1]\n2\n", "UNREADABLE", "line 1: not a JSON object; no other record"),
        (
            '{"crn":"1","event_number":1,"requirements":[],"is_open":true}\n{"crn":"2"',
            "UNREADABLE",
            "line 2: not valid",
        ),
        ('{"crn":NaN}\n', "UNREADABLE", "NaN"),
        ('{"crn":"\\ud800","event_number":1,"requirements":[],"is_open":true}\n', "UNREADABLE", "escaped"),
        ('{"crn":"1","CRN":"2"}\n', "UNREADABLE", "more than once"),
        ('{"crn":"1","event_number":1,"is_open":true}\n', "MISSING_COLUMN", "requirements"),
        ("[" * 100_000, "UNREADABLE", "line 1"),
        ("\n", "EMPTY_FILE", "no manifest"),
        ("", "EMPTY_FILE", "empty"),
    ],
)
def test_broken_json_lines_are_refused(here: Settings, content: str, kind: str, words: str) -> None:
    land(here, ORDERS, content, "jsonl")
    assert words in dict(problems(ORDERS, here))[kind]


def test_a_line_that_is_no_object_is_set_aside_as_sent(here: Settings) -> None:
    line = '{"crn":"%s","event_number":1,"requirements":[],"is_open":true}'
    land(here, ORDERS, "\n".join([line % "X1", "[1]", "", line % "X2", '{"crn":"1","crn":"2"}', ""]), "jsonl")
    assert aside(here, ORDERS) == [
        (2, 2, "unreadable_row", "[1]"),
        (4, 5, "unreadable_row", '{"crn":"1","crn":"2"}'),
    ]
    assert [row["crn"] for row in raw_rows(ORDERS, here)] == ["X1", "X2"]


@pytest.mark.parametrize("extension", ["jsonl", "jsonl.gz"])
def test_json_lines_without_rows_are_valid_if_the_manifest_says_so(here: Settings, extension: str) -> None:
    path = deliver(here, ORDERS, f"orders_20240131.{extension}", "")
    manifest(path, rows=0)
    ingest_feed(ORDERS, here)
    assert problems(ORDERS, here) == []
    assert raw_rows(ORDERS, here) == []


def test_typed_parquet_is_written_in_the_feeds_own_notation(here: Settings) -> None:
    contract = feed(
        "prison",
        "spells",
        (
            column("born", ColumnType.DATE),
            column("seen_at", ColumnType.TIMESTAMP),
            column("years", ColumnType.INTEGER),
            column("codes", ColumnType.LIST),
            column("is_open", ColumnType.YES_NO),
        ),
        date_format="DD-MON-YYYY",
    )
    path = here.landing_dir / "prison/spells/spells_20240131.parquet"
    path.parent.mkdir(parents=True)
    table = pa.table(
        {
            "BORN": pa.array([date(1990, 12, 31), None], pa.date32()),
            "seen_at": pa.array([datetime(2024, 7, 1, 11, 5), None], pa.timestamp("us", tz="UTC")),
            "years": pa.array([3.0, None], pa.float64()),
            "codes": pa.array([["A", "B"], []], pa.list_(pa.string())),
            "is_open": pa.array([True, False]),
        }
    )
    pq.write_table(table, path)
    ingest_feed(contract, here)
    assert raw_rows(contract, here) == [
        {"born": "31-DEC-1990", "seen_at": "01/07/2024 12:05", "years": "3", "codes": "A;B", "is_open": "Y"},
        {"born": None, "seen_at": None, "years": None, "codes": None, "is_open": "N"},
    ]


def test_a_cut_parquet_file_is_refused(here: Settings) -> None:
    sink = io.BytesIO()
    pq.write_table(pa.table({"code": ["1"], "note": ["a"]}), sink)
    land(here, PAIR, sink.getvalue()[:-20], "parquet")
    [(kind, message)] = problems(PAIR, here)
    assert (kind, "Parquet" in message) == ("UNREADABLE", True)


cell = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=8)


@given(rows=st.lists(st.tuples(cell.filter(bool), cell), max_size=6))
@hypothesis_settings(deadline=None, database=None, max_examples=150)
def test_whatever_a_csv_writer_quotes_is_read_back(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[str, str]]
) -> None:
    text = io.StringIO()
    csv.writer(text, quoting=csv.QUOTE_ALL).writerows([("code", "note"), *rows])
    path = tmp_path_factory.mktemp("quoted") / "pairs.csv"
    path.write_bytes(text.getvalue().encode())
    found = [row for batch in read_csv(PAIR, path, compressed=False).batches for row in batch.to_pylist()]
    assert found == [{"code": code, "note": note or None} for code, note in rows]


@given(damage=st.binary(max_size=6), place=st.integers(0, 60), cut=st.integers(0, 60))
@hypothesis_settings(deadline=None, database=None, max_examples=300)
def test_damaged_bytes_are_read_or_refused_never_an_accident(
    tmp_path_factory: pytest.TempPathFactory, damage: bytes, place: int, cut: int
) -> None:
    sound = b'code,note\n1,"a ""b"" c"\n2,"d\ne"\n3,\xc3\xbc\n4,f\n5,g\n'
    path = tmp_path_factory.mktemp("damaged") / "pairs.csv"
    path.write_bytes((sound[:place] + damage + sound[place + 1 :])[: len(sound) - cut])
    try:
        for batch in read_csv(PAIR, path, compressed=False).batches:
            assert batch.num_columns >= 1
    except UnreadableError as error:
        assert error.message
