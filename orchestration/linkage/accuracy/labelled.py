"""Any labelled file of people (CSV or Parquet) as linkage takes it: its columns mapped to ours, its dates read.

Belongs here: reading the file, recognising its columns, and saying what was done with each. Does not belong here:
standardising values (`matching/records.py`), training (`learning/training.py`) or scoring (`against_truth.py`).
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pyarrow as pa

from orchestration.linkage.matching.records import (
    EVENT_COLUMNS,
    FURTHER_COLUMNS,
    IDENTIFIER_COLUMNS,
    PERSON_COLUMNS,
    POSTCODE,
)


class LabelledFileError(ValueError):
    """The file cannot be read as labelled records; the message names file, column and row, and what to do."""


FULL_NAME = "full_name"
"""A whole name in one column: split into forename, middle names and surname."""

BIRTH_PARTS = ("birth_year", "birth_month", "birth_day")
"""A birth date in three columns."""

OUR_COLUMNS = (*PERSON_COLUMNS, FULL_NAME, *BIRTH_PARTS, *FURTHER_COLUMNS, *IDENTIFIER_COLUMNS, *EVENT_COLUMNS)
"""Names that a column of the file may be mapped to."""

_SPELLINGS: Mapping[str, str] = {
    "surname": "lastname familyname lname sname lnamec1 lastname1 surname1 namelast secondname",
    "forename": "firstname givenname fname forename1 firstname1 givenname1 fnamec1 namefirst christianname forenames"
    " firstnames givennames",
    "middle_names": "middlename middle mname middlename1 middleinitial forename2 givenname2 fnamec2 secondforename"
    " othernames otherforenames namemiddle",
    FULL_NAME: "name personname completename wholename namefull",
    "date_of_birth": "dob birthdate birthday birth born datebirth dateofbirth",
    "birth_year": "by yob yearofbirth birthyr",
    "birth_month": "bm mob monthofbirth",
    "birth_day": "bd dayofbirth",
    "postcode": "postalcode zip zipcode pcode postcodefake postzip",
    "address": "street streetname address1 addressline1 addr addr1 streetaddress homeaddress addressline",
    "place": "city town suburb locality municipality village placename towncity",
    "email": "emailaddress mail emailaddr",
    "phone": "telephone phonenumber tel telno telephonenumber mobile phoneno mobilenumber cell homephone",
    "national_number": "socsecid ssn nino ninumber nationalinsurancenumber nhsnumber nhsno nationalid passport"
    " passportnumber socialsecuritynumber nationalnumber personalnumber",
    "region": "state county province region stateprovince",
    "birth_place": "placeofbirth birthcity birthtown",
    "occupation": "job profession jobtitle",
}
_KNOWN = {
    spelling: ours for ours in OUR_COLUMNS for spelling in (ours.replace("_", ""), *_SPELLINGS.get(ours, "").split())
}
_ADDRESS_PARTS = ("housenumber", "streetnumber", "address1", "address2", "addressline2", "flat", "unit")
_NEVER_COMPARED = {"sex", "gender", "ethnicity", "ethnicgroup", "race", "nationality"}

_DATE_FORMATS = (
    "%Y-%m-%d", "%Y%m%d", "%d/%m/%Y", "%m/%d/%Y", "%d-%m-%Y", "%m-%d-%Y", "%d.%m.%Y", "%Y/%m/%d", "%d %b %Y",
    "%d %B %Y", "%d-%b-%Y", "%b %d, %Y", "%B %d, %Y", "%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%S", "%d/%m/%Y %H:%M:%S",
    "%d%m%Y", "%d/%m/%y", "%m/%d/%y", "%d-%m-%y", "%d-%b-%y", "%Y",
)  # fmt: skip


@dataclass(frozen=True)
class LabelledRecords:
    """A labelled file read.

    Attributes:
        records: `record_id` and the columns of `OUR_COLUMNS` that linkage takes, as text.
        truth: (`record_id`, `true_person_id`) of the records that carry a label.
        mapping: our column -> columns of the file it was made of.
        notes: what was done with the file, in sentences for the person who asked.
    """

    records: pa.Table
    truth: pa.Table
    mapping: Mapping[str, tuple[str, ...]]
    notes: tuple[str, ...]


def read_labelled(
    path: Path, id_column: str, cluster_column: str, stated: Mapping[str, str] | None = None
) -> LabelledRecords:
    """Read a labelled file.

    Args:
        path: CSV (any usual delimiter, with a header) or Parquet.
        id_column: column that tells records apart; several joined with `+` together.
        cluster_column: column that says which records are one person; blank where nobody knows.
        stated: our column -> column of the file (several joined with `+`), or an empty text to leave ours out. What is
            not stated is recognised by the file's column names.

    Raises:
        LabelledFileError: says what is wrong, where, and what to do.
    """
    with duckdb.connect() as connection:
        columns = _load(connection, path)
        id_parts = _columns_of(path, columns, id_column, "--id")
        label_parts = _columns_of(path, columns, cluster_column, "--cluster")
        notes: list[str] = []
        mapping = _mapping(path, columns, {*id_parts, *label_parts}, stated or {}, notes)
        _check_ids(connection, path, id_parts)
        _check_labels(connection, path, label_parts, notes)
        _make_records(connection, mapping, id_parts, label_parts, notes)
        made = [name for name in OUR_COLUMNS if name in mapping and name not in (FULL_NAME, *BIRTH_PARTS)]
        if FULL_NAME in mapping:
            made += [name for name in ("surname", "forename", "middle_names") if name not in made]
        if "birth_year" in mapping and "date_of_birth" not in made:
            made.append("date_of_birth")
        if "postcode" in made and not _is_british(connection):
            notes.append("the postcodes are not British: compared as area codes")
            made = ["area_code" if name == "postcode" else name for name in made]
            connection.execute("alter table made rename column postcode to area_code")
        if "date_of_birth" in made:
            _read_dates(connection, notes)
            made.append("first_extract_date")
        records = connection.execute(
            f"select record_id, {', '.join(made)} from made order by row_number"
        ).to_arrow_table()
        truth = connection.execute(
            "select record_id, true_person_id from made where true_person_id is not null order by row_number"
        ).to_arrow_table()
    return LabelledRecords(records, truth, mapping, tuple(notes))


def _load(connection: duckdb.DuckDBPyConnection, path: Path) -> list[str]:
    """Make `file` with every column as text, its rows numbered; the names of its columns."""
    if not path.is_file():
        raise LabelledFileError(f"{path} is not there. Give a CSV or Parquet file of labelled records.")
    parquet = path.suffix.lower() in (".parquet", ".pq")
    with tempfile.TemporaryDirectory() as folder:
        source = path if parquet else _as_utf_8(path, Path(folder))
        try:
            relation = (
                connection.read_parquet(str(source))
                if parquet
                else connection.read_csv(str(source), header=True, all_varchar=True, sample_size=20_000)
            )
            names = relation.columns
            connection.register("source_rows", relation.to_arrow_table())
        except duckdb.Error as error:
            kind = "Parquet" if parquet else "CSV"
            raise LabelledFileError(f"{path} cannot be read as {kind}: {str(error).splitlines()[0]}") from error
    texts = ", ".join(f"nullif(trim(cast({_name(name)} as varchar)), '') as {_name(name)}" for name in names)
    connection.execute(
        f"create temp table file as select row_number() over () as row_number_of_file, {texts} from source_rows"
    )
    connection.unregister("source_rows")
    if not connection.execute("select count(*) from file").fetchall()[0][0]:
        raise LabelledFileError(f"{path} holds no rows; a labelled file has a header and one row for each record.")
    return list(names)


def _as_utf_8(path: Path, folder: Path) -> Path:
    """The file itself, or a copy of it in UTF-8 if it is in the older Western encoding."""
    content = path.read_bytes()
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        copy = folder / path.name
        copy.write_text(content.decode("latin-1"), encoding="utf-8")
        return copy
    return path


def _columns_of(path: Path, columns: Sequence[str], asked: str, option: str) -> list[str]:
    """The columns of the file that `asked` names (several joined with `+`), whatever their case."""
    by_lower = {name.lower(): name for name in columns}
    found = []
    for part in asked.split("+"):
        name = part.strip()
        if name in columns:
            found.append(name)
        elif name.lower() in by_lower:
            found.append(by_lower[name.lower()])
        else:
            raise LabelledFileError(
                f"{path} has no column '{name}' (asked for by {option}). It has: {', '.join(columns)}."
            )
    return found


def _mapping(
    path: Path, columns: Sequence[str], taken: set[str], stated: Mapping[str, str], notes: list[str]
) -> dict[str, tuple[str, ...]]:
    """Our column -> columns of the file: as stated, else as recognised; notes say which."""
    if unknown := sorted(set(stated) - set(OUR_COLUMNS)):
        raise LabelledFileError(f"--map {unknown[0]}=…: '{unknown[0]}' is none of {', '.join(OUR_COLUMNS)}.")
    mapping = {
        ours: tuple(_columns_of(path, columns, theirs, f"--map {ours}=…"))
        for ours, theirs in stated.items()
        if theirs.strip()
    }
    used = taken | {name for names in mapping.values() for name in names}
    simple = {name: re.sub(r"[^a-z0-9]", "", name.lower()) for name in columns if name not in used}
    recognised: dict[str, tuple[str, ...]] = {}
    for name, plain in simple.items():
        ours = _KNOWN.get(plain)
        if ours and ours not in mapping and ours not in recognised and ours not in stated:
            recognised[ours] = (name,)
    parts = tuple(name for name, plain in simple.items() if plain in _ADDRESS_PARTS)
    if parts and "address" not in mapping and "address" not in stated:
        street = recognised.get("address", ())
        recognised["address"] = tuple(name for name in columns if name in {*parts, *street})
    if {"surname", "forename"} <= {*mapping, *recognised}:
        recognised.pop(FULL_NAME, None)
    if "date_of_birth" in {*mapping, *recognised} or "birth_year" not in {*mapping, *recognised}:
        for part in BIRTH_PARTS:
            recognised.pop(part, None)
    mapping |= recognised
    if recognised:
        shown = ", ".join(f"{ours}={'+'.join(theirs)}" for ours, theirs in sorted(recognised.items()))
        notes.append(f"recognised by name: {shown} (change with --map ours=theirs)")
    left = [name for name in columns if name not in taken | {n for names in mapping.values() for n in names}]
    if never := [name for name in left if simple.get(name) in _NEVER_COMPARED]:
        notes.append(f"never compared, by principle: {', '.join(never)}")
    if ignored := [name for name in left if name not in never]:
        notes.append(f"not used: {', '.join(ignored)}")
    if not {"surname", "forename", FULL_NAME} & set(mapping):
        raise LabelledFileError(
            f"{path}: no column of names was recognised among {', '.join(columns)}. "
            "Say which they are: --map surname=COLUMN --map forename=COLUMN (or --map full_name=COLUMN)."
        )
    return mapping


def _check_ids(connection: duckdb.DuckDBPyConnection, path: Path, parts: Sequence[str]) -> None:
    key = _joined(parts)
    row = connection.execute(f"select min(row_number_of_file) from file where {key} is null").fetchall()[0][0]
    if row is not None:
        raise LabelledFileError(
            f"{path}, row {row} after the header: column {'+'.join(parts)} is blank; every record needs an id."
        )
    again = connection.execute(f"""
        select {key}, list_sort(list(row_number_of_file))[:2], count(*) from file
        group by 1 having count(*) > 1 order by min(row_number_of_file) limit 1
    """).fetchall()
    if again:
        value, rows, count = again[0]
        raise LabelledFileError(
            f"{path}, column {'+'.join(parts)}: '{value}' stands in {count} rows (first in rows {rows[0]} and "
            f"{rows[1]} after the header); every record needs an id of its own. If ids are unique within a source "
            "only, join two columns: --id SOURCE+ID."
        )


def _check_labels(connection: duckdb.DuckDBPyConnection, path: Path, parts: Sequence[str], notes: list[str]) -> None:
    label = _joined(parts)
    rows, labelled, people = connection.execute(
        f"select count(*), count({label}), count(distinct {label}) from file"
    ).fetchall()[0]
    if people == 0:
        raise LabelledFileError(f"{path}: column {'+'.join(parts)} is blank in every row; it must say who is who.")
    if people == labelled:
        raise LabelledFileError(
            f"{path}: every row has a value of its own in column {'+'.join(parts)}, so no two records are one person "
            "and there is nothing to find. --cluster takes the column whose value records of one person share."
        )
    if labelled < rows:
        notes.append(f"{rows - labelled:,} of {rows:,} records carry no label: linked, but not scored")


def _make_records(
    connection: duckdb.DuckDBPyConnection,
    mapping: Mapping[str, Sequence[str]],
    id_parts: Sequence[str],
    label_parts: Sequence[str],
    notes: list[str],
) -> None:
    """Make `made`: our columns as text, whole names and birth parts put together."""
    values = {
        ours: f"nullif(concat_ws(' ', {', '.join(_name(name) for name in theirs)}), '')"
        for ours, theirs in mapping.items()
        if ours not in (FULL_NAME, *BIRTH_PARTS)
    }
    if FULL_NAME in mapping:
        notes.append("whole names are split: 'Surname, Forenames' at the comma, else the last word is the surname")
        whole = f"concat_ws(' ', {', '.join(_name(name) for name in mapping[FULL_NAME])})"
        comma = f"contains({whole}, ',')"
        given = (
            f"case when {comma} then trim(split_part({whole}, ',', 2))"
            f" else trim(regexp_replace({whole}, '\\S+$', '')) end"
        )
        last = (
            f"case when {comma} then trim(split_part({whole}, ',', 1)) else regexp_extract({whole}, '(\\S+)$', 1) end"
        )
        for ours, part in (
            ("surname", last),
            ("forename", f"regexp_extract({given}, '^(\\S+)', 1)"),
            ("middle_names", f"trim(regexp_replace({given}, '^\\S+', ''))"),
        ):
            values[ours] = f"coalesce({values[ours]}, nullif({part}, ''))" if ours in values else f"nullif({part}, '')"
    if "birth_year" in mapping and "date_of_birth" not in values:
        year, month, day = (_name(mapping[part][0]) if part in mapping else "'1'" for part in BIRTH_PARTS)
        values["date_of_birth"] = (
            f"case when {year} is not null then {year} || '-' || lpad(coalesce({month}, '1'), 2, '0')"
            f" || '-' || lpad(coalesce({day}, '1'), 2, '0') end"
        )
    chosen = ", ".join(f"{value} as {ours}" for ours, value in values.items())
    connection.execute(f"""
        create temp table made as
        select row_number_of_file as row_number, {_joined(id_parts)} as record_id,
            {_joined(label_parts)} as true_person_id, {chosen}
        from file
    """)


def _is_british(connection: duckdb.DuckDBPyConnection) -> bool:
    held, british = connection.execute(f"""
        select count(*), count(*) filter (where regexp_full_match(regexp_replace(upper(postcode), '[^A-Z0-9]', '', 'g'),
            '{POSTCODE}'))
        from made where postcode is not null
    """).fetchall()[0]
    return not held or british * 2 >= held


def _read_dates(connection: duckdb.DuckDBPyConnection, notes: list[str]) -> None:
    """Turn `date_of_birth` of `made` into ISO dates.

    Of the formats, that which reads most values is tried first, so that 03/04/1980 is read as the file's other dates
    are. A labelled file does not say when its records were made, and some are of people long dead: a person is taken
    to have been recorded from birth, so that no date is too old or too young.
    """
    tries = [
        # DuckDB reads 45 as the year 45 where four digits are asked for.
        f"case when regexp_matches(date_of_birth, '\\d{{4}}') = {pattern.count('%Y') > 0}"
        f" then try_strptime(date_of_birth, '{pattern}') end"
        for pattern in _DATE_FORMATS
    ]
    counts = connection.execute(
        f"select count(date_of_birth), {', '.join(f'count({attempt})' for attempt in tries)} from made"
    ).fetchall()[0]
    order = sorted(range(len(tries)), key=lambda place: (-counts[place + 1], place))
    usable = [place for place in order if counts[place + 1]]
    if not usable:
        read = "cast(null as date)"
    else:
        read = f"cast(coalesce({', '.join(tries[place] for place in usable)}) as date)"
        read = f"case when {read} > date '2068-12-31' then null else {read} end"
        notes.append(f"birth dates are read as {_DATE_FORMATS[usable[0]]}")
    if any(_DATE_FORMATS[place].endswith("%y") for place in usable[:1]):
        # Two digits of a year: nobody is born after today.
        read = f"case when {read} > current_date then cast({read} - interval 100 year as date) else {read} end"
    connection.execute(f"create or replace temp table dated as select *, {read} as born from made")
    lost = connection.execute("select count(date_of_birth) - count(born) from dated").fetchall()[0][0]
    if lost:
        notes.append(f"{lost:,} of {counts[0]:,} birth dates cannot be read and are taken as missing")
    connection.execute("""
        create or replace temp table made as
        select * exclude (born, date_of_birth), cast(born as varchar) as date_of_birth,
            cast(born as varchar) as first_extract_date
        from dated
    """)


def _joined(parts: Sequence[str]) -> str:
    if len(parts) == 1:
        return _name(parts[0])
    return "nullif(concat_ws('|', " + ", ".join(_name(part) for part in parts) + "), '')"


def _name(identifier: str) -> str:
    return '"' + identifier.replace('"', '""') + '"'
