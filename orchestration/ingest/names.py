"""What a file's name says of it, and whether that can be so: its day, and the police force it is of.

Does not belong here: how a name is taken apart (`landing`), and what follows from a problem (the gate).
"""

from __future__ import annotations

import csv
from datetime import UTC, datetime, timedelta
from difflib import get_close_matches
from pathlib import Path

from orchestration.contracts import DeliveryRuleKind, FeedContract
from orchestration.ingest.landing import DeliveryName, LandingFile, expected_names
from orchestration.ingest.problems import Problem, problem_with

_FIRST_YEAR = 1990
"""No agency's system is older. Archives without times unpack to 1970 or 1980: an older time of writing says nothing."""

_YEARS_AHEAD = 5


def force_slugs(reference_dir: Path) -> frozenset[str]:
    """Names of the police forces as their published files have them, from the reference list; none without the list,
    which the gate, that needs all of them, reports.
    """
    path = reference_dir / "police_forces.csv"
    if not path.is_file():
        return frozenset()
    with path.open(encoding="utf-8-sig", newline="") as file:
        return frozenset(row["slug"] for row in csv.DictReader(file) if row["slug"])


def force_problems(contract: FeedContract, name: DeliveryName | None, forces: frozenset[str]) -> list[Problem]:
    """A file named for a force nobody knows: its searches would be of no place, and of no residents."""
    if not forces or name is None or name.force_slug is None or name.force_slug in forces:
        return []
    alike = get_close_matches(name.force_slug, sorted(forces), n=1)
    meant = f"; is it {alike[0]}?" if alike else ""
    text = f"the name is of a force that is not in the reference list police_forces{meant}"
    return [problem_with(contract, DeliveryRuleKind.FORCE, text)]


def date_problems(contract: FeedContract, file: LandingFile, name: DeliveryName) -> list[Problem]:
    """What is wrong with the date in a file's name, by the day the file was written (what time it is now is no rule).

    A day that had not come is counted; one that no clock explains refuses the file.
    """
    day = name.extract_date.replace(day=1) if name.month else name.extract_date
    written_on = datetime.fromtimestamp(file.stamp.mtime_ns / 1e9, UTC).date()
    if day.year < _FIRST_YEAR or (written_on.year >= _FIRST_YEAR and day.year > written_on.year + _YEARS_AHEAD):
        text = (
            f"the name says {name.extract_date}, which cannot be right; rename the file to {expected_names(contract)}"
        )
        return [problem_with(contract, DeliveryRuleKind.FILE_NAME, text)]
    if written_on.year >= _FIRST_YEAR and day > written_on + timedelta(days=1):
        text = f"the name says {name.extract_date}, the file was written on {written_on}; send it under its true date"
        return [problem_with(contract, DeliveryRuleKind.EXTRACT_DATE, text)]
    return []
