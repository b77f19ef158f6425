"""Person records made comparable: standard names, plausible dates, identifiers that mean something, and profiles.

Belongs here: the tables `standard_records` and `profiles` that a linkage connection holds, and how each is made from
the records delivered. Does not belong here: how one name is standardised (`names.py`), or which profiles are one
person (`clusters.py`).

A *profile* is one way in which a person is written down: records whose every identifying value is equal are one
profile, compared once. Event references (arrest, case, platform defendant) differ from case to case for the same
person, so they are lists on the profile rather than part of what makes it.

Tables made here live in the connection given, so every function takes it first.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import duckdb
import pyarrow as pa

from orchestration.contracts.placeholders import PLACEHOLDER_DATES
from orchestration.linkage.matching.names import formal_forenames, sound, standard_given_names, standard_surname
from orchestration.sql_files import read_sql

PERSON_COLUMNS = (
    "surname",
    "forename",
    "middle_names",
    "date_of_birth",
    "postcode",
    "address",
    "place",
    "email",
)
"""What a record says of the person, as delivered."""

FURTHER_COLUMNS = ("phone", "national_number", "area_code", "region", "birth_place", "occupation")
"""What other files of people say of them; none of the feeds does."""

IDENTIFIER_COLUMNS = ("pnc_id", "cro_number", "noms_number", "crn")
"""Identifiers meant to be one for each person, canonical or null."""

EVENT_COLUMNS = ("asn", "ptiurn", "master_defendant_id")
"""References of one arrest, one case or one defendant of the court platform, canonical or null."""

INPUT_COLUMNS = (
    "record_id",
    "agency",
    "first_extract_date",
    *PERSON_COLUMNS,
    *FURTHER_COLUMNS,
    *IDENTIFIER_COLUMNS,
    *EVENT_COLUMNS,
)
"""Columns linkage reads. `record_id` is required; any other that the input lacks is null throughout. Gender and
ethnicity are not among them on purpose: they never decide a match, they are what error is later reported by."""

WHEN_SEEN = ("record_id", "first_extract_date")
"""Input columns that say which record it is and since when, not what is in it."""

POSTCODE = "[A-Z]{1,2}[0-9][A-Z0-9]?[0-9][A-Z]{2}"
"""A postcode without its blank."""

ZERO_SERIAL = "[0-9]{2,4}/0+[A-Z]|0+/[0-9]{2}[A-Z]|SF[0-9]+/0+[A-Z]"
"""A PNC id or CRO number whose serial is all noughts."""

OLDEST_PLAUSIBLE_AGE = 110
"""Years; a record that makes its person older holds no birth date worth comparing."""


@dataclass(frozen=True)
class SharingLimits:
    """How many different people may plausibly share one value before it is evidence of nothing.

    People are told apart by sound of surname, sound of forename and birth date: a value is over-shared when the
    *least* of the three counts of distinct values is above the limit. A prolific offender's PNC id gathers a few
    misspellings, aliases and wrong birth dates; a placeholder gathers dozens.

    Attributes:
        identifier: for PNC, CRO, NOMS, CRN.
        arrest: for an arrest/summons number (one person, one arrest).
        case: for a case reference (co-defendants are normal, a hundred are not) and a platform defendant id.
        address: for a postcode (a hostel, a prison, a placeholder).
    """

    identifier: int = 8
    arrest: int = 8
    case: int = 40
    address: int = 60

    def of(self, column: str) -> int:
        """The limit that applies to `column`."""
        if column in IDENTIFIER_COLUMNS:
            return self.identifier
        return {"asn": self.arrest, "postcode": self.address}.get(column, self.case)


def load_input(connection: duckdb.DuckDBPyConnection, relation: str) -> None:
    """Make `input_records` from the table or view named `relation`, as `input_query` reads it.

    Raises:
        ValueError: `relation` has no `record_id`, or it is null or repeated.
    """
    connection.execute(f"create or replace temp table input_records as {input_query(connection, relation)}")
    check_record_ids(connection, "input_records", relation)


def input_query(connection: duckdb.DuckDBPyConnection, relation: str) -> str:
    """SQL for the columns of `INPUT_COLUMNS` as text, absent ones null, of the table or view named `relation`.

    And `digest`: the MD5 of all a record says, whenever it was seen.

    Raises:
        ValueError: `relation` has no `record_id`.
    """
    present = {row[0].lower() for row in connection.execute(f"describe {relation}").fetchall()}
    if "record_id" not in present:
        raise ValueError(
            f"{relation} has no column record_id; each person record needs one. It has: {sorted(present)}."
        )
    wanted = ", ".join(
        f"cast({name} as varchar) as {name}" if name in present else f"cast(null as varchar) as {name}"
        for name in INPUT_COLUMNS
    )
    said = ", ".join(
        f"coalesce(cast({name} as varchar), '')" if name in present else "''"
        for name in INPUT_COLUMNS
        if name not in WHEN_SEEN
    )
    return f"select {wanted}, md5(concat_ws('|', {said})) as digest from {relation}"


def check_record_ids(connection: duckdb.DuckDBPyConnection, table: str, relation: str) -> None:
    """Refuse a table of records, made from `relation`, that cannot be told apart.

    Raises:
        ValueError: a `record_id` is null or repeated.
    """
    total, named, distinct = _row(
        connection, f"select count(*), count(record_id), count(distinct record_id) from {table}"
    )
    if named < total or distinct < total:
        example = _row(connection, f"select record_id from {table} group by 1 having count(*) > 1 or record_id is null")
        raise ValueError(
            f"{relation}: {total} rows hold {distinct} different record_id, {total - named} null (for example "
            f"{example[0]!r}); every person record must have its own. Check the key of the model that makes it."
        )


def standardise(connection: duckdb.DuckDBPyConnection, limits: SharingLimits) -> dict[str, int]:
    """Make `standard_records` from `input_records`, and on the way `cleaned_records` and `over_shared`.

    Returns: for each column, how many records lost a value that many people share or that is a placeholder.
    """
    clean(connection)
    find_over_shared(connection, limits)
    neutralise(connection)
    return records_neutralised(connection)


def clean(connection: duckdb.DuckDBPyConnection) -> None:
    """Make `cleaned_records` from `input_records`: standard names and their sounds, dates and identifiers that can be.

    Each record is cleaned by itself, whatever others there are.
    """
    _standard_values(connection, "surname", "surname_standard", standard_surname)
    _standard_values(connection, "forename", "forename_standard", standard_given_names)
    _standard_values(connection, "middle_names", "middle_standard", standard_given_names)
    placeholders = ", ".join(f"date '{value}'" for value in PLACEHOLDER_DATES)
    connection.execute(
        read_sql(
            __file__,
            "named_records",
            placeholders=placeholders,
            oldest_age=str(OLDEST_PLAUSIBLE_AGE),
            postcode_pattern=POSTCODE,
            further_values=_further_values(),
            identifiers=_meaningful_identifiers(),
        )
    )
    _sounds(connection, "named_records")
    connection.execute("""
        create or replace temp table cleaned_records as
        select r.*, s.sound as surname_sound, f.sound as forename_sound, f.formals
        from named_records as r
        left join surname_sounds as s on r.surname = s.name
        left join forename_sounds as f on r.forename = f.name
    """)
    connection.execute("drop table named_records")


def _further_values() -> str:
    """Further columns as compared: numbers without any other mark, words in upper case with one blank between."""
    marks = {name: ("[^A-Z0-9]+", "") for name in ("phone", "national_number", "area_code")}
    return ",\n            ".join(
        "nullif(trim(regexp_replace(upper({0}), '{1}', '{2}', 'g')), '') as {0}".format(
            name, *marks.get(name, ("[^A-Z0-9]+", " "))
        )
        for name in FURTHER_COLUMNS
    )


def _meaningful_identifiers() -> str:
    """Identifiers as compared: upper case, no blanks, and null where every digit of the serial is zero."""
    parts = []
    for name in (*IDENTIFIER_COLUMNS, *EVENT_COLUMNS):
        value = f"nullif(regexp_replace(upper({name}), '\\s', '', 'g'), '')"
        if name in ("pnc_id", "cro_number"):
            # A serial of noughts with its right check letter is typed where a form demands a number.
            value = f"case when regexp_full_match(upper({name}), '{ZERO_SERIAL}') then null else {value} end"
        parts.append(f"{value} as {name}")
    return ",\n            ".join(parts)


def _standard_values(
    connection: duckdb.DuckDBPyConnection, column: str, table: str, standard: Callable[[str | None], str | None]
) -> None:
    """Table (`written`, `standard`) for every distinct value of a column of `input_records`."""
    written = _distinct(connection, "input_records", column)
    _put(connection, table, {"written": written, "standard": [standard(value) for value in written]})


def _sounds(connection: duckdb.DuckDBPyConnection, source: str) -> None:
    """Tables `surname_sounds` and `forename_sounds` (with formal forenames) for the standard names in `source`."""
    surnames = _distinct(connection, source, "surname")
    forenames = _distinct(connection, source, "forename")
    _put(connection, "surname_sounds", {"name": surnames, "sound": [sound(name) for name in surnames]})
    connection.register(
        "forename_sounds_arrow",
        pa.table(
            {
                "name": pa.array(forenames, pa.string()),
                "sound": pa.array([sound(name) for name in forenames], pa.string()),
                "formals": pa.array([list(formal_forenames(name)) for name in forenames], pa.list_(pa.string())),
            }
        ),
    )
    connection.execute("create or replace temp table forename_sounds as from forename_sounds_arrow")
    connection.unregister("forename_sounds_arrow")


SHARED_COLUMNS = (*IDENTIFIER_COLUMNS, *EVENT_COLUMNS, "postcode")
"""Columns whose values may turn out to be shared by too many people."""


def find_over_shared(
    connection: duckdb.DuckDBPyConnection, limits: SharingLimits, records: str = "cleaned_records"
) -> None:
    """Make `over_shared`: values of `records` that are evidence of nothing.

    Whether a value is depends on the records that hold it and on no others, so `records` may be any set that holds all
    records of the values it is asked about.
    """
    parts = []
    for name in SHARED_COLUMNS:
        limit = limits.of(name)
        # Few values are held often; only theirs are worth counting in people.
        parts.append(f"""
            select '{name}' as column_name, {name} as value, count(*) as record_count
            from {records}
            where {name} in (select {name} from {records} where {name} is not null group by 1 having count(*) > {limit})
            group by 2
            having least(count(distinct surname_sound), count(distinct forename_sound), count(distinct dob)) > {limit}
        """)
    connection.execute(f"create or replace temp table over_shared as {' union all '.join(parts)}")


def records_neutralised(connection: duckdb.DuckDBPyConnection) -> dict[str, int]:
    """For each column, how many records hold a value of `over_shared`."""
    rows = connection.execute("select column_name, sum(record_count) from over_shared group by 1").fetchall()
    return {name: int(dict(rows).get(name, 0)) for name in SHARED_COLUMNS}


def neutralise(connection: duckdb.DuckDBPyConnection, records: str = "cleaned_records") -> None:
    """Make `standard_records` from `records`, the values of `over_shared` null."""
    held = {row[0] for row in connection.execute("select distinct column_name from over_shared").fetchall()}
    kept = ", ".join(
        f"case when {name} in (select value from over_shared where column_name = '{name}') then null"
        f" else {name} end as {name}"
        if name in held
        else name
        for name in SHARED_COLUMNS
    )
    connection.execute(f"""
        create or replace temp table standard_records as
        select
            record_id, digest, agency, first_extract_date, surname, surname_sound, forename, forename_sound, formals,
            middle, dob, address, place, email, {", ".join(FURTHER_COLUMNS)}, {kept}
        from {records}
    """)


IDENTITY_COLUMNS = (
    "surname",
    "forename",
    "middle",
    "dob",
    "postcode",
    "address",
    "place",
    "email",
    *FURTHER_COLUMNS,
    *IDENTIFIER_COLUMNS,
)
"""Standard values that must all be equal for two records to be one profile."""

CONTENT = (
    "md5(concat_ws('|', " + ", ".join(f"coalesce(cast({name} as varchar), '')" for name in IDENTITY_COLUMNS) + "))"
)
"""SQL for all of them in one digest, of a row of `standard_records`."""


SAME_NUMBER = (
    "two different profiles have the same 60-bit number; this is expected once in about a million runs of a "
    "million records. Lengthen the number in orchestration/linkage/matching/records.py (profile_number)."
)
"""What is said where a number names two profiles."""


def make_profiles(
    connection: duckdb.DuckDBPyConnection,
    apart: str | None = None,
    apart_records: str | None = None,
    smallest: int = 1,
) -> None:
    """Make `profiles` and `record_profiles` from `standard_records`.

    A record whose surname, forename or birth date is missing is a profile of its own: too little is equal to take two
    such records for one person without weighing it. So is one of somebody born on 1 January that says nothing but a
    name beside: the day is given to people without papers, and a record of all of a name would tie them together.

    Args:
        connection: holds `standard_records`.
        apart: a table of `profile_id` whose records are to be compared one by one after all, because agreeing on
            everything they hold is not evidence enough (two John Smiths without address, born on 1 January).
        apart_records: a table of `record_id`, each a profile of its own, because somebody decided about it.
        smallest: `profiles` of fewer records are left out.
    """
    nothing_else = " and ".join(f"{name} is null" for name in ("postcode", "email", *IDENTIFIER_COLUMNS))
    alone = """
        surname is null or forename is null or dob is null
        or (month(dob) = 1 and day(dob) = 1 and says_nothing_else)
    """
    whole = profile_number("content")
    if apart:
        alone += f" or {whole} in (select profile_id from {apart})"
    if apart_records:
        alone += f" or record_id in (select record_id from {apart_records})"
    connection.execute(
        read_sql(
            __file__,
            "record_profiles",
            digest=CONTENT,
            nothing_else=f"({nothing_else})",
            alone=alone,
            own_number=profile_number("md5(content || record_id)"),
            common_number=whole,
        )
    )
    _gather_profiles(connection, smallest)


def _gather_profiles(connection: duckdb.DuckDBPyConnection, smallest: int) -> None:
    """Make `profiles` from `record_profiles`: what all its records say, taken from one, and all their events."""
    connection.execute(f"""
        create or replace temp table profile_places as
        select profile_id, min(place) as place, count(*) as record_count, (min(content) <> max(content)) as is_mixed
        from record_profiles group by profile_id having count(*) >= {smallest}
    """)
    if _row(connection, "select count(*) from profile_places where is_mixed")[0]:
        raise RuntimeError(SAME_NUMBER)
    gathered = ", ".join(
        f"list_sort(list(distinct r.{name}) filter (where r.{name} is not null)) as {name}" for name in EVENT_COLUMNS
    )
    # Most profiles are of one record: grouping only the others takes a third of the time.
    connection.execute(f"""
        create or replace temp table profile_events as
        select p.profile_id, {gathered}
        from record_profiles as p
        inner join profile_places as q on p.profile_id = q.profile_id and q.record_count > 1
        inner join standard_records as r on p.place = r.rowid
        group by p.profile_id
    """)
    values = ", ".join(f"r.{name}" for name in IDENTITY_COLUMNS)
    events = ", ".join(
        f"case when p.record_count > 1 then e.{name} when r.{name} is not null then [r.{name}] end as {name}"
        for name in EVENT_COLUMNS
    )
    connection.execute(read_sql(__file__, "profiles", values=values, events=events))
    connection.execute("drop table profile_events; drop table profile_places")


def profile_number(digest: str) -> str:
    """SQL for the profile's number: the first 60 bits of a hexadecimal digest."""
    return f"cast('0x' || substr({digest}, 1, 15) as bigint)"


def _distinct(connection: duckdb.DuckDBPyConnection, table: str, column: str) -> list[str]:
    query = f"select distinct {column} from {table} where {column} is not null order by 1"
    values: list[str] = connection.execute(query).to_arrow_table().column(0).to_pylist()
    return values


def _put(connection: duckdb.DuckDBPyConnection, table: str, columns: dict[str, list[str] | list[str | None]]) -> None:
    arrow = pa.table({name: pa.array(values, pa.string()) for name, values in columns.items()})
    connection.register(f"{table}_arrow", arrow)
    connection.execute(f"create or replace temp table {table} as from {table}_arrow")
    connection.unregister(f"{table}_arrow")


def _row(connection: duckdb.DuckDBPyConnection, query: str) -> tuple[int, ...]:
    row = connection.execute(query).fetchone()
    if row is None:
        raise RuntimeError(f"no row from: {query}")
    return row
