"""Which profiles are worth comparing: those that share a key, counted rule by rule and bounded.

Belongs here: the blocking rules, the pairs they bring together and how many. Does not belong here: what a pair scores
(`scoring.py`).

A pair is compared if any rule brings it together. Every rule is an equality on keys, so its cost is the number of
pairs that share one; a key shared by more profiles than the rule's limit is skipped and counted, since its pairs are
many and its evidence is weak. A rule that would still cost too much in all is refused.
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
    BlockingRule("same telephone number", ("phone",), largest_block=50),
    BlockingRule("same national number", ("national_number",), largest_block=50),
    BlockingRule("same address", ("address",), largest_block=20),
    BlockingRule("same postcode", ("postcode",), largest_block=20),
    BlockingRule("surname sound and area code", ("surname_sound", "area_code"), largest_block=20),
    BlockingRule("forename sound and area code", ("forename_sound", "area_code"), largest_block=20),
    BlockingRule("birth year and area code", ("birth_year", "area_code"), largest_block=20),
    BlockingRule("surname and birth place", ("surname", "birth_place"), largest_block=20),
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


class BlockingError(RuntimeError):
    """A rule would bring together more pairs than can be compared; the message names it and its widest keys."""


MOST_COMPARISONS_PER_PROFILE = 25
"""Pairs one rule may bring together, on the mean, for each profile. The busiest rule of a population of a million
records brings 1.3; a rule near this bound would take an hour where all of them together take a minute."""

FREE_COMPARISONS = 1_000_000
"""Pairs any rule may bring together however few the profiles: half a second's work."""


EVERY_PAIR = "create or replace temp table every_pair (rule integer, join_key_l bigint, join_key_r bigint)"
"""SQL for the table that gathers the pairs each rule brings together."""


def block(connection: duckdb.DuckDBPyConnection, rules: Iterable[BlockingRule]) -> tuple[BlockingCount, ...]:
    """Make `blocked_pairs` (match_key, join_key_l < join_key_r) from `profiles`; what each rule contributed.

    And `oversize_blocks`: the keys too widely shared to be compared.

    Args:
        connection: holds `profiles`; receives `blocked_pairs`, one row for each pair, `match_key` its first rule.
        rules: tried in order.

    Raises:
        BlockingError: a rule brings together too many pairs.
    """
    named = tuple(rules)
    connection.execute(
        "create or replace temp table oversize_blocks (rule integer, block_key varchar, block_size bigint)"
    )
    connection.execute(EVERY_PAIR)
    counts = [_add_pairs(connection, number, rule) for number, rule in enumerate(named)]
    new = pairs_once(connection)
    return tuple(
        BlockingCount(rule.name, pairs, new.get(number, 0), largest, skipped)
        for number, (rule, (pairs, largest, skipped)) in enumerate(zip(named, counts, strict=True))
    )


def pairs_once(connection: duckdb.DuckDBPyConnection) -> dict[int, int]:
    """Make `blocked_pairs` of `every_pair`, each pair once under its first rule; rule -> pairs that are its own."""
    connection.execute("""
        create or replace temp table blocked_pairs as
        select cast(min(rule) as varchar) as match_key, join_key_l, join_key_r
        from every_pair group by join_key_l, join_key_r
    """)
    connection.execute("drop table every_pair")
    counted = connection.execute("select match_key, count(*) from blocked_pairs group by 1").fetchall()
    return {int(rule): int(count) for rule, count in counted}


def keyed(rule: BlockingRule, source: str = "profiles") -> str:
    """SQL for profile_id and key_0, key_1 ... of every profile the rule applies to; one row for each of its keys."""
    table = f"(select *, unnest({rule.each_of}) as element from {source})" if rule.each_of else source
    keys = (*rule.keys, "element") if rule.each_of else rule.keys
    named = ", ".join(f"{key} as key_{index}" for index, key in enumerate(keys))
    present = " and ".join(f"{key} is not null" for key in keys)
    return f"select profile_id, {named} from {table} where {present}"


def key_names(rule: BlockingRule) -> tuple[str, ...]:
    """Names of the columns of `keyed`."""
    return tuple(f"key_{index}" for index in range(len(rule.keys) + (rule.each_of is not None)))


def block_key(rule: BlockingRule) -> str:
    """SQL for a key of `keyed` as one text."""
    return f"concat_ws('|', {', '.join(f'cast({name} as varchar)' for name in key_names(rule))})"


def _add_pairs(connection: duckdb.DuckDBPyConnection, number: int, rule: BlockingRule) -> tuple[int, int, int]:
    """Add a rule's pairs to `every_pair`; (pairs, largest block, profiles in skipped blocks)."""
    names = ", ".join(key_names(rule))
    connection.execute(f"create or replace temp table keyed as {keyed(rule)}")
    connection.execute(f"""
        insert into oversize_blocks
        select {number} as rule, {block_key(rule)} as block_key, n as block_size
        from (select {names}, count(*) as n from keyed group by {names} having count(*) > {rule.largest_block})
    """)
    widest = connection.execute(f"select max(block_size) from oversize_blocks where rule = {number}").fetchall()[0][0]
    skipped = leave_out_oversize(connection, number, rule, "oversize_blocks") if widest else 0
    largest, expected = connection.execute(f"""
        select coalesce(max(n), 0), coalesce(sum(n * (n - 1) // 2), 0)
        from (select count(*) as n from keyed group by {names})
    """).fetchall()[0]
    profiles = connection.execute("select count(*) from profiles").fetchall()[0][0]
    check_comparisons(rule, int(expected), int(profiles), int(largest))
    pairs = connection.execute(f"""
        insert into every_pair
        select {number}, l.profile_id, r.profile_id
        from keyed as l inner join keyed as r using ({names})
        where l.profile_id < r.profile_id
    """).fetchall()[0][0]
    connection.execute("drop table keyed")
    return int(pairs), max(int(largest), widest or 0), skipped


def leave_out_oversize(connection: duckdb.DuckDBPyConnection, number: int, rule: BlockingRule, oversize: str) -> int:
    """Delete from `keyed` the keys that table `oversize` holds for the rule; how many rows there were."""
    left_out = connection.execute(f"""
        delete from keyed where {block_key(rule)} in (select block_key from {oversize} where rule = {number})
    """)
    return int(left_out.fetchall()[0][0])


def check_comparisons(rule: BlockingRule, comparisons: int, profiles: int, largest_block: int) -> None:
    """Refuse a rule that brings together more pairs than so many profiles may cost.

    Raises:
        BlockingError: names the rule, what it would cost, and what to do.
    """
    if comparisons <= max(FREE_COMPARISONS, MOST_COMPARISONS_PER_PROFILE * profiles):
        return
    raise BlockingError(
        f"blocking rule '{rule.name}' would compare {comparisons:,} pairs, {comparisons / profiles:.0f} for each of "
        f"{profiles:,} profiles; the most it may is {MOST_COMPARISONS_PER_PROFILE}. Its widest key is shared by "
        f"{largest_block:,} profiles. Give the rule another key, or a smaller largest_block than {rule.largest_block}, "
        "in a new model version; if one delivery brought these values, look at its gate report first."
    )
