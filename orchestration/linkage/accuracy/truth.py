"""The truth of a simulated world, as accuracy is scored by it: who is who, and what group each person is of.

Belongs here: reading `truth_dir`. This is the one module of linkage that does, and nothing that links imports it; a
real deployment has no such folder. Does not belong here: scoring (`against_truth.py`).
"""

from __future__ import annotations

from pathlib import Path

import duckdb
import pyarrow as pa

from orchestration.sql_files import read_sql

RECORDS_FILE = "person_records.parquet"
PERSONS_FILE = "persons.parquet"
ERRORS_FILE = "injected_errors.parquet"

BREAKDOWNS = ("sex", "ethnicity_group", "age_band", "region", "alias", "no_fixed_abode")
"""What linkage error is reported by, besides the agencies of a pair."""

_RECORD_ID = "agency || '/' || split_part(feed, '/', -1) || '/' || record_key"


def has_truth(truth_dir: Path) -> bool:
    """Whether the folder says who is who."""
    return (truth_dir / RECORDS_FILE).is_file()


def read_truth(truth_dir: Path) -> pa.Table:
    """Truth of a simulated world as (`record_id`, `true_person_id`), from `person_records.parquet` in `truth_dir`.

    Raises:
        FileNotFoundError: the folder holds no truth.
    """
    path = truth_dir / RECORDS_FILE
    if not path.is_file():
        raise FileNotFoundError(f"{path} is not there; simulate a world with its truth in {truth_dir} first.")
    with duckdb.connect() as connection:
        return connection.execute(
            f"select distinct {_RECORD_ID} as record_id, cast(true_person_id as varchar) as true_person_id "
            "from read_parquet($path) order by all",
            {"path": str(path)},
        ).to_arrow_table()


def read_groups(truth_dir: Path, reference_dir: Path) -> pa.Table:
    """What group each true person is of: `true_person_id` and the columns of `BREAKDOWNS`, in words.

    Groups are those people really belong to, not those recorded: `age_band` on the day of the first arrest would need
    a day for everybody, so it is the age at the end of the year of the newest case reference the person's records
    carry, and `unknown` for none; `region` is that of the police force that holds the person's first custody or
    out-of-court record; `alias` and `no_fixed_abode` are `yes` for people of whom a record was delivered under an
    alias, or without an address because there was none.

    Raises:
        FileNotFoundError: the folder or a reference list is not whole.
    """
    paths = {
        "persons": truth_dir / PERSONS_FILE,
        "records": truth_dir / RECORDS_FILE,
        "errors": truth_dir / ERRORS_FILE,
        "ethnicities": reference_dir / "ethnicities.csv",
        "forces": reference_dir / "police_forces.csv",
    }
    for path in paths.values():
        if not path.is_file():
            raise FileNotFoundError(f"{path} is not there; linkage error cannot be told by group without it.")
    with duckdb.connect() as connection:
        for name, path in paths.items():
            reader = "read_csv" if path.suffix == ".csv" else "read_parquet"
            options = ", all_varchar = true" if path.suffix == ".csv" else ""
            connection.execute(
                f"create temp view {name} as from {reader}('{str(path).replace(chr(39), chr(39) * 2)}'{options})"
            )
        return connection.execute(read_sql(__file__, "groups_of_people")).to_arrow_table()
