"""Small tools every records module uses to spell columns of a feed.

Belongs here: building tables as an agency would hold them at the end of the world. Does not belong here: any one
agency's columns (`records_*.py`).
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from orchestration.simulation.model import CREATED_COLUMN, PERSON_COLUMN, Reveal
from orchestration.simulation.sampling import Ints, Texts, dates_of


def feed_table(columns: dict[str, Any], created: npt.ArrayLike, person: npt.ArrayLike | None = None) -> pd.DataFrame:
    """A feed table with its hidden columns.

    Args:
        columns: column name -> array of values; missing values None, NaN or NaT.
        created: day number on which each record first exists.
        person: true person number each, left out where no record names anybody.
    """
    created_days = np.asarray(created, dtype=np.int64)
    table = pd.DataFrame({name: _column(values) for name, values in columns.items()})
    table[CREATED_COLUMN] = dates_of(created_days)
    table[PERSON_COLUMN] = np.asarray(person if person is not None else np.full(len(created_days), -1), dtype=np.int64)
    return table


def _column(values: Any) -> Any:
    if isinstance(values, np.ndarray) and values.dtype == object:
        return pd.array(values, dtype="str")
    if isinstance(values, list):
        return pd.array(values, dtype="str")
    return values


def known_by(table: pd.DataFrame, reveals: tuple[Reveal, ...], last_day: pd.Timestamp) -> pd.DataFrame:
    """The table as known on a day: records not yet created are left out, columns not yet revealed read as before."""
    known = table[table[CREATED_COLUMN] <= last_day].reset_index(drop=True)
    for reveal in reveals:
        hidden = ~(known[reveal.when] <= last_day)
        for column in reveal.columns:
            if column in reveal.before:
                replacement: Any = reveal.before[column]
                known[column] = known[column].mask(hidden, replacement)
            elif column in reveal.before_from:
                known[column] = known[column].mask(hidden, known[reveal.before_from[column]])
            else:
                known[column] = known[column].mask(hidden)
    return known


def yes_no(flags: npt.ArrayLike) -> Texts:
    """'Y' and 'N'."""
    return np.where(np.asarray(flags, dtype=bool), "Y", "N").astype(object)


def texts(series: pd.Series[Any]) -> Texts:
    """A column as an object array with None for missing."""
    values = series.to_numpy(dtype=object, copy=True)
    values[pd.isna(values)] = None
    return values


def blank_where(values: Texts, flags: npt.ArrayLike) -> Texts:
    """The values with None where flagged."""
    blanked = np.array(values, dtype=object)
    blanked[np.asarray(flags, dtype=bool)] = None
    return blanked


def whole_numbers(values: npt.ArrayLike) -> Any:
    """Whole numbers with missing values (from floats with NaN)."""
    return pd.array(np.asarray(values, dtype=float), dtype="Int64")


def timestamps(days: Ints, minutes: Ints) -> pd.Series[Any]:
    """Local timestamps from days and minutes after midnight."""
    return dates_of(days) + pd.to_timedelta(minutes, unit="min")


def years_of(days: npt.ArrayLike) -> Ints:
    """Calendar years of day numbers."""
    values = np.asarray(days, dtype=np.int64).astype("datetime64[D]")
    return values.astype("datetime64[Y]").astype(np.int64) + 1970
