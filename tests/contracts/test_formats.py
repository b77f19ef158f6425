"""Formats mean the same to Python and to DuckDB, and file names are taken apart rightly."""

from __future__ import annotations

from datetime import UTC, datetime

import duckdb
import pytest

from orchestration.contracts import load_feed_contracts
from orchestration.contracts.formats import DATE_FORMATS, TIMESTAMP_FORMATS
from orchestration.settings import PROJECT_ROOT

CONTRACTS = load_feed_contracts(PROJECT_ROOT / "data_contracts")


@pytest.mark.parametrize(
    ("notation", "text", "expected"),
    [
        ("YYYY-MM-DD", "2026-03-04", datetime(2026, 3, 4)),
        ("DD/MM/YYYY", "04/03/2026", datetime(2026, 3, 4)),
        ("DD-MON-YYYY", "04-MAR-2026", datetime(2026, 3, 4)),
        ("DD-MON-YYYY", "31-DEC-9999", datetime(9999, 12, 31)),
        ("DD-MM-YYYY", "04-03-2026", datetime(2026, 3, 4)),
        ("DD.MM.YYYY", "04.03.2026", datetime(2026, 3, 4)),
        ("DD MON YYYY", "04 Mar 2026", datetime(2026, 3, 4)),
        ("MM/DD/YYYY", "03/04/2026", datetime(2026, 3, 4)),
        ("YYYY/MM/DD", "2026/03/04", datetime(2026, 3, 4)),
        ("YYYYMMDD", "20260304", datetime(2026, 3, 4)),
        ("YYYY-MM-DD HH:MM", "2026-03-04 17:05", datetime(2026, 3, 4, 17, 5)),
        ("YYYY-MM-DD HH:MM:SS", "2026-03-04 17:05:09", datetime(2026, 3, 4, 17, 5, 9)),
        ("DD/MM/YYYY HH:MM", "04/03/2026 17:05", datetime(2026, 3, 4, 17, 5)),
        ("DD/MM/YYYY HH:MM:SS", "04/03/2026 17:05:09", datetime(2026, 3, 4, 17, 5, 9)),
        ("MM/DD/YYYY HH:MM", "03/04/2026 17:05", datetime(2026, 3, 4, 17, 5)),
        ("DD-MM-YYYY HH:MM", "04-03-2026 17:05", datetime(2026, 3, 4, 17, 5)),
        ("DD-MON-YYYY HH:MM", "04-MAR-2026 17:05", datetime(2026, 3, 4, 17, 5)),
        ("YYYY-MM-DDTHH:MM:SS", "2026-03-04T17:05:09", datetime(2026, 3, 4, 17, 5, 9)),
        ("YYYY-MM-DDTHH:MM:SSZ", "2026-03-04T17:05:09Z", datetime(2026, 3, 4, 17, 5, 9)),
        ("YYYY-MM-DDTHH:MM:SS+HH:MM", "2026-07-04T18:05:09+01:00", datetime(2026, 7, 4, 17, 5, 9, tzinfo=UTC)),
    ],
)
def test_python_and_duckdb_read_a_format_alike(notation: str, text: str, expected: datetime) -> None:
    pattern = (DATE_FORMATS | TIMESTAMP_FORMATS)[notation]
    assert datetime.strptime(text, pattern) == expected
    # Through epoch seconds, because the session's zone decides how DuckDB hands out a timestamp with an offset.
    seconds = duckdb.execute("select epoch(try_strptime(?, ?))", [text, pattern]).fetchone()
    moment = expected if expected.tzinfo else expected.replace(tzinfo=UTC)
    assert seconds is not None and seconds[0] == moment.timestamp()


@pytest.mark.parametrize("text", ["2026-03-04", "30/02/2026", "3/2026", "04/03/26x", ""])
def test_another_format_or_an_impossible_date_does_not_read(text: str) -> None:
    found = duckdb.execute("select try_strptime(?, ?)", [text, DATE_FORMATS["DD/MM/YYYY"]]).fetchone()
    assert found == (None,)


@pytest.mark.parametrize(
    ("name", "extract_date", "sequence", "extension"),
    [
        ("custody_records_20261031.csv", "20261031", None, "csv"),
        ("custody_records_20261031_2.csv.gz", "20261031", "2", "csv.gz"),
        ("custody_records_20261031.jsonl", "20261031", None, "jsonl"),
        ("custody_records_20261031_10.jsonl.gz", "20261031", "10", "jsonl.gz"),
        ("custody_records_20261031.parquet", "20261031", None, "parquet"),
    ],
)
def test_file_names_are_taken_apart(name: str, extract_date: str, sequence: str | None, extension: str) -> None:
    match = CONTRACTS["police/custody_records"].delivery.file_name_regex.fullmatch(name)
    assert match is not None
    assert match.groupdict() == {"extract_date": extract_date, "sequence": sequence, "extension": extension}


@pytest.mark.parametrize(
    ("name", "month", "force_slug"),
    [
        ("2024-09-metropolitan-stop-and-search.csv", "2024-09", "metropolitan"),
        ("2026-10-avon-and-somerset-stop-and-search.csv", "2026-10", "avon-and-somerset"),
    ],
)
def test_published_file_names_are_taken_apart(name: str, month: str, force_slug: str) -> None:
    match = CONTRACTS["police/stop_search"].delivery.file_name_regex.fullmatch(name)
    assert match is not None
    assert match.groupdict() == {"month": month, "force_slug": force_slug, "sequence": None, "extension": "csv"}


@pytest.mark.parametrize(
    ("key", "name"),
    [
        ("police/custody_records", "custody_records.csv"),
        ("police/custody_records", "custody_records_20261031 (1).csv"),
        ("police/custody_records", "custody_records_20261031.csv.manifest.json"),
        ("police/custody_records", "custody_records_20261031.xlsx"),
        ("hmcts/cases", "hearings_20261031.csv"),
        ("police/stop_search", "2024-13-metropolitan-stop-and-search.csv"),
        ("police/stop_search", "2024-09-metropolitan-street.csv"),
    ],
)
def test_other_file_names_are_not_the_feeds(key: str, name: str) -> None:
    assert CONTRACTS[key].delivery.file_name_regex.fullmatch(name) is None
