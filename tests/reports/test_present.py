"""Which records are withheld, outdated or used with a fault now: small deliveries, every record counted by hand."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import duckdb
import pyarrow.parquet as pq
import pytest

from orchestration.contracts import FeedContract, FeedMode
from orchestration.ingest import ingest_feed
from orchestration.quality import gate_feed
from orchestration.quality.gate_files import read_gate_tables
from orchestration.quality.quarantine import release_rows
from orchestration.reports.owner.present import PresentState, RuleCost, Standing, present_state
from orchestration.reports.owner.rows_csv import rows_csv
from orchestration.settings import Settings
from tests.ingest.small_feeds import CUSTODY, STOP_SEARCH, STOP_SEARCH_HEADER, deliver, settings_in
from tests.quality.gate_feeds import HEADER, SPELLS

SEX = "POL-CUS-CLOSED_CODES-sex"
OFFENCE = "POL-CUS-CODE_LIST-offence_code"
ARRESTED = "POL-CUS-REQUIRED-arrested_at"
GOOD = "TH68010"
SPELLS_SNAPSHOT = replace(SPELLS, mode=FeedMode.SNAPSHOT)


def row(number: str, sex: str = "M", offence: str = GOOD, arrested: str = "01/01/2024 10:00") -> str:
    return f"{number},Smith,{sex},{offence},{arrested},01/01/2024,1\n"


@pytest.fixture
def here(tmp_path: Path) -> Settings:
    settings = settings_in(tmp_path)
    settings.reference_dir.mkdir(parents=True)
    (settings.reference_dir / "offences.csv").write_text(f"cjs_offence_code\n{GOOD}\n")
    return settings


@contextmanager
def staged(*current: tuple[str, int, str, str]) -> Iterator[duckdb.DuckDBPyConnection]:
    """A build database whose staging holds these current rows: delivery, row, record key, extract date."""
    with duckdb.connect() as connection:
        connection.execute("create schema staging")
        connection.execute(
            "create table staging.versions (delivery_id varchar, row_number bigint, record_key varchar, "
            "extract_date date, is_current boolean)"
        )
        for values in current:
            connection.execute("insert into staging.versions values (?, ?, ?, ?, true)", list(values))
        yield connection


def build(here: Settings, contract: FeedContract) -> dict[str, str]:
    """Ingests and gates what was delivered; ids of deliveries by file name."""
    ingest_feed(contract, here)
    gate_feed(contract, here)
    table = pq.read_table(here.gate_dir / "deliveries" / f"{contract.agency}__{contract.feed}.parquet")
    return {item["file_name"]: item["delivery_id"] for item in table.to_pylist()}


def state(here: Settings, contract: FeedContract, build_database: duckdb.DuckDBPyConnection) -> PresentState:
    gate = read_gate_tables(contract, here)
    return present_state(contract, here, gate, build_database, "staging.versions")


def test_a_mended_record_counts_no_more_and_each_record_counts_once(here: Settings) -> None:
    # A good throughout; B bad, then mended; C bad twice; D good, then bad; no key at all; E used with unknown offence
    deliver(
        here, CUSTODY, "custody_records_20240131.csv",
        HEADER + row("A") + row("B", sex="Q") + row("C", sex="Q") + row("D") + row("", sex="Q")
        + row("E", offence="ZZ99999"),
    )  # fmt: skip
    deliver(
        here, CUSTODY, "custody_records_20240229.csv",
        HEADER + row("B") + row("C", sex="Q", arrested="") + row("D", sex="Q") + row("F", offence="ZZ99999") + row("G"),
    )  # fmt: skip
    ids = build(here, CUSTODY)
    january, february = ids["custody_records_20240131.csv"], ids["custody_records_20240229.csv"]
    with staged(
        (january, 1, "A", "2024-01-31"), (february, 1, "B", "2024-02-29"), (january, 4, "D", "2024-01-31"),
        (january, 6, "E", "2024-01-31"), (february, 4, "F", "2024-02-29"), (february, 5, "G", "2024-02-29"),
    ) as database:  # fmt: skip
        found = state(here, CUSTODY, database)
    assert found.records == 6
    # withheld: C (three lines of two rows) and the row without a key; outdated: D; kept: E and F
    assert found.cost() == RuleCost(withheld=2, outdated=1, kept=2)
    assert found.cost(SEX) == RuleCost(withheld=2, outdated=1, kept=0)
    assert found.cost(ARRESTED) == RuleCost(withheld=1)
    assert found.cost(OFFENCE) == RuleCost(kept=2)
    lines = [(item.file_name[-12:-4], item.row_number, item.rule_code, item.standing) for item in found.rows]
    assert ("20240131", 2, SEX, Standing.WITHHELD) not in lines
    assert lines.count(("20240229", 2, ARRESTED, Standing.WITHHELD)) == 1
    assert ("20240229", 3, SEX, Standing.OUTDATED) in lines


def test_a_fault_in_a_superseded_row_counts_no_more(here: Settings) -> None:
    deliver(here, CUSTODY, "custody_records_20240131.csv", HEADER + row("A", offence="ZZ99999") + row("B"))
    deliver(here, CUSTODY, "custody_records_20240229.csv", HEADER + row("A"))
    ids = build(here, CUSTODY)
    with staged(
        (ids["custody_records_20240229.csv"], 1, "A", "2024-02-29"),
        (ids["custody_records_20240131.csv"], 2, "B", "2024-01-31"),
    ) as database:
        assert state(here, CUSTODY, database).cost() == RuleCost()


def test_of_a_feed_that_replaces_itself_only_the_newest_delivery_counts(here: Settings) -> None:
    header = "booking_number|status_from|status_to|ethnicity_code\n"
    bad = "05-JAN-2024|01-JAN-2024|W1\n"
    deliver(here, SPELLS_SNAPSHOT, "spells_20240131.csv", f"{header}A|{bad}B|{bad}C|01-JAN-2024||W1\n")
    deliver(here, SPELLS_SNAPSHOT, "spells_20240229.csv", f"{header}B|{bad}C|01-JAN-2024||W1\n")
    ids = build(here, SPELLS_SNAPSHOT)
    with staged((ids["spells_20240229.csv"], 2, "C", "2024-02-29")) as database:
        found = state(here, SPELLS_SNAPSHOT, database)
    assert found.cost() == RuleCost(withheld=1)
    assert [(item.file_name, item.row_number, item.key) for item in found.rows] == [("spells_20240229.csv", 1, ("B",))]


def test_keys_compare_as_staging_stores_identifiers(here: Settings) -> None:
    deliver(here, CUSTODY, "custody_records_20240131.csv", HEADER + row("ab 12/34", sex="Q") + row("B"))
    deliver(here, CUSTODY, "custody_records_20240229.csv", HEADER + row("AB1234"))
    ids = build(here, CUSTODY)
    with staged((ids["custody_records_20240229.csv"], 1, "AB1234", "2024-02-29")) as database:
        assert state(here, CUSTODY, database).cost() == RuleCost()


def test_a_released_row_is_not_withheld(here: Settings) -> None:
    name = "custody_records_20240131.csv"
    deliver(here, CUSTODY, name, HEADER + row("A", sex="Q") + row("B", sex="Q") + row("C") + row("D"))
    ids = build(here, CUSTODY)
    release_rows([CUSTODY], here, name, [1], SEX, reason="checked", released_by="A. Operator")
    gate_feed(CUSTODY, here)
    with staged(
        *((ids[name], number, key, "2024-01-31") for number, key in ((1, "A"), (3, "C"), (4, "D")))
    ) as database:
        found = state(here, CUSTODY, database)
    assert found.cost() == RuleCost(withheld=1)
    assert found.rows[0].key == ("B",)


def test_searches_without_a_key_are_told_apart_by_file_and_row(here: Settings) -> None:
    line = "Person search,2024-01-05T10:00:00+00:00" + "," * (STOP_SEARCH_HEADER.count(",") - 1)
    name = "2024-01-kent-stop-and-search.csv"
    deliver(here, STOP_SEARCH, name, f"{STOP_SEARCH_HEADER}\n{line}\n{line.replace('2024-01-05T', 'x')}\n{line}\n")
    ids = build(here, STOP_SEARCH)
    with staged((ids[name], 1, "1", "2024-01-31"), (ids[name], 3, "3", "2024-01-31")) as database:
        found = state(here, STOP_SEARCH, database)
    assert (found.records, found.cost()) == (2, RuleCost(withheld=1))


def test_the_published_list_has_no_key_and_the_private_one_has(here: Settings) -> None:
    deliver(here, CUSTODY, "custody_records_20240131.csv", HEADER + row("=A1", sex="Q") + row("B"))
    ids = build(here, CUSTODY)
    with staged((ids["custody_records_20240131.csv"], 2, "B", "2024-01-31")) as database:
        rows = [(CUSTODY, state(here, CUSTODY, database).rows)]
    published, private = (rows_csv(rows, with_keys=flag) for flag in (False, True))
    assert "A1" not in published
    assert "custody_number,'=A1" in private  # and no spreadsheet runs it
    assert published.count("\n") == private.count("\n") == 2
