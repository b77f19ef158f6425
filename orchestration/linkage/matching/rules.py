"""Rules that stand above any score: who is never one person, and what alone is not enough to make two records one.

Belongs here: the rules, as SQL over two profiles `l` and `r`, and what they need to know of a forename. Does not belong
here: scores (`scoring.py`), or how rules and scores make persons (`clusters.py`).

In SQL a comparison with a null is neither true nor false, so a rule is silent where what it compares is not recorded.
"""

from __future__ import annotations

from collections.abc import Mapping

import duckdb
import pyarrow as pa

from orchestration.linkage.matching.model import TermFrequencies
from orchestration.linkage.matching.names import is_listed, near_forenames

SLIP_SHARE = 0.05
"""A slip for a forename is at most this common beside it: one in fifty is a slip, and there are many ways to slip."""

CALLED_SHARE = 0.2
"""A forename this common beside another for the same person is one that people are given, not only called by."""

SHARES_IDENTIFIER = """(
    coalesce(l.pnc_id = r.pnc_id, false)
    or coalesce(l.cro_number = r.cro_number, false)
    or coalesce(l.noms_number = r.noms_number, false)
    or coalesce(l.crn = r.crn, false)
    or coalesce(list_has_any(l.asn, r.asn), false)
)"""
"""The two profiles hold one identifier, or were arrested as one person."""

ONE_SURNAME = """(
    l.surname = r.surname
    or l.surname_sound = r.surname_sound
    or damerau_levenshtein(l.surname, r.surname) <= 1
    or contains(' ' || l.surname || ' ', ' ' || r.surname || ' ')
    or contains(' ' || r.surname || ' ', ' ' || l.surname || ' ')
)"""
"""The surnames may be one: equal, alike in sound, a slip, or a part of a double-barrelled one."""

NEAR_FORENAMES = """(
    jaro_winkler_similarity(l.forename, r.forename) >= 0.8
    or damerau_levenshtein(l.forename, r.forename) <= 1
)"""
"""Either forename may be a slip for the other."""

FORENAMES_OF_ONE_PERSON = """(
    damerau_levenshtein(l.forename, r.forename) <= 1
    or (
        least(length(l.forename), length(r.forename)) >= 3
        and (starts_with(l.forename, r.forename) or starts_with(r.forename, l.forename))
    )
    or contains(' ' || l.middle || ' ', ' ' || r.forename || ' ')
    or contains(' ' || r.middle || ' ', ' ' || l.forename || ' ')
)"""
"""What two forenames may be of a person whom an identifier says to be one: a slip, cut short, or the middle name."""

ONE_FORENAME = f"""(
    l.forename = r.forename
    or list_has_any(l.formals, r.formals)
    or (least(length(l.forename), length(r.forename)) = 1 and left(l.forename, 1) = left(r.forename, 1))
    or (not (l.forename_is_known and r.forename_is_known) and {NEAR_FORENAMES})
    or ({SHARES_IDENTIFIER} and {FORENAMES_OF_ONE_PERSON})
)"""
"""Two forenames that one person may go by. Twins have two established names: a near miss between two names that are
both known is a difference, not a slip, and so is a forename that is the other's middle name, unless an identifier is
in common."""

SHARES_PERSONAL_NUMBER = """(
    coalesce(l.pnc_id = r.pnc_id, false)
    or coalesce(l.cro_number = r.cro_number, false)
    or coalesce(l.noms_number = r.noms_number, false)
)"""
"""The two profiles hold one number that a service gives to a person, not to an arrest or a case."""

ONE_NUMBER_AND_BIRTH_DATE = f"(l.dob = r.dob and {SHARES_PERSONAL_NUMBER})"
"""An alias: one valid PNC id, CRO or NOMS number, and one birth date, whatever the names. A number alone may have been
typed onto a stranger; with the birth date it was not. (A number that too many people share is evidence of nothing, and
has been taken away before.)"""

LEAST_YEARS_OF_A_GENERATION = 14

A_GENERATION_APART = f"""(
    strftime(l.dob, '%m%d') = strftime(r.dob, '%m%d')
    and abs(year(l.dob) - year(r.dob)) >= {LEAST_YEARS_OF_A_GENERATION}
    and year(l.dob) % 10 <> year(r.dob) % 10
    and right(cast(year(l.dob) as varchar), 2) <> reverse(right(cast(year(r.dob) as varchar), 2))
    and not {SHARES_IDENTIFIER}
)"""
"""One day and month of birth, and years that no single slip makes of one another: two digits differ, and not by being
exchanged. Father and son of one name, born on one day of the year."""

TWINS = "twins: one surname and birth date, two forenames"

CONFLICTS: dict[str, str] = {
    # A person has one of each; both are checked for their letter before they come here.
    "two PNC ids": "l.pnc_id <> r.pnc_id",
    "two NOMS numbers": "l.noms_number <> r.noms_number",
    "father and son: one name and birthday, a generation apart": f"""
        case when l.dob <> r.dob and l.forename = r.forename then {ONE_SURNAME} and {A_GENERATION_APART} end
    """,
    TWINS: f"""
        case when l.dob_key = r.dob_key and l.forename <> r.forename then {ONE_SURNAME} and not {ONE_FORENAME} end
    """,
}
"""Rule -> condition under which two profiles are never one person, directly or through others. `case` has the engine
look at names only where the cheap part holds."""


def conflicts(is_cautious: bool) -> dict[str, str]:
    """The rules of `CONFLICTS` that hold for the records at hand.

    Twins are a matter of justice records, in which the two of one home are met together; elsewhere one surname and
    birth date with two forenames is a nickname, a second forename or a namesake, and the score says which.
    """
    return {rule: condition for rule, condition in CONFLICTS.items() if is_cautious or rule != TWINS}


TIED = f"""(
    coalesce(l.middle = r.middle, false)
    or coalesce(l.email = r.email, false)
    or {SHARES_IDENTIFIER}
    or coalesce(list_has_any(l.ptiurn, r.ptiurn), false)
)"""
"""Something besides name, birth date and home makes the two profiles one person."""

NOT_ENOUGH: dict[str, str] = {
    # Dave is what a David is called; but twins may be named Stuart and Stewart.
    "two given forenames alike": f"""
        case
            when l.dob_key = r.dob_key
                and l.forename <> r.forename
                and least(l.forename_share, r.forename_share)
                    > {CALLED_SHARE} * greatest(l.forename_share, r.forename_share)
            then {ONE_SURNAME} and not {TIED}
        end
    """,
    # Father and son may share name and home, and a missing birth date hides the one thing that tells them apart.
    "name and home without a birth date": f"""
        case when (l.dob is null or r.dob is null) and l.postcode = r.postcode then {ONE_SURNAME} and not {TIED} end
    """,
    # The first of January is given to people without papers; a record that says nothing else would tie all of a name.
    "born on 1 January, and nothing of where": f"""
        case when l.dob_is_weak and r.dob_is_weak and (l.postcode is null or r.postcode is null) then not {TIED} end
    """,
}
"""Rule -> condition under which a score above the threshold is not enough to link two profiles by itself. Other
records may still tie them."""


def is_established(forename: str, shares: Mapping[str, float]) -> bool:
    """Whether a standard forename is a name in its own right rather than a slip of the pen for another.

    So it is if listed; or if the model has met it, and met it too often to be a slip for a listed one: `KYRON` is about
    as common as `TYRON`, while `JONH` is met only for the sake of `JOHN`.
    """
    if is_listed(forename):
        return True
    commonest = max((shares.get(name, 0.0) for name in near_forenames(forename)), default=0.0)
    return forename in shares and shares[forename] > SLIP_SHARE * commonest


def judge_profiles(connection: duckdb.DuckDBPyConnection, frequencies: TermFrequencies | None) -> None:
    """Make `judged_profiles`: `profiles` as the rules see them, with `forename_is_known` and `forename_share`."""
    shares = frequencies.values if frequencies else {}
    forenames = connection.execute("select distinct forename from profiles where forename is not null").fetchall()
    known = sorted(name for (name,) in forenames if is_established(name, shares))
    connection.register(
        "known_forenames",
        pa.table(
            {
                "name": pa.array(known, pa.string()),
                "is_listed": pa.array([is_listed(name) for name in known], pa.bool_()),
                "share": pa.array([shares.get(name, 0.0) for name in known], pa.float64()),
            }
        ),
    )
    connection.execute("""
        create or replace temp table judged_profiles as
        select
            -- A name in its own right stands for no other that it resembles.
            p.* replace (case when k.is_listed = false then [p.forename] else p.formals end as formals),
            (k.name is not null) as forename_is_known,
            coalesce(k.share, 0.0) as forename_share
        from profiles as p left join known_forenames as k on p.forename = k.name
    """)
    connection.unregister("known_forenames")


def mark_conflicts(
    connection: duckdb.DuckDBPyConnection, forenames: TermFrequencies | None, pairs: str, is_cautious: bool = True
) -> None:
    """Make `conflicting_pairs`: those of table `pairs` that a rule keeps apart."""
    judge_profiles(connection, forenames)
    any_rule = " or ".join(f"coalesce({condition}, false)" for condition in conflicts(is_cautious).values())
    connection.execute(f"""
        create or replace temp table conflicting_pairs as
        select b.join_key_l, b.join_key_r
        from {pairs} as b
        inner join judged_profiles as l on b.join_key_l = l.profile_id
        inner join judged_profiles as r on b.join_key_r = r.profile_id
        where {any_rule}
    """)
