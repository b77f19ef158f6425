"""What became of one person's id: the changes that lead from an old result to today's ids.

Belongs here: following the published history forwards from an id. Does not belong here: finding the changes
(`linkage`), or printing them (`person_history_commands.py`).
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from typing import Any

import duckdb

from orchestration.console.query import published_connection
from orchestration.publish.pseudonyms import KEY_FILE, load_or_create_key
from orchestration.settings import Settings

COLUMNS = ("build", "data_as_of", "change", "old_person_id", "new_person_id", "records_moved", "cause")

_PARTS_OF_OLD_ID_REMAIN = "split"


class UnknownPersonError(LookupError):
    """No person has the id, and none ever had."""


@dataclass(frozen=True)
class PersonHistory:
    """What became of an id.

    Attributes:
        person_id: as published.
        changes: every change that its records went through, and any that brought others' records to it, oldest first;
            keys are `COLUMNS`.
        today: ids its records go by now, itself among them if it is still in use; empty if no record is left.
    """

    person_id: str
    changes: tuple[dict[str, Any], ...]
    today: tuple[str, ...]

    def sentence(self) -> str:
        """The outcome in one line."""
        if self.today == (self.person_id,):
            return f"{self.person_id} is in use today."
        if not self.today:
            return f"{self.person_id} is no longer in use: no record of the person is left."
        count = "one person" if len(self.today) == 1 else f"{len(self.today)} persons"
        return f"What was {self.person_id} is today {count}: {', '.join(self.today)}."


def person_history(settings: Settings, person_id: str, since_build: int = 0) -> PersonHistory:
    """Follow an id through the published history.

    Args:
        settings: whose published database, and whose keys.
        person_id: as published; or, where the pseudonym key is at hand, as in the private database.
        since_build: number of the linkage the id was taken from (`linkage_build` in the publication's record starts
            with it); earlier changes are left out.

    Raises:
        UnknownPersonError: nobody has or had the id.
        QueryError: nothing is published.
    """
    with published_connection(settings) as connection:
        for candidate in (person_id, _pseudonym(settings, person_id)):
            if candidate and _is_known(connection, candidate):
                return _follow(connection, candidate, since_build)
    raise UnknownPersonError(
        f"No person has the id {person_id}, and none had it in an earlier build. Ids are 32 hexadecimal digits, from "
        "conformed.persons; they are made with one key, so those of another warehouse are not known here."
    )


def _follow(connection: duckdb.DuckDBPyConnection, person_id: str, since_build: int) -> PersonHistory:
    changes: list[dict[str, Any]] = []
    today = {person_id}
    # The changes of one build are of one moment: none of them follows on another.
    for _, build in groupby(_changes(connection, since_build), key=lambda row: row["build"]):
        before = frozenset(today)
        rows = [row for row in build if row["old_person_id"] in before or row["new_person_id"] == person_id]
        changes += rows
        left = [row for row in rows if row["old_person_id"] in before]
        today -= {row["old_person_id"] for row in left if row["change"] != _PARTS_OF_OLD_ID_REMAIN}
        today |= {row["new_person_id"] for row in rows if row["new_person_id"]}
    in_use = [name for name in today if _is_in_use(connection, name)]
    return PersonHistory(person_id, tuple(changes), tuple(sorted(in_use)))


def _changes(connection: duckdb.DuckDBPyConnection, since_build: int) -> list[dict[str, Any]]:
    table = connection.execute(
        f"select {', '.join(COLUMNS)} from conformed.person_id_history where build > $since order by change_number",
        {"since": since_build},
    ).to_arrow_table()
    rows: list[dict[str, Any]] = table.to_pylist()
    return rows


def _is_known(connection: duckdb.DuckDBPyConnection, person_id: str) -> bool:
    return _is_in_use(connection, person_id) or bool(
        connection.execute(
            "select 1 from conformed.person_id_history where $id in (old_person_id, new_person_id) limit 1",
            {"id": person_id},
        ).fetchall()
    )


def _is_in_use(connection: duckdb.DuckDBPyConnection, person_id: str) -> bool:
    return bool(
        connection.execute("select 1 from conformed.persons where person_id = $id", {"id": person_id}).fetchall()
    )


def _pseudonym(settings: Settings, person_id: str) -> str | None:
    """What a private id is published as, if the key is here; it never makes one."""
    if not (settings.keys_dir / KEY_FILE).is_file():
        return None
    return load_or_create_key(settings.keys_dir).pseudonym("person", person_id)
