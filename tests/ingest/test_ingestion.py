"""Landing to raw as a whole: the same whatever the order, the number of runs, or where a run was killed."""

from __future__ import annotations

import itertools
import os
import shutil
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from orchestration.contracts import FeedContract
from orchestration.ingest import (
    files_not_yet_ingested,
    ingest_all,
    ingest_feed,
    load_receipts,
    raw_folder,
)
from orchestration.settings import Settings
from tests.ingest.small_feeds import CUSTODY, STOP_SEARCH, STOP_SEARCH_HEADER, deliver, manifest, settings_in
from tests.ingest.worlds import leftovers, only_receipt, problems, raw_rows, raw_state

HEADER = "custody_number,surname,sex,offence_code,arrested_at,offence_date,offence_sequence\n"


def row(number: str, surname: str = "Smith") -> str:
    return f"{number},{surname},M,TH68010,01/01/2024 10:00,01/01/2024,1\n"


FILES = {
    "custody_records_20240131.csv": HEADER + row("1") + row("2"),
    "custody_records_20240131_2.csv.gz": HEADER + row("3"),
    "custody_records_20240229.csv": HEADER + row("1") + row("2"),
    "custody_records_20240331.csv": HEADER + "4,ragged\n",
    "custody_records_20240430.csv": "",
    "custody.csv": HEADER + row("5"),
}
"""Good files, one that repeats another's bytes, and three kinds of bad ones."""


@pytest.fixture
def here(tmp_path: Path) -> Settings:
    return settings_in(tmp_path)


def deliver_all(here: Settings) -> None:
    for name, content in FILES.items():
        deliver(here, CUSTODY, name, content)


def test_ingesting_again_changes_nothing_and_opens_nothing(here: Settings) -> None:
    deliver_all(here)
    first = ingest_feed(CUSTODY, here)
    stamps = {path: path.stat().st_mtime_ns for path in here.raw_dir.rglob("*.parquet")}
    again = ingest_feed(CUSTODY, here)
    assert first.new_files == len(FILES)
    assert again.new_files == 0
    assert {path: path.stat().st_mtime_ns for path in here.raw_dir.rglob("*.parquet")} == stamps
    assert files_not_yet_ingested([CUSTODY], here) == []


@pytest.mark.parametrize("order", list(itertools.permutations(FILES, 6))[::144])
def test_the_order_of_arrival_does_not_matter(tmp_path: Path, order: tuple[str, ...]) -> None:
    at_once, one_by_one = settings_in(tmp_path / "once"), settings_in(tmp_path / "each")
    deliver_all(at_once)
    ingest_feed(CUSTODY, at_once)
    for name in order:
        deliver(one_by_one, CUSTODY, name, FILES[name])
        ingest_feed(CUSTODY, one_by_one)
    assert raw_state(CUSTODY, one_by_one) == raw_state(CUSTODY, at_once)


def test_the_same_bytes_under_another_name_are_one_delivery(here: Settings) -> None:
    deliver(here, CUSTODY, "custody_records_20240229.csv", HEADER + row("1"))
    deliver(here, CUSTODY, "custody_records_20240131.csv", HEADER + row("1"))
    summary = ingest_feed(CUSTODY, here)
    receipts = load_receipts(CUSTODY, here)
    assert summary.deliveries == 1
    assert summary.rows_received == 1
    assert [receipt.extract_date for receipt in receipts] == [date(2024, 1, 31), date(2024, 2, 29)]
    assert len({receipt.delivery_id for receipt in receipts}) == 1


def test_the_same_file_for_two_forces_is_two_deliveries(here: Settings) -> None:
    empty = STOP_SEARCH_HEADER + "\n"
    deliver(here, STOP_SEARCH, "2024-09-kent-stop-and-search.csv", empty)
    deliver(here, STOP_SEARCH, "2024-09-west-mercia-stop-and-search.csv", empty)
    deliver(here, STOP_SEARCH, "2024-10-kent-stop-and-search.csv", empty)
    assert ingest_feed(STOP_SEARCH, here).deliveries == 3
    receipt = load_receipts(STOP_SEARCH, here)[1]
    assert (receipt.force_slug, receipt.month, receipt.extract_date) == ("west-mercia", "2024-09", date(2024, 9, 30))


@pytest.mark.parametrize(
    ("claims", "words"),
    [
        ({"rows": 3}, "3 rows, the file has 1"),
        ({"sha256": "0" * 64}, "sha256"),
        ({"feed": "police/stop_account"}, "another feed"),
        ({"rows": "many"}, "whole number"),
        ({"simulated": "yes"}, "neither true nor false"),
    ],
)
def test_a_manifest_that_disagrees_refuses_the_file(here: Settings, claims: dict[str, Any], words: str) -> None:
    path = deliver(here, CUSTODY, "custody_records_20240131.csv", HEADER + row("1"))
    manifest(path, **claims)
    ingest_feed(CUSTODY, here)
    [(kind, message)] = problems(CUSTODY, here)
    assert kind == "MANIFEST"
    assert words in message
    assert only_receipt(CUSTODY, here).has_raw


def test_a_true_manifest_is_agreed_with(here: Settings) -> None:
    path = deliver(here, CUSTODY, "custody_records_20240131.csv", HEADER + row("1"))
    manifest(path, rows=1, feed="custody_records").rename(path.with_suffix(".manifest.json"))
    summary = ingest_feed(CUSTODY, here)
    assert problems(CUSTODY, here) == []
    assert summary.unplaced == ()


@pytest.mark.parametrize(("claims", "said"), [({"simulated": True}, True), ({"simulated": False}, False), ({}, None)])
def test_a_delivery_is_made_up_where_its_manifest_says_so(
    here: Settings, claims: dict[str, Any], said: bool | None
) -> None:
    path = deliver(here, CUSTODY, "custody_records_20240131.csv", HEADER + row("1"))
    manifest(path, **claims)
    ingest_feed(CUSTODY, here)
    assert only_receipt(CUSTODY, here).is_simulated is said


def test_a_manifest_that_comes_later_is_still_heard(here: Settings) -> None:
    path = deliver(here, CUSTODY, "custody_records_20240131.csv", HEADER + row("1"))
    ingest_feed(CUSTODY, here)
    manifest(path, rows=2)
    assert [file.path for file in files_not_yet_ingested([CUSTODY], here)] == [
        "police/custody_records/custody_records_20240131.csv"
    ]
    ingest_feed(CUSTODY, here)
    assert problems(CUSTODY, here)[0][0] == "MANIFEST"


def test_a_mended_manifest_is_heard_though_it_is_as_long_as_the_wrong_one(here: Settings) -> None:
    path = deliver(here, CUSTODY, "custody_records_20240131.csv", HEADER + row("1"))
    wrong = manifest(path, rows=2)
    ingest_feed(CUSTODY, here)
    assert problems(CUSTODY, here)[0][0] == "MANIFEST"
    written, length = wrong.stat().st_mtime_ns, wrong.stat().st_size
    mended = manifest(path, rows=1)
    assert mended.stat().st_size == length, "only the time of writing tells the two apart"
    os.utime(mended, ns=(written, written + 1))
    ingest_feed(CUSTODY, here)
    assert problems(CUSTODY, here) == []


@pytest.mark.parametrize(
    ("name", "kinds"),
    [
        ("custody_records_20240131.csv", []),
        ("custody_records_20240201.csv", []),  # written at 23:30 UTC, when it was the next day east of Greenwich
        ("custody_records_20240202.csv", ["EXTRACT_DATE"]),
        ("custody_records_20290131.csv", ["EXTRACT_DATE"]),  # five years ahead may be a slip; six is no date at all
        ("custody_records_20300131.csv", ["FILE_NAME"]),
        ("custody_records_19900131.csv", []),
        ("custody_records_19891231.csv", ["FILE_NAME"]),
    ],
)
def test_a_date_may_be_a_day_ahead_of_the_clock_and_no_more(here: Settings, name: str, kinds: list[str]) -> None:
    path = deliver(here, CUSTODY, name, HEADER + row("1"))
    written = datetime(2024, 1, 31, 23, 30, tzinfo=UTC).timestamp()
    os.utime(path, (written, written))
    ingest_feed(CUSTODY, here)
    assert [kind for kind, _ in problems(CUSTODY, here)] == kinds


@pytest.mark.parametrize(("searches", "is_doubled"), [(9, False), (10, True)])
def test_twenty_rows_are_enough_to_be_a_file_joined_to_itself(here: Settings, searches: int, is_doubled: bool) -> None:
    """Ten different searches, each twice, are twenty rows; nine are eighteen, which chance can do."""
    lines = [f"Person search,2024-09-{day + 1:02d}T10:00:00+00:00{',' * 13}\n" for day in range(searches)]
    content = f"{STOP_SEARCH_HEADER}\n{''.join(lines + lines)}"
    deliver(here, STOP_SEARCH, "2024-09-kent-stop-and-search.csv", content)
    ingest_feed(STOP_SEARCH, here)
    assert [kind for kind, _ in problems(STOP_SEARCH, here)] == (["DOUBLED"] if is_doubled else [])


@pytest.mark.parametrize(("twice", "is_doubled"), [(38, True), (37, False)])
def test_a_file_is_doubled_where_nineteen_of_twenty_rows_come_again(
    here: Settings, twice: int, is_doubled: bool
) -> None:
    """76 of 80 rows that come twice are 95 in 100; 74 of 80 are not."""

    def line(number: int) -> str:
        return f"Person search,2024-09-01T10:{number:02d}:00+00:00{',' * 13}\n"

    lines = [line(number) for number in range(twice)] * 2 + [line(number) for number in range(twice, 80 - twice)]
    deliver(here, STOP_SEARCH, "2024-09-kent-stop-and-search.csv", f"{STOP_SEARCH_HEADER}\n{''.join(lines)}")
    ingest_feed(STOP_SEARCH, here)
    assert [kind for kind, _ in problems(STOP_SEARCH, here)] == (["DOUBLED"] if is_doubled else [])


def test_an_unreadable_manifest_refuses_the_file(here: Settings) -> None:
    path = deliver(here, CUSTODY, "custody_records_20240131.csv", HEADER + row("1"))
    path.with_name(path.name + ".manifest.json").write_bytes(b'{"rows": ')
    ingest_feed(CUSTODY, here)
    assert problems(CUSTODY, here)[0][0] == "MANIFEST"


@pytest.mark.parametrize(
    "name", ["custody_20240131.csv", "custody_records_20241399.csv", "custody_records_20240131.xlsx"]
)
def test_a_name_outside_the_rule_is_reported_with_the_rule(here: Settings, name: str) -> None:
    deliver(here, CUSTODY, name, HEADER + row("1"))
    summary = ingest_feed(CUSTODY, here)
    [(kind, message)] = problems(CUSTODY, here)
    assert kind == "FILE_NAME"
    assert "custody_records_<YYYYMMDD>" in message
    assert summary.files == ()


def test_unfinished_hidden_and_linked_files_are_left_alone(here: Settings, tmp_path: Path) -> None:
    folder = deliver(here, CUSTODY, "custody_records_20240131.csv", HEADER + row("1")).parent
    for name in (
        "custody_records_20240229.csv.part",
        "custody_records_20240229.csv.tmp",
        ".custody_records_20240229.csv",
    ):
        deliver(here, CUSTODY, name, HEADER + row("2"))
    secret = tmp_path / "secret.csv"
    secret.write_text(HEADER + row("9", "Secret"))
    (folder / "custody_records_20240331.csv").symlink_to(secret)
    (folder / "2024").symlink_to(tmp_path)
    os.mkfifo(folder / "custody_records_20240430.csv")
    summary = ingest_feed(CUSTODY, here)
    assert len(load_receipts(CUSTODY, here)) == 1
    assert [item.reason_code for item in summary.unplaced] == ["symbolic-link", "symbolic-link", "not-a-file"]


def test_a_feed_folder_that_is_a_link_is_refused(here: Settings, tmp_path: Path) -> None:
    elsewhere = settings_in(tmp_path / "elsewhere")
    deliver(elsewhere, CUSTODY, "custody_records_20240131.csv", HEADER + row("1"))
    here.landing_dir.mkdir()
    (here.landing_dir / "police").symlink_to(elsewhere.landing_dir / "police")
    summary = ingest_feed(CUSTODY, here)
    assert summary.files == ()
    assert [item.reason_code for item in summary.unplaced] == ["symbolic-link"]


def test_what_lies_in_no_feeds_folder_is_reported_with_the_folders_there_are(here: Settings) -> None:
    deliver(here, CUSTODY, "custody_records_20240131.csv", HEADER + row("1"))
    for path in ("readme.txt", "police/notes.txt", "police/custody/x.csv", "fire/calls/x.csv"):
        file = here.landing_dir / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("x")
    summary = ingest_all([CUSTODY, STOP_SEARCH], here)
    assert [item.path for item in summary.unplaced] == ["fire", "police/custody", "police/notes.txt", "readme.txt"]
    assert "custody_records, stop_search" in summary.unplaced[1].message
    assert summary.feeds["police/custody_records"].rows_received == 1


def test_a_manifest_without_its_file_is_reported(here: Settings) -> None:
    path = deliver(here, CUSTODY, "custody_records_20240131.csv", HEADER + row("1"))
    manifest(path, rows=1)
    path.unlink()
    summary = ingest_feed(CUSTODY, here)
    assert [item.reason_code for item in summary.unplaced] == ["manifest-without-file"]


def test_half_a_file_caught_in_transfer_is_forgotten_when_the_whole_has_come(tmp_path: Path) -> None:
    caught, clean = settings_in(tmp_path / "caught"), settings_in(tmp_path / "clean")
    whole = HEADER + row("1") + row("2")
    deliver(caught, CUSTODY, "custody_records_20240131.csv", whole[: len(HEADER + row("1"))])
    ingest_feed(CUSTODY, caught)
    for here in (caught, clean):
        deliver(here, CUSTODY, "custody_records_20240131.csv", whole)
        ingest_feed(CUSTODY, here)
    assert raw_state(CUSTODY, caught)["receipts"] == raw_state(CUSTODY, clean)["receipts"]


def test_clearing_the_landing_folder_forgets_nothing(here: Settings) -> None:
    deliver(here, CUSTODY, "custody_records_20240131.csv", HEADER + row("1"))
    ingest_feed(CUSTODY, here)
    shutil.rmtree(here.landing_dir)
    assert ingest_feed(CUSTODY, here).rows_received == 1


def test_a_feed_nobody_delivered_can_still_be_read(here: Settings) -> None:
    ingest_feed(CUSTODY, here)
    assert [path.name for path in raw_folder(CUSTODY, here).iterdir()] == ["schema.parquet"]
    assert load_receipts(CUSTODY, here) == ()


def test_a_change_of_contract_reads_the_files_anew(here: Settings) -> None:
    deliver(here, CUSTODY, "custody_records_20240131.csv", HEADER.replace(",", ";") + row("1").replace(",", ";"))
    ingest_feed(CUSTODY, here)
    assert problems(CUSTODY, here)[0][0] == "MISSING_COLUMN"
    semicolons = with_delimiter(CUSTODY, ";")
    ingest_feed(semicolons, here)
    assert problems(semicolons, here) == []
    assert raw_rows(semicolons, here)[0]["surname"] == "Smith"


def with_delimiter(contract: FeedContract, delimiter: str) -> FeedContract:
    from dataclasses import replace

    return replace(contract, delivery=replace(contract.delivery, delimiter=delimiter))


class Killed(BaseException):
    """Stands for a kill signal: nothing may catch it."""


def test_a_run_killed_at_any_rename_is_made_good_by_the_next(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    clean = settings_in(tmp_path / "clean")
    deliver_all(clean)
    ingest_feed(CUSTODY, clean)
    expected = raw_state(CUSTODY, clean)
    genuine = os.replace
    for last in range(1, 20):
        here = settings_in(tmp_path / f"killed-{last}")
        deliver_all(here)
        calls = itertools.count(1)

        def killing(source: Any, target: Any, *, calls: Any = calls, last: int = last) -> None:
            if next(calls) == last:
                raise Killed
            genuine(source, target)

        with monkeypatch.context() as patch:
            patch.setattr(os, "replace", killing)
            try:
                ingest_feed(CUSTODY, here)
            except Killed:
                killed = True
            else:
                killed = False
        ingest_feed(CUSTODY, here)
        assert raw_state(CUSTODY, here) == expected
        assert leftovers(here.data_dir) == []
        if not killed:
            assert last > 3
            return
    pytest.fail("a run renames fewer files than that")


def test_leftovers_of_a_dead_process_are_cleared(here: Settings) -> None:
    ingest_feed(CUSTODY, here)
    (raw_folder(CUSTODY, here) / ".abc.parquet.writing-999999999").write_bytes(b"half")
    ingest_feed(CUSTODY, here)
    assert leftovers(here.data_dir) == []
