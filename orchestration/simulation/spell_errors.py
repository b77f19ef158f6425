"""Errors in prison custody spells: dates that cross, spells that overlap, spells entered twice.

Belongs here: what goes wrong with a spell as a whole. Does not belong here: errors of single values (`dirt.py`).
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from orchestration.contracts import ColumnType
from orchestration.simulation.encoding import encode_dates
from orchestration.simulation.feed_dirt import FeedDirt

SPELLS_FEED = "prison/custody_spells"

DUPLICATE_COLUMN = "_duplicate_of"
"""Hidden column of the spell table: row number of the spell this one repeats, -1 for a spell that really was."""


def with_duplicated_spells(spells: pd.DataFrame, share: float, rng: np.random.Generator) -> pd.DataFrame:
    """The spell table with some spells entered a second time, under the next free sequence of their booking."""
    rows = np.flatnonzero(rng.random(len(spells)) < share) if share > 0 else np.empty(0, dtype=np.int64)
    again = spells.iloc[rows].copy()
    last = spells.groupby("booking_number")["spell_sequence"].max()
    step = again.groupby("booking_number").cumcount() + 1
    again["spell_sequence"] = again["booking_number"].map(last).astype("int64") + step.to_numpy()
    return pd.concat(
        [spells.assign(**{DUPLICATE_COLUMN: -1}), again.assign(**{DUPLICATE_COLUMN: rows})], ignore_index=True
    )


def add_spell_errors(dirt: FeedDirt) -> None:
    """Record duplicated spells, spells that end before they start, and spells that run into the next one."""
    frame, share = dirt.frame, dirt.parameters
    if DUPLICATE_COLUMN in frame:
        dirt.put_marker("spell_sequence", np.flatnonzero(frame[DUPLICATE_COLUMN].to_numpy() >= 0), "spell_duplicated")
    start, end = frame["status_from"], frame["status_to"]
    rows = dirt.pick("status_to", share.spell_ends_before_start)
    before = start.iloc[rows] - pd.to_timedelta(dirt.rng.integers(1, 60, len(rows)), unit="D")
    dirt.put("status_to", rows, _texts(dirt, before), "spell_ends_before_start")
    rows = dirt.pick("status_to", share.spell_overlaps, _followed_rows(frame))
    beyond = end.iloc[rows] + pd.to_timedelta(dirt.rng.integers(2, 15, len(rows)), unit="D")
    dirt.put("status_to", rows, _texts(dirt, beyond), "spell_overlaps")


def _followed_rows(frame: pd.DataFrame) -> npt.NDArray[np.int64]:
    """Spells after which another one of the same booking begins."""
    last = frame.groupby("booking_number")["status_from"].transform("max")
    return np.flatnonzero((frame["status_from"] < last).to_numpy() & frame["status_to"].notna().to_numpy())


def _texts(dirt: FeedDirt, dates: pd.Series) -> list[str | None]:
    texts: list[str | None] = encode_dates(dates, ColumnType.DATE, dirt.contract.delivery).to_pylist()
    return texts
