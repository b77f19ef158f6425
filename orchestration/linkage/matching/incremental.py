"""Linking what a delivery changed: the same persons as linking everything, at the cost of what is new.

Belongs here: the order of the steps when most was linked before, and which profiles and persons each step must look at
again. Does not belong here: the steps (`pipeline.py` has them for everything), or what is remembered (`state.py`).

What becomes of a record depends on a chain of things, each of which is a fact about few records: what the record says
(and which values too many people share), the profile of all that say the same, the weights of its pairs, the group that
links connect, the decisions about it. So each link of the chain is followed from what changed to what it touches:

1. records that are new, changed or gone, or hold a value whose standing turned (`changes.py`), or are decided about;
2. profiles of all records that say what one of them says or said;
3. pairs of profiles that are new or say something else, with all there are (`touched_blocks.py`); no other is scored;
4. groups that held a touched profile, or that a new link reaches: they are resolved anew, all others stand.

What grows with the number of all records is reading: their digests, and scans for keys in common.
"""

from __future__ import annotations

from collections.abc import Iterable

import duckdb

from orchestration.linkage.matching.changes import replace_records
from orchestration.linkage.matching.clusters import resolve
from orchestration.linkage.matching.model import LinkageModel
from orchestration.linkage.matching.overrides import Override, put_overrides
from orchestration.linkage.matching.pipeline import Steps, decide_pairs, gather, name_persons
from orchestration.linkage.matching.records import CONTENT, SAME_NUMBER, neutralise, profile_number
from orchestration.linkage.matching.scoring import score
from orchestration.linkage.matching.state import STATE, keep_decisions
from orchestration.linkage.matching.timing import Clock
from orchestration.linkage.matching.touched_blocks import block_touched
from orchestration.sql_files import read_sql


def link_changes(
    connection: duckdb.DuckDBPyConnection,
    relation: str,
    model: LinkageModel,
    overrides: Iterable[Override],
    clock: Clock,
) -> Steps:
    """Bring the state up to date with the records of `relation` and today's decisions.

    Args:
        connection: has the state attached, and holds `changed_records` (`changes.find_changes`).
        relation: table or view of all records there are.
        model: that the state was made with.
        overrides: decisions of people, without contradictions.
        clock: told when each step is done.

    Returns: what was done, which is less than what linking everything does.

    Raises:
        BlockingError: a blocking rule would bring together too many pairs.
    """
    replace_records(connection, relation, model.limits)
    put_overrides(connection, overrides, f"{STATE}.records")
    _touch_decided(connection)
    clock.mark("standardise")
    _gather_touched(connection, model)
    clock.mark("gather")
    counts = block_touched(connection, model.blocking_rules)
    _decide(connection)
    clock.mark("block")
    pairs_scored = _score(connection, model)
    clock.mark("score")
    _take_touched_groups(connection)
    resolution = resolve(connection, model, "decided_pairs")
    clock.mark("resolve")
    _name(connection, model)
    clock.mark("name")
    return Steps(counts, pairs_scored, resolution)


def _touch_decided(connection: duckdb.DuckDBPyConnection) -> None:
    """Add to `touched_records` those somebody decided about, now or before, and remember the decisions of now.

    Edges that only a decision had compared are taken out: they are compared again if one still wants them.
    """
    connection.execute(f"""
        insert into touched_records
        select record_id
        from (
            select unnest([record_a, record_b]) as record_id from override_records
            union
            select unnest([record_a, record_b]) from {STATE}.decisions
        )
        anti join touched_records using (record_id)
    """)
    keep_decisions(connection)
    connection.execute(f"""
        delete from {STATE}.edges
        where (profile_id_l, profile_id_r) in (select (profile_id_l, profile_id_r) from {STATE}.decided_edges)
    """)


def _gather_touched(connection: duckdb.DuckDBPyConnection, model: LinkageModel) -> None:
    """Make the profiles of all records that say what a touched record says or said, here and in the state.

    Makes `standard_records`, `record_profiles` and `profiles` of them; `touched_contents` (content);
    `touched_profiles` (profile_id), what they are and were; `fresh_profiles`, those to be compared, and
    `stale_profiles`, those whose comparisons no longer count. Takes edges with a stale end out of the state.
    """
    _standardise_part(connection, "touched_records")
    connection.execute(f"""
        create or replace temp table touched_contents as
        select {CONTENT} as content from standard_records
        union
        select content from {STATE}.record_groups where record_id in (select record_id from touched_records)
    """)
    connection.execute(f"""
        create or replace temp table part_records as
        select record_id from {STATE}.record_groups where content in (select content from touched_contents)
        union
        select record_id from touched_records
    """)
    _standardise_part(connection, "part_records")
    gather(connection, model)
    connection.execute(f"""
        create or replace temp table profiles_before as
        from {STATE}.profiles
        where profile_id in (
            select profile_id from {STATE}.record_groups where content in (select content from touched_contents)
        )
    """)
    # How many records a profile has is no part of what is compared.
    said = "select * exclude (record_count) from"
    for table, these, others in (
        ("fresh_profiles", "profiles", "profiles_before"),
        ("stale_profiles", "profiles_before", "profiles"),
    ):
        connection.execute(f"create or replace temp table {table} as {said} {these} except {said} {others}")
    connection.execute("""
        create or replace temp table touched_profiles as
        select profile_id from profiles union select profile_id from profiles_before
    """)
    stale = "(select profile_id from stale_profiles)"
    connection.execute(f"delete from {STATE}.edges where profile_id_l in {stale} or profile_id_r in {stale}")
    connection.execute(f"delete from {STATE}.profiles where profile_id in (select profile_id from profiles_before)")
    taken = connection.execute(f"select count(*) from profiles semi join {STATE}.profiles using (profile_id)")
    if taken.fetchall()[0][0]:
        raise RuntimeError(SAME_NUMBER)
    connection.execute(f"insert into {STATE}.profiles by name from profiles")
    connection.execute(f"""
        delete from {STATE}.self_scores
        where profile_id_l in (select {profile_number("content")} from touched_contents)
    """)
    connection.execute(f"insert into {STATE}.self_scores by name from self_scores")


def _standardise_part(connection: duckdb.DuckDBPyConnection, part: str) -> None:
    """Make `standard_records` of those of the state's records that table `part` (record_id) names."""
    connection.execute(f"""
        create or replace temp table chosen_records as
        from {STATE}.records where record_id in (select record_id from {part})
    """)
    neutralise(connection, "chosen_records")
    connection.execute("drop table chosen_records")


def _decide(connection: duckdb.DuckDBPyConnection) -> None:
    """Make `decided_pairs`, and add to `blocked_pairs` what only decisions have compared.

    All records decided about are among those whose profiles were made.
    """
    decide_pairs(connection)
    connection.execute(f"""
        delete from blocked_pairs
        where match_key = 'decided' and (join_key_l, join_key_r) in (
            select (profile_id_l, profile_id_r) from {STATE}.edges
            where profile_id_l in (select join_key_l from blocked_pairs where match_key = 'decided')
        )
    """)
    connection.execute(f"""
        create or replace table {STATE}.decided_edges as
        select join_key_l as profile_id_l, join_key_r as profile_id_r from blocked_pairs where match_key = 'decided'
    """)


def _score(connection: duckdb.DuckDBPyConnection, model: LinkageModel) -> int:
    """Score `blocked_pairs`, and add them to the state's edges; how many there were."""
    connection.execute(f"""
        create or replace temp table profiles as
        from {STATE}.profiles
        where profile_id in (select join_key_l from blocked_pairs union select join_key_r from blocked_pairs)
    """)
    scored = score(connection, model, "blocked_pairs", "edges", None)
    connection.execute(f"insert into {STATE}.edges by name from edges")
    reached = " union ".join(
        f"select {end} as profile_id from {table} where match_weight >= $accept"
        for table in ("edges", "parted_pairs")
        for end in ("profile_id_l", "profile_id_r")
    )
    connection.execute(
        f"insert into touched_profiles from ({reached}) anti join touched_profiles using (profile_id)",
        {"accept": model.thresholds.accept},
    )
    return scored


def _take_touched_groups(connection: duckdb.DuckDBPyConnection) -> None:
    """Make `record_profiles`, `profiles` and `edges` those of every group that held a touched profile or gets one.

    No link leads out of them: a link is within a group of before, or is new, and then both its ends are touched.
    """
    connection.execute(read_sql(__file__, "part_profiles"))
    connection.execute("create or replace temp table record_profiles as from part_profiles")
    part = "(select profile_id from part_profiles)"
    connection.execute(f"create or replace temp table profiles as from {STATE}.profiles where profile_id in {part}")
    connection.execute(f"""
        create or replace temp table edges as
        from {STATE}.edges where profile_id_l in {part} and profile_id_r in {part}
    """)
    connection.execute("drop table part_profiles")


def _name(connection: duckdb.DuckDBPyConnection, model: LinkageModel) -> None:
    """Name the persons of the groups taken, and put them and their records into the state."""
    _standardise_part(connection, "record_profiles")
    connection.execute(f"""
        create or replace temp table self_scores as
        from {STATE}.self_scores where profile_id_l in (select profile_id from profiles)
    """)
    name_persons(connection, model)
    for table in ("person_links", "record_groups"):
        connection.execute(f"""
            delete from {STATE}.{table}
            where record_id in (select record_id from record_profiles union select record_id from changed_records)
        """)
        connection.execute(f"insert into {STATE}.{table} by name from {table}")
