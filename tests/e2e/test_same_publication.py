"""What differs between two publications is named: table, column, rows; what is of the run is not compared."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import duckdb
import pytest

from tests.e2e.same_publication import RECORD, TableContent, content_of, differences, read_record, write_record

RUN_TIME = {"marts.days": frozenset({"made_at"})}
ROWS = (
    "(values ('a', 1, 0.1::double, now()), ('b', 2, 0.2, now()), (null, 2, 0.3, now())) as t (id, days, share, made_at)"
)


def published(folder: Path, *statements: str, rows: str = ROWS) -> dict[str, TableContent]:
    path = folder / f"{len(list(folder.iterdir()))}.duckdb"
    with closing(duckdb.connect(str(path))) as connection:
        connection.execute(f"create schema marts; create table marts.days as select * from {rows}")
        connection.execute("create table marts.revisions as select now() as told_at")
        for statement in statements:
            connection.execute(statement)
    return content_of(path, RUN_TIME)


@pytest.mark.parametrize(
    ("statement", "says"),
    [
        ("update marts.days set days = 3 where id = 'b'", ["marts.days: 3 rows, as before", "  days: other values"]),
        (
            "delete from marts.days where id is null",
            ["marts.days: 3 rows, now 2", "  days: other values", "  id: other values", "  share: other values"],
        ),
        (
            "update marts.days set days = 3 - days where id is not null",
            ["marts.days: 3 rows, as before; the same values stand in other rows"],
        ),
        ("alter table marts.days add column odd int", ["marts.days: 3 rows, as before", "  odd: is new"]),
        ("alter table marts.days drop column share", ["marts.days: 3 rows, as before", "  share: is gone"]),
        (
            "alter table marts.days alter days type bigint",
            ["marts.days: 3 rows, as before", "  days: INTEGER, now BIGINT"],
        ),
        ("update marts.days set id = '' where id is null", ["marts.days: 3 rows, as before", "  id: other values"]),
        ("create table marts.more as select 1 as one", ["marts.more: is new"]),
        ("drop table marts.days", ["marts.days: is no longer published"]),
    ],
)
def test_what_differs_is_named(tmp_path: Path, statement: str, says: list[str]) -> None:
    assert differences(published(tmp_path), published(tmp_path, statement)) == says


def test_order_the_time_of_the_run_and_the_last_digits_do_not_count(tmp_path: Path) -> None:
    turned = f"(select * replace (share + 1e-14 as share) from {ROWS} order by days desc, id)"
    assert differences(published(tmp_path), published(tmp_path, rows=turned)) == []


def test_what_is_recorded_is_read_again(tmp_path: Path) -> None:
    content = published(tmp_path)
    write_record(content, tmp_path / "record.json")
    assert read_record(tmp_path / "record.json") == content


def test_the_record_holds_every_mart_but_those_that_tell_builds_apart() -> None:
    recorded = read_record(RECORD)
    assert {"marts.remand_episodes", "marts.stop_search", "conformed.persons"} <= set(recorded)
    assert "marts.revisions" not in recorded
    assert "judicial_officer_token" not in recorded["conformed.hearings"].columns
