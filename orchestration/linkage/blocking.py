"""Which profiles are worth comparing: those that share a key, counted rule by rule and bounded.

Belongs here: the blocking rules, the pairs they bring together and how many. Does not belong here: what a pair scores
(`scoring.py`).

A pair is compared if any rule brings it together. Every rule is an equality on keys, so its cost is the number of
pairs that share one; a key shared by more profiles than the rule's limit is skipped and counted, since its pairs are
many and its evidence is weak.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import duckdb


@dataclass(frozen=True)
class BlockingRule:
    """Profiles that agree on every key are compared.

    Attributes:
        name: short name, reported with its counts.
        keys: SQL expressions over `profiles`; a null in any of them keeps the profile out of the rule.
        each_of: a list column of `profiles`; agreeing on one of its elements is a further key.
        largest_block: keys shared by more profiles than this are skipped. Rules whose one key is weak evidence have a
            small limit: they find what they can among rare values and in small populations, and cost at most half the
            limit in comparisons for each profile.
    """

    name: str
    keys: tuple[str, ...] = ()
    each_of: str | None = None
    largest_block: int = 500


BLOCKING_RULES: tuple[BlockingRule, ...] = (
    BlockingRule("same PNC id", ("pnc_id",)),
    BlockingRule("same CRO number", ("cro_number",)),
    BlockingRule("same NOMS number", ("noms_number",)),
    BlockingRule("same CRN", ("crn",)),
    BlockingRule("same arrest", each_of="asn"),
    BlockingRule("same case", each_of="ptiurn"),
    BlockingRule("same platform defendant", each_of="master_defendant_id"),
    BlockingRule("birth date and surname sound", ("dob_key", "surname_sound")),
    BlockingRule("birth date and forename sound", ("dob_key", "forename_sound")),
    BlockingRule("birth date and both names in either order", ("dob_key", "name_pair")),
    BlockingRule("birth date and postcode sector", ("dob_key", "postcode_sector")),
    BlockingRule("both names and birth year", ("surname", "forename", "birth_year")),
    BlockingRule("both names and birthday", ("surname", "forename", "birth_day")),
    BlockingRule("both names and postcode", ("surname", "forename", "postcode")),
    BlockingRule("all names", ("surname", "forename", "middle"), largest_block=50),
    BlockingRule("forename, postcode and birth year", ("forename", "postcode", "birth_year")),
)
"""The rules of a justice model. Those whose keys hold nothing cost nothing."""

WIDE_BLOCKING_RULES: tuple[BlockingRule, ...] = (
    *BLOCKING_RULES,
    BlockingRule("same email", ("email",), largest_block=50),
    BlockingRule("name in the email", ("email_name",), largest_block=20),
    BlockingRule("house of the email", ("email_house",), largest_block=20),
    BlockingRule("both name sounds in either order", ("name_pair",), largest_block=20),
    BlockingRule("birth date", ("dob_key",), largest_block=20),
    BlockingRule("surname sound and place", ("surname_sound", "place"), largest_block=20),
    BlockingRule("forename sound and place", ("forename_sound", "place"), largest_block=20),
    BlockingRule("surname and birth year", ("surname", "birth_year"), largest_block=20),
    BlockingRule("forename and birth year", ("forename", "birth_year"), largest_block=20),
)
"""The rules for a small file of people without identifiers: weak keys too, which a small file can afford."""


@dataclass(frozen=True)
class BlockingCount:
    """What one rule brought together.

    Attributes:
        rule: name of the rule.
        comparisons: pairs that share its key.
        new_comparisons: pairs that no earlier rule brought together.
        largest_block: most profiles that share one key.
        skipped_profiles: profiles in keys too widely shared to be compared.
    """

    rule: str
    comparisons: int
    new_comparisons: int
    largest_block: int
    skipped_profiles: int


def block(connection: duckdb.DuckDBPyConnection, rules: Iterable[BlockingRule]) -> tuple[BlockingCount, ...]:
    """Make `blocked_pairs` (match_key, join_key_l < join_key_r) from `profiles`; what each rule contributed.

    Args:
        connection: holds `profiles`; receives `blocked_pairs`, one row for each pair, `match_key` its first rule.
        rules: tried in order.
    """
    connection.execute("create or replace temp table every_pair (rule integer, join_key_l bigint, join_key_r bigint)")
    named = tuple(rules)
    counts: list[tuple[int, int, int]] = []
    for number, rule in enumerate(named):
        counts.append(_add_pairs(connection, number, rule))
    connection.execute("""
        create or replace temp table blocked_pairs as
        select cast(min(rule) as varchar) as match_key, join_key_l, join_key_r
        from every_pair group by join_key_l, join_key_r
    """)
    connection.execute("drop table every_pair")
    new = {
        int(rule): int(count)
        for rule, count in connection.execute("select match_key, count(*) from blocked_pairs group by 1").fetchall()
    }
    return tuple(
        BlockingCount(rule.name, counts[number][0], new.get(number, 0), counts[number][1], counts[number][2])
        for number, rule in enumerate(named)
    )


def _add_pairs(connection: duckdb.DuckDBPyConnection, number: int, rule: BlockingRule) -> tuple[int, int, int]:
    """Add a rule's pairs to `every_pair`; (pairs, largest block, profiles in skipped blocks)."""
    source = f"(select *, unnest({rule.each_of}) as element from profiles)" if rule.each_of else "profiles"
    keys = (*rule.keys, "element") if rule.each_of else rule.keys
    named = ", ".join(f"{key} as key_{index}" for index, key in enumerate(keys))
    key_list = ", ".join(f"key_{index}" for index in range(len(keys)))
    present = " and ".join(f"{key} is not null" for key in keys)
    connection.execute(f"""
        create or replace temp table keyed as
        with chosen as (select profile_id, {named} from {source} where {present})
        select *, count(*) over (partition by {key_list}) as block_size from chosen
    """)
    largest, skipped = connection.execute(
        "select coalesce(max(block_size), 0), count(*) filter (where block_size > $limit) from keyed",
        {"limit": rule.largest_block},
    ).fetchall()[0]
    pairs = connection.execute(f"""
        insert into every_pair
        select {number}, l.profile_id, r.profile_id
        from (from keyed where block_size between 2 and {rule.largest_block}) as l
        inner join (from keyed where block_size between 2 and {rule.largest_block}) as r using ({key_list})
        where l.profile_id < r.profile_id
    """).fetchall()[0][0]
    connection.execute("drop table keyed")
    return int(pairs), int(largest), int(skipped)
