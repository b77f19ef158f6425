"""The reference lists the simulation draws codes from, as arrays ready for vectorised draws.

Belongs here: reading `courts.csv`, `police_forces.csv`, `offences.csv`, `result_codes.csv`, `establishments.csv`,
`regimes.csv` and `bank_holidays.csv` from a reference folder. Does not belong here: weights of codes
(`calibration_offences.py`).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd

from orchestration.settings import Settings
from orchestration.simulation import calibration_offences as mix
from orchestration.simulation.sampling import Bools, Floats, Ints, Texts, day_of

CATEGORY_RANK = {"CI": 0, "CE": 1, "CS": 2, "CM": 3}
"""Indictable before either way before summary: the order of seriousness of a charge."""


@dataclass(frozen=True)
class Offences:
    """The offence list, one position per code."""

    codes: Texts
    category: Texts
    group: Ints
    max_months: Ints
    imprisonable: Bools
    weights: Floats
    rank: Ints

    def position(self, code: str) -> int:
        """Where a code stands, or -1."""
        found = np.flatnonzero(self.codes == code)
        return int(found[0]) if len(found) else -1


@dataclass(frozen=True)
class Places:
    """Forces and courts, and which court serves which force.

    `force_magistrates[i]` and `force_crown[i]` hold positions of the courts of force i's criminal justice area.
    """

    forces: Texts
    force_weights: Floats
    force_region: Texts
    force_kind: Texts
    force_postal: Texts
    courts: Texts
    court_type: Texts
    court_psa: Texts
    court_region: Texts
    force_magistrates: tuple[Ints, ...]
    force_crown: tuple[Ints, ...]


@dataclass(frozen=True)
class Prisons:
    """Open establishments and who they hold ('men', 'women', 'youth')."""

    codes: Texts
    holds: Texts
    region: Texts
    receives: Bools

    def pool(self, holds: str, region: str | None = None, receiving: bool = False) -> Ints:
        """Positions of establishments of a kind, of the region where it has any."""
        kind = self.holds == holds
        for narrower in (self.receives if receiving else kind, self.region == region if region else kind):
            if (kind & narrower).any():
                kind = kind & narrower
        return np.flatnonzero(kind).astype(np.int64)


@dataclass(frozen=True)
class Law:
    """Changes of law that the simulated courts and prisons follow, as day numbers, and the days no court sits.

    Attributes:
        suspended_from: convictions from this day are sentenced with short terms presumed suspended.
        earlier_release_from: releases from this day come at the lower share of a standard term.
        longer_recall_from: recalls from this day are of the longer fixed term.
        holidays: bank holidays, in order.
    """

    suspended_from: int
    earlier_release_from: int
    longer_recall_from: int
    holidays: Ints

    def last_sitting_day(self, day: Ints) -> Ints:
        """The day itself, or the last one before it that is neither at a weekend nor a bank holiday."""
        moved = np.array(day)
        while True:
            # day 0, 1 January 1970, was a Thursday
            closed = np.isin((moved + 3) % 7, (5, 6)) | np.isin(moved, self.holidays)
            if not closed.any():
                return moved
            moved = moved - closed


@dataclass(frozen=True)
class Reference:
    """Everything the simulation reads from the reference folder."""

    offences: Offences
    places: Places
    prisons: Prisons
    law: Law
    ethnicity_group: dict[str, str]
    disposal_type: dict[str, str]
    severity_rank: dict[str, int]


def load_reference(reference_dir: Path | None = None) -> Reference:
    """Read the reference lists.

    Args:
        reference_dir: the folder with the CSV files; by default the warehouse's own.

    Raises:
        FileNotFoundError: a list is missing; the message names the file and the setting to change.
    """
    folder = reference_dir or Settings.from_environment().reference_dir
    results = _read(folder, "result_codes")
    results = results[results["disposal_type"].notna()]
    ethnicities = _read(folder, "ethnicities").dropna(subset=["group_5"])
    return Reference(
        offences=_offences(_read(folder, "offences")),
        places=_places(_read(folder, "police_forces"), _read(folder, "courts")),
        prisons=_prisons(_read(folder, "establishments")),
        law=_law(_read(folder, "regimes"), _read(folder, "bank_holidays")),
        ethnicity_group=dict(zip(ethnicities["ethnicity_code"], ethnicities["group_5"], strict=True)),
        disposal_type=dict(zip(results["cjs_result_code"], results["disposal_type"], strict=True)),
        severity_rank={
            code: int(rank) for code, rank in zip(results["cjs_result_code"], results["severity_rank"], strict=True)
        },
    )


def _read(folder: Path, name: str) -> pd.DataFrame:
    path = folder / f"{name}.csv"
    if not path.is_file():
        raise FileNotFoundError(
            f"reference list {path} is missing; the simulation draws its codes from it. Point WAREHOUSE_REFERENCE_DIR "
            f"at a folder that holds {name}.csv."
        )
    return pd.read_csv(path, dtype="str")


def _law(regimes: pd.DataFrame, holidays: pd.DataFrame) -> Law:
    begins = regimes.dropna(subset=["in_force_from"]).groupby("series")["in_force_from"].max()
    return Law(
        suspended_from=day_of(date.fromisoformat(begins["suspended_sentence"])),
        earlier_release_from=day_of(date.fromisoformat(begins["release_point_standard"])),
        longer_recall_from=day_of(date.fromisoformat(begins["fixed_term_recall"])),
        holidays=np.asarray([day_of(date.fromisoformat(day)) for day in holidays["holiday_date"]], dtype=np.int64),
    )


def _offences(table: pd.DataFrame) -> Offences:
    known = table[table["category"].isin(CATEGORY_RANK) & table["offence_group"].isin(mix.OFFENCE_GROUPS)]
    known = known.sort_values("cjs_offence_code", ignore_index=True)
    codes = known["cjs_offence_code"].to_numpy(dtype=object)
    position = {group: index for index, group in enumerate(mix.OFFENCE_GROUPS)}
    only_single_justice = np.isin(codes, mix.CASES_FROM_SINGLE_JUSTICE_ONLY)
    weights = np.asarray([mix.CODE_WEIGHTS.get(code, mix.UNLISTED_CODE_WEIGHT) for code in codes])
    return Offences(
        codes=codes,
        category=known["category"].to_numpy(dtype=object),
        group=np.asarray(known["offence_group"].map(position), dtype=np.int64),
        max_months=pd.to_numeric(known["max_sentence_months"]).fillna(0).to_numpy(dtype=np.int64),
        imprisonable=(known["imprisonable"] == "Y").to_numpy(dtype=bool),
        weights=np.where(only_single_justice, 0.0, weights),
        rank=np.asarray(known["category"].map(CATEGORY_RANK), dtype=np.int64),
    )


def _places(forces: pd.DataFrame, courts: pd.DataFrame) -> Places:
    open_courts = courts[courts["closed_on"].isna()].sort_values("court_ou_code", ignore_index=True)
    is_crown = (open_courts["court_type"] == "CROWN").to_numpy()
    area = open_courts["criminal_justice_area"].fillna("").to_numpy(dtype=object)
    region = open_courts["region"].fillna("Unknown").to_numpy(dtype=object)
    forces = forces.sort_values("force_code", ignore_index=True)
    codes = forces["force_code"].to_numpy(dtype=object)
    force_area = forces["criminal_justice_area"].fillna("").to_numpy(dtype=object)
    force_region = forces["region"].fillna("London").to_numpy(dtype=object)

    def serving(index: int, crown: bool) -> Ints:
        kind = is_crown if crown else ~is_crown
        for near in (area == force_area[index], region == force_region[index], np.ones(len(area), dtype=bool)):
            found = np.flatnonzero(kind & near)
            if len(found):
                return found.astype(np.int64)
        raise ValueError(f"courts.csv has no open {'Crown Court' if crown else 'magistrates court'} at all.")

    kinds = [
        "london" if code in mix.LONDON_FORCES else "diverse" if code in mix.DIVERSE_FORCES else "elsewhere"
        for code in codes
    ]
    return Places(
        forces=codes,
        force_weights=np.asarray(
            [mix.FORCE_WEIGHTS.get(code, mix.DEFAULT_FORCE_WEIGHT) for code in codes], dtype=float
        ),
        force_region=force_region,
        force_kind=np.asarray(kinds, dtype=object),
        force_postal=np.asarray([mix.POSTCODE_AREAS.get(code, ("B",)) for code in codes], dtype=object),
        courts=open_courts["court_ou_code"].to_numpy(dtype=object),
        court_type=open_courts["court_type"].to_numpy(dtype=object),
        court_psa=open_courts["psa_code"].to_numpy(dtype=object),
        court_region=region,
        force_magistrates=tuple(serving(index, crown=False) for index in range(len(codes))),
        force_crown=tuple(serving(index, crown=True) for index in range(len(codes))),
    )


def _prisons(table: pd.DataFrame) -> Prisons:
    current = table[table["is_open"].str.lower() == "true"].sort_values("establishment_code", ignore_index=True)
    return Prisons(
        codes=current["establishment_code"].to_numpy(dtype=object),
        holds=current["holds"].to_numpy(dtype=object),
        region=current["region"].to_numpy(dtype=object),
        receives=(current["receives_from_court"].str.lower() == "true").to_numpy(dtype=bool),
    )
