"""From standard records to persons: the steps of linking, on whatever records the connection holds.

Belongs here: the order of the steps when all records are linked, and what each is handed. Does not belong here: the
steps themselves, or how only what a delivery changed is linked (`incremental.py`, which uses the same steps).

No step looks at the order of the records, and no step draws at random. What becomes of a group of records depends on
them alone, on the model, and on two facts about all records there are: the values that too many people share
(`over_shared`) and the blocking keys that too many profiles share (`oversize_blocks`).
"""

from __future__ import annotations

from dataclasses import dataclass

import duckdb

from orchestration.linkage.matching.blocking import BlockingCount, block
from orchestration.linkage.matching.clusters import Resolution, resolve
from orchestration.linkage.matching.identity import founding_rank, person_id_sql
from orchestration.linkage.matching.model import LinkageModel
from orchestration.linkage.matching.records import EVENT_COLUMNS, IDENTIFIER_COLUMNS, make_profiles
from orchestration.linkage.matching.scoring import score
from orchestration.linkage.matching.timing import Clock
from orchestration.sql_files import read_sql


@dataclass(frozen=True)
class Steps:
    """What the steps did: pairs brought together by each rule, pairs scored, and how groups were resolved."""

    blocking: tuple[BlockingCount, ...]
    pairs_scored: int
    resolution: Resolution


def link_standard_records(connection: duckdb.DuckDBPyConnection, model: LinkageModel, clock: Clock) -> Steps:
    """Make `person_links` and `record_groups` from `standard_records` and `override_records`.

    Args:
        connection: holds both.
        model: fully trained.
        clock: told when each step is done.
    """
    gather(connection, model)
    clock.mark("gather")
    counts = block(connection, model.blocking_rules)
    decide_pairs(connection)
    clock.mark("block")
    pairs_scored = score(connection, model, "blocked_pairs", "edges", None)
    clock.mark("score")
    resolution = resolve(connection, model, "decided_pairs")
    clock.mark("resolve")
    name_persons(connection, model)
    clock.mark("name")
    return Steps(counts, pairs_scored, resolution)


def gather(connection: duckdb.DuckDBPyConnection, model: LinkageModel) -> None:
    """Make `profiles`, `record_profiles` and `self_scores`.

    Profiles whose own records would not be linked to one another are taken apart, and so are records that somebody
    decided about: a decision is about a record, not about all that say the same.
    """
    connection.execute("""
        create or replace temp table decided_records as
        select record_a as record_id from override_records union select record_b from override_records
    """)
    make_profiles(connection, apart_records="decided_records", smallest=2)
    # All cases of a profile are in common with itself, and say nothing of whether its records are one person's.
    connection.execute(f"update profiles set {', '.join(f'{name} = null' for name in EVENT_COLUMNS)}")
    connection.execute("""
        create or replace temp table with_itself as
        select '0' as match_key, profile_id as join_key_l, profile_id as join_key_r from profiles
    """)
    score(connection, model, "with_itself", "self_scores", None)
    connection.execute(
        "create or replace temp table taken_apart as "
        "select profile_id_l as profile_id from self_scores where match_weight < $accept",
        {"accept": model.thresholds.accept},
    )
    make_profiles(connection, apart="taken_apart", apart_records="decided_records")


def decide_pairs(connection: duckdb.DuckDBPyConnection) -> None:
    """Make `decided_pairs`, and have all pairs that decisions need compared.

    Those are the decided ones, and each record decided about with the profile it would have been a part of.
    """
    connection.execute(read_sql(__file__, "decided_pairs"))
    connection.execute(read_sql(__file__, "pairs_for_decisions"))


def name_persons(connection: duckdb.DuckDBPyConnection, model: LinkageModel) -> None:
    """Make `person_links`, and `record_groups`, from `profile_persons`."""
    connection.execute(f"""
        create or replace temp table founders as
        select m.person, count(*) as record_count, arg_min(r.record_id, {founding_rank("r")}) as founding_record_id
        from standard_records as r
        inner join record_profiles using (record_id)
        inner join profile_persons as m using (profile_id)
        group by m.person
    """)
    held = " union all ".join(
        f"select m.person, '{name}' as kind, p.{name} as value, p.profile_id, p.record_count"
        f" from profiles as p inner join profile_persons as m using (profile_id) where p.{name} is not null"
        for name in IDENTIFIER_COLUMNS
    )
    connection.execute(f"""
        create or replace temp table identified as
        with held as ({held}),
        shared as (select person, kind, value from held group by person, kind, value having sum(record_count) > 1)
        select distinct h.profile_id from held as h semi join shared as s using (person, kind, value)
    """)
    connection.execute(
        read_sql(__file__, "person_links", id_of_founder=person_id_sql("f.founding_record_id")),
        {"version": model.version},
    )
    connection.execute("""
        create or replace temp table record_groups as
        select p.record_id, p.content, p.profile_id, m.group_id, m.natural_person
        from record_profiles as p inner join profile_persons as m using (profile_id)
    """)
