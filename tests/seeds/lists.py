"""Reading the shipped reference lists in tests.

Belongs here: access to the files. Does not belong here: what they should hold.
"""

from __future__ import annotations

import csv
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from orchestration.settings import PROJECT_ROOT

SEEDS_DIR = PROJECT_ROOT / "seeds" / "reference"
"""The lists that ship; never a folder the user's environment points at."""

KEYS: dict[str, tuple[str, ...]] = {
    "bail_exception_reasons": ("bail_exception_reason_code",),
    "bail_exceptions": ("bail_exception_code",),
    "bank_holidays": ("holiday_date",),
    "contradiction_rules": ("rule",),
    "courts": ("court_ou_code",),
    "establishments": ("establishment_code",),
    "ethnicities": ("ethnicity_code",),
    "hearing_types": ("hearing_type_code",),
    "nationalities": ("nationality_code",),
    "offences": ("cjs_offence_code",),
    "officer_ethnicities": ("officer_ethnicity_code",),
    "outcome_codes": ("outcome_code",),
    "police_forces": ("force_code",),
    "populations": ("force_code", "ethnicity_group", "age_band"),
    "regimes": ("regime_id",),
    "remand_bases": ("remand_basis_code",),
    "result_codes": ("cjs_result_code",),
    "search_ethnicity_wordings": ("wording",),
    "search_legislations": ("legislation",),
    "search_objects": ("object_of_search",),
    "search_outcomes": ("outcome",),
    "trial_outcomes": ("outcome_class", "outcome_code"),
}
"""Key columns of every list."""


@cache
def rows(name: str) -> tuple[dict[str, str], ...]:
    """The rows of a list, every value as text."""
    with (SEEDS_DIR / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return tuple(csv.DictReader(file))


def by_key(name: str) -> dict[str, dict[str, str]]:
    """The rows of a list with a one-column key, by that key."""
    (key,) = KEYS[name]
    return {row[key]: row for row in rows(name)}


@cache
def properties() -> dict[str, dict[str, Any]]:
    """The dbt properties of each list, by name."""
    document = yaml.safe_load(
        (PROJECT_ROOT / "dbt_project" / "models" / "reference" / "_reference__seeds.yml").read_text(encoding="utf-8")
    )
    return {seed["name"]: seed for seed in document["seeds"]}


def codes(text: str) -> set[str]:
    """The codes in a text that separates them by blanks."""
    return set(text.split())


def standing_data(path: Path) -> list[dict[str, str]]:
    """The rows of a national standing data file."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))
