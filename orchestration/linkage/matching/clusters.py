"""Which profiles are one person: links above the threshold, unless a rule or the rest of the group says no.

Belongs here: from scored pairs to persons. Does not belong here: scores (`scoring.py`), the rules (`rules.py`), the
arithmetic of groups (`grouping.py`), or the person's id (`identity.py`).

Bare connected components let one wrong link weld two people together. So a group found by links is accepted as it
stands only where no two of its profiles contradict one another; any other is built up again from its strongest
links, two parts joining only if no rule forbids any pair across them, and either a link across them rests on a shared
identifier (which ties a person to an alias) or the pairs across weigh, on the mean, at least the model's cohesion.
Decisions of people stand above all that: pairs that must be one person, and pairs that must not.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from dataclasses import dataclass

import duckdb
import numpy as np
import pyarrow as pa

from orchestration.linkage.matching.grouping import Pairs, build_up_decided, connected_groups
from orchestration.linkage.matching.model import LinkageModel
from orchestration.linkage.matching.rules import (
    NOT_ENOUGH,
    ONE_NUMBER_AND_BIRTH_DATE,
    SHARES_IDENTIFIER,
    conflicts,
    judge_profiles,
)
from orchestration.linkage.matching.scoring import score
from orchestration.sql_files import read_sql


@dataclass(frozen=True)
class Resolution:
    """What resolving did.

    Attributes:
        links: pairs at or above the acceptance threshold.
        not_enough: pairs above it that rest on too little, by the rules; not among the links.
        groups: connected groups of two profiles or more.
        groups_rebuilt: of those, groups that a rule or their own looseness made build up again.
        persons: persons found.
        conflicts: rule -> pairs within a connected group that it keeps apart.
    """

    links: int
    not_enough: int
    groups: int
    groups_rebuilt: int
    persons: int
    conflicts: dict[str, int]


NO_DECISIONS = "create or replace temp table decided_pairs (profile_id_l bigint, profile_id_r bigint, together boolean)"
"""SQL for a table of decisions that holds none."""


def resolve(connection: duckdb.DuckDBPyConnection, model: LinkageModel, decided_pairs: str | None = None) -> Resolution:
    """Make `profile_persons`.

    Args:
        connection: holds `profiles` and `edges`.
        model: whose thresholds decide.
        decided_pairs: name of a table (profile_id_l < profile_id_r, together) of pairs that must be one person, or must
            not; each of the former is among the edges. None if there is none.

    `person` is the least profile_id of the person, `group_id` of the group of links it was found in, and
    `natural_person` of what would be the person without pairs that must be together; `match_weight` the greatest weight
    of a link to another profile of the same person (null if there is none), and `is_decided` says that a decision, and
    no such link, ties the profile to its person.
    """
    if decided_pairs is None:
        connection.execute(NO_DECISIONS)
    judge_profiles(connection, model.term_frequencies.get("forename"))
    not_enough = _choose_links(connection, model)
    nodes = connection.execute("select profile_id from profiles order by 1").to_arrow_table()["profile_id"]
    links = connection.execute("select profile_id_l, profile_id_r from links").to_arrow_table()
    _put(connection, "grouped", connected_groups(nodes, links["profile_id_l"], links["profile_id_r"]))
    kept_apart = _find_conflicts(connection, conflicts(model.is_cautious))
    rebuilt = _rebuild(connection, model)
    connection.execute(read_sql(__file__, "profile_persons"))
    persons, groups = connection.execute("""
        select
            (select count(distinct person) from profile_persons),
            (select count(*) from (select 1 from grouped group by group_id having count(*) > 1))
    """).fetchall()[0]
    return Resolution(links.num_rows, not_enough, int(groups), rebuilt, int(persons), kept_apart)


def _choose_links(connection: duckdb.DuckDBPyConnection, model: LinkageModel) -> int:
    """Make `links` from `edges`; how many pairs above the threshold are left out for resting on too little."""
    applied = NOT_ENOUGH.values() if model.is_cautious else ()
    not_enough = " or ".join(f"coalesce({condition}, false)" for condition in applied) or "false"
    connection.execute(
        f"""
        create or replace temp table candidates as
        select e.*, {not_enough} as is_not_enough
        from edges as e
        inner join judged_profiles as l on e.profile_id_l = l.profile_id
        inner join judged_profiles as r on e.profile_id_r = r.profile_id
        where e.match_weight >= $accept or {ONE_NUMBER_AND_BIRTH_DATE}
        """,
        {"accept": model.thresholds.accept},
    )
    connection.execute(read_sql(__file__, "links"))
    left_out = connection.execute("select count(*) from candidates where is_not_enough").fetchall()[0][0]
    connection.execute("drop table candidates")
    return int(left_out)


def _find_conflicts(connection: duckdb.DuckDBPyConnection, rules: Mapping[str, str]) -> dict[str, int]:
    """Make `inner_pairs`: every pair of profiles within a group, with `is_conflict`; conflicts by rule."""
    marks = ", ".join(f"coalesce({condition}, false) as conflict_{n}" for n, condition in enumerate(rules.values()))
    any_mark = " or ".join(f"conflict_{n}" for n in range(len(rules)))
    connection.execute(
        read_sql(__file__, "inner_pairs", shares_identifier=SHARES_IDENTIFIER, marks=marks, any_mark=any_mark)
    )
    sums = ", ".join(f"count(*) filter (where conflict_{n})" for n in range(len(rules)))
    counts = connection.execute(f"select {sums} from inner_pairs").fetchall()[0]
    return dict(zip(rules, (int(count) for count in counts), strict=True))


def _rebuild(connection: duckdb.DuckDBPyConnection, model: LinkageModel) -> int:
    """Make `rebuilt` (profile_id, person) for the groups that cannot stand as they are; how many there were."""
    # A group in which every pair is a link and none a conflict stands, and most do. Where it holds a John and a Jack
    # who are two people, what either may be called as well ties nobody: Jon is no Jack there, though both may be a
    # John. Only an identifier in common says so.
    connection.execute(read_sql(__file__, "doubtful_pairs"))
    # A pair that blocking never brought together still speaks for its group, or against it.
    connection.execute("""
        create or replace temp table unscored_pairs as
        select '0' as match_key, d.profile_id_l as join_key_l, d.profile_id_r as join_key_r
        from doubtful_pairs as d
        anti join edges as e using (profile_id_l, profile_id_r)
    """)
    score(connection, model, "unscored_pairs", "further_edges", None)
    pairs = connection.execute(
        read_sql(__file__, "broken_groups"),
        {"cohesion": model.thresholds.cohesion},
    ).to_arrow_table()
    built, groups = _build_groups(pairs, model.thresholds.cohesion)
    _put(connection, "rebuilt", built)
    return groups


def _build_groups(pairs: pa.Table, cohesion: float) -> tuple[pa.Table, int]:
    """Profiles with their persons, and the number of groups, from all pairs of the groups in the order of groups."""
    columns = {name: pairs[name].to_numpy() for name in pairs.column_names}
    group = columns["group_id"]
    starts = np.flatnonzero(np.r_[len(group) > 0, group[1:] != group[:-1]])
    profiles: list[int] = []
    persons: list[int] = []
    natural: list[int] = []
    for start, end in itertools.pairwise([*starts.tolist(), len(group)]):
        one = {name: values[start:end] for name, values in columns.items()}
        members = np.union1d(one["profile_id_l"], one["profile_id_r"])
        given = Pairs(
            left=np.searchsorted(members, one["profile_id_l"]),
            right=np.searchsorted(members, one["profile_id_r"]),
            weights=one["match_weight"],
            links=one["is_link"],
            firm=one["is_firm"],
            forbidden=one["is_conflict"],
        )
        parts, without = build_up_decided(len(members), given, one["is_together"], one["is_never"], cohesion)
        profiles.extend(members.tolist())
        persons.extend(members[parts].tolist())
        natural.extend(members[without].tolist())
    columns_made = {"profile_id": profiles, "person": persons, "natural_person": natural}
    return pa.table({name: pa.array(values, pa.int64()) for name, values in columns_made.items()}), len(starts)


def _put(connection: duckdb.DuckDBPyConnection, table: str, content: pa.Table) -> None:
    connection.register(f"{table}_arrow", content)
    connection.execute(f"create or replace temp table {table} as from {table}_arrow")
    connection.unregister(f"{table}_arrow")
