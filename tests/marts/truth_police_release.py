"""Releases before charge read from every delivered version of custody records, in pandas.

Belongs here: the spells of `pre_charge_bail` and their Kaplan-Meier median written a second time. Does not belong here:
what the gate decides about a row (taken as given).
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from orchestration.settings import PROJECT_ROOT
from tests.marts.delivered import CONTRACTS

FEED = "police/custody_records"
RELEASED = {"PRE_CHARGE_BAIL": "pre_charge_bail", "RELEASED_UNDER_INVESTIGATION": "released_under_investigation"}
LONGEST_DETENTION_DAYS = 4


def release_spells(data_dir: Path) -> pd.DataFrame:
    """One row per arrest, type and first day: force_code, release_type, start, end (NaT while open), quarter, days."""
    versions = _accepted_versions(data_dir)
    spells = []
    for key, record in versions.groupby(["force_code", "custody_number", "offence_sequence"], sort=False):
        stages: list[tuple[str, pd.Timestamp]] = []
        for disposal, day in zip(record["disposal"], record["day"], strict=True):
            if stages and stages[-1][0] == disposal:
                stages[-1] = (disposal, day)
            else:
                stages.append((disposal, day))
        ends = [day for _, day in stages[1:]] + [pd.NaT]
        spells += [
            (key[0], key[1], RELEASED[disposal], day, end)
            for (disposal, day), end in zip(stages, ends, strict=True)
            if disposal in RELEASED
        ]
        arrest = record["arrested"].iloc[-1] if len(stages) == 1 else record["arrested"].iloc[0]
        if stages[0][0] not in RELEASED and (stages[0][1] - arrest).days > LONGEST_DETENTION_DAYS:
            spells.append((key[0], key[1], "not_recorded", arrest, stages[0][1]))
    table = pd.DataFrame(spells, columns=["force_code", "custody_number", "release_type", "start", "end"])
    arrest = ["force_code", "custody_number", "release_type", "start"]
    whole = table.groupby(arrest)["end"].agg(end="max", decided="count", offences="size").reset_index()
    whole["end"] = whole["end"].where(whole["decided"] == whole["offences"])
    forces = set(pd.read_csv(PROJECT_ROOT / "seeds" / "reference" / "police_forces.csv", dtype=str)["force_code"])
    observed_to = versions["extract"].max()
    return whole.assign(
        force_code=whole["force_code"].where(whole["force_code"].isin(forces), "unknown"),
        quarter=whole["start"].dt.to_period("Q").dt.start_time,
        days=(whole["end"].fillna(observed_to) - whole["start"]).dt.days,
    )


def kaplan_meier_median(days: pd.Series[int], ended: pd.Series[bool]) -> float:
    """First length at which half or fewer are left; NaN if more than half always are."""
    left = 1.0
    for length in np.sort(days[ended].unique()):
        left *= 1 - (days[ended] == length).sum() / (days >= length).sum()
        if round(left, 6) <= 0.5:
            return float(length)
    return float("nan")


def _accepted_versions(data_dir: Path) -> pd.DataFrame:
    """Every accepted row in order of delivery, with the London day of arrest and of disposal."""
    name = f"{FEED.replace('/', '__')}.parquet"
    deliveries = pd.read_parquet(data_dir / "gate" / "deliveries" / name)
    held = pd.read_parquet(data_dir / "gate" / "quarantined_rows" / name)
    held_rows = set(zip(held["delivery_id"], held["row_number"], strict=True))
    columns = ["force_code", "custody_number", "offence_sequence", "disposal", "disposal_at", "arrested_at"]
    parts = []
    for delivery in deliveries[deliveries["verdict"] != "rejected"].itertuples():
        rows = pd.read_parquet(data_dir / "raw" / FEED / f"{delivery.delivery_id}.parquet")
        let_in = [(delivery.delivery_id, number) not in held_rows for number in rows["_row_number"]]
        order = {"extract": pd.Timestamp(delivery.extract_date), "file": delivery.file_sequence}
        parts.append(rows.loc[let_in, [*columns, "_row_number"]].assign(**order))
    table = pd.concat(parts, ignore_index=True)
    for column in columns:
        text = table[column].str.strip()
        table[column] = text.mask(text.isin(["", *CONTRACTS[FEED].delivery.missing_values]))
    # times are wall-clock times in London, so the day is the one written
    arrested = pd.to_datetime(table["arrested_at"], format="%d/%m/%Y %H:%M", errors="coerce")
    decided = pd.to_datetime(table["disposal_at"], format="%d/%m/%Y %H:%M", errors="coerce")
    table = table.assign(arrested=arrested.dt.normalize(), day=decided.fillna(arrested).dt.normalize())
    table = table[table["disposal"].notna() & table["arrested"].notna()]
    return table.sort_values(["extract", "file", "_row_number"], kind="stable")
