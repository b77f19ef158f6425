"""Making the reference people: the records of a simulated world that was built, with the truth beside them.

Belongs here: writing the file. Does not belong here: reading it or measuring on it (`reference_people.py`). No build
makes it; a person does, when the feeds have come to say something else of people.
"""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import duckdb

from orchestration.atomic import write_table
from orchestration.linkage.accuracy.reference_people import DESCRIPTION
from orchestration.linkage.accuracy.truth import BREAKDOWNS, read_groups, read_truth
from orchestration.linkage.matching.records import INPUT_COLUMNS
from orchestration.linkage.tables import INPUT_TABLE
from orchestration.settings import Settings


def write_reference(settings: Settings, description: str, path: Path) -> int:
    """Keep the people of a build whose truth is known as reference people; records kept.

    Args:
        settings: of a warehouse built from a simulated world, its truth beside it.
        description: which world it is.
        path: file to write.

    Raises:
        FileNotFoundError: nothing is built, or its truth is not known.
    """
    if not settings.build_database.is_file():
        raise FileNotFoundError(f"{settings.build_database} is not there; build first (`warehouse run`).")
    truth, groups = read_truth(settings.truth_dir), read_groups(settings.truth_dir, settings.reference_dir)
    with closing(duckdb.connect()) as connection:
        connection.execute(
            f"attach '{str(settings.build_database).replace(chr(39), chr(39) * 2)}' as build (read_only)"
        )
        held = {row[0] for row in connection.execute(f"describe build.{INPUT_TABLE}").fetchall()}
        wanted = ", ".join(f"r.{name}" for name in INPUT_COLUMNS if name in held)
        connection.register("truth_given", truth)
        connection.register("groups_given", groups)
        table = connection.execute(f"""
            select {wanted}, t.true_person_id, {", ".join(f"g.{name}" for name in BREAKDOWNS)}
            from build.{INPUT_TABLE} as r
            inner join truth_given as t using (record_id)
            inner join groups_given as g using (true_person_id)
            order by t.true_person_id, r.record_id
        """).to_arrow_table()
    write_table(path, table, {DESCRIPTION: description})
    return int(table.num_rows)
