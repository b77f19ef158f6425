"""Following a person's id from an old result to today."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import duckdb
import pytest
from typer.testing import CliRunner

from orchestration.cli import app
from orchestration.console.person_history import UnknownPersonError, person_history
from orchestration.publish.pseudonyms import load_or_create_key
from orchestration.settings import Settings

CHANGES = [
    # build, change, old, new
    (2, "merged", "b", "a"),
    (3, "split", "a", "c"),
    (3, "renamed", "d", "e"),
    (4, "merged", "c", "e"),
    (4, "split", "e", "f"),
    (5, "retired", "g", None),
    (6, "restored", None, "h"),
]
TODAY = ("a", "e", "f", "h")


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    found = Settings.from_environment(data_dir=tmp_path / "data", keys_dir=tmp_path / "keys")
    found.published_dir.mkdir(parents=True)
    with closing(duckdb.connect(str(found.published_database))) as connection:
        connection.execute("create schema conformed")
        connection.execute("create table conformed.persons (person_id varchar)")
        connection.executemany("insert into conformed.persons values (?)", [[person] for person in TODAY])
        connection.execute(
            "create table conformed.person_id_history (change_number integer, build integer, data_as_of date, "
            "change varchar, old_person_id varchar, new_person_id varchar, records_moved bigint, cause varchar)"
        )
        rows = [
            (number, build, "2026-01-31", change, old, new, 1, "late evidence")
            for number, (build, change, old, new) in enumerate(CHANGES, start=1)
        ]
        connection.executemany("insert into conformed.person_id_history values (?, ?, ?, ?, ?, ?, ?, ?)", rows)
    return found


@pytest.mark.parametrize(
    ("person", "since", "today"),
    [
        ("a", 0, ("a", "e")),  # part of it went to c, and c to e
        ("a", 3, ("a",)),
        ("b", 0, ("a", "e")),
        ("b", 1, ("a", "e")),
        ("d", 0, ("e", "f")),
        ("c", 0, ("e",)),  # e was split in the very build in which c came to it: c's records are in e
        ("g", 0, ()),
        ("h", 0, ("h",)),
        ("f", 0, ("f",)),
    ],
)
def test_an_id_leads_to_the_ids_its_records_have_today(
    settings: Settings, person: str, since: int, today: tuple[str, ...]
) -> None:
    assert person_history(settings, person, since).today == today


def test_every_step_of_the_way_is_shown_and_what_others_brought(settings: Settings) -> None:
    steps = [
        (row["build"], row["old_person_id"], row["new_person_id"]) for row in person_history(settings, "a").changes
    ]
    assert steps == [(2, "b", "a"), (3, "a", "c"), (4, "c", "e")]


def test_an_id_nobody_ever_had_is_an_error_that_says_where_ids_are(settings: Settings) -> None:
    with pytest.raises(UnknownPersonError, match=r"conformed\.persons"):
        person_history(settings, "z")
    assert not settings.keys_dir.exists(), "asking makes no key"


def test_a_private_id_is_found_by_who_has_the_key(settings: Settings) -> None:
    published = load_or_create_key(settings.keys_dir).pseudonym("person", "private")
    with closing(duckdb.connect(str(settings.published_database))) as connection:
        connection.execute("insert into conformed.persons values (?)", [published])
    assert person_history(settings, "private").person_id == published


def test_the_command_prints_the_chain_and_where_it_ends(settings: Settings) -> None:
    result = CliRunner().invoke(app, ["person-history", "b", "--format", "csv", "--data", str(settings.data_dir)])
    assert result.stdout.replace('"', "").splitlines()[1:] == [
        "2,2026-01-31,merged,b,a,1,late evidence",
        "3,2026-01-31,split,a,c,1,late evidence",
        "4,2026-01-31,merged,c,e,1,late evidence",
    ]
    assert "What was b is today 2 persons: a, e." in result.stderr
