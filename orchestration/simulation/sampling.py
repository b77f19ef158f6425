"""Random streams, vectorised draws and calendar arithmetic in whole days.

Belongs here: drawing from distributions and moving days onto days courts sit. Does not belong here: which distribution
describes what (that is `calibration.py`).

Days are integers counted from 1970-01-01; `NEVER` is a day that does not come.
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from datetime import date
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
Texts = npt.NDArray[np.object_]

NEVER = 2_000_000
"""A day that does not come (the year 7445)."""

_CALENDAR_FIRST = (date(2000, 1, 1) - date(1970, 1, 1)).days
_CALENDAR_DAYS = 366 * 80


class Streams:
    """Independent random streams by name, all from one seed.

    A module takes its own stream, so drawing one more number in one module shifts no number in another.
    """

    def __init__(self, seed: int) -> None:
        self._seed = seed

    def named(self, name: str) -> np.random.Generator:
        """A fresh generator that depends on the seed and the name only."""
        return np.random.default_rng([self._seed, zlib.crc32(name.encode())])


def day_of(value: date) -> int:
    """The day number of a date."""
    return (value - date(1970, 1, 1)).days


def dates_of(days: npt.ArrayLike) -> pd.Series[Any]:
    """Day numbers as midnight timestamps; `NEVER` (and beyond the year 2200) as missing."""
    values = np.asarray(days, dtype=np.int64)
    missing = (values > 84_000) | (values < -40_000)
    stamps = np.where(missing, 0, values).astype("datetime64[D]").astype("datetime64[ns]")
    stamps[missing] = np.datetime64("NaT")
    return pd.Series(stamps)


def bernoulli(rng: np.random.Generator, probability: npt.ArrayLike, size: int) -> Bools:
    """`size` independent yes/no draws; the probability is one number or one per draw."""
    return np.asarray(rng.random(size) < np.asarray(probability), dtype=bool)


def choose(rng: np.random.Generator, weights: npt.ArrayLike, size: int) -> Ints:
    """`size` positions drawn in proportion to the weights."""
    cumulative = np.cumsum(np.asarray(weights, dtype=float))
    positions = np.searchsorted(cumulative, rng.random(size) * cumulative[-1], side="right")
    return np.asarray(np.minimum(positions, len(cumulative) - 1), dtype=np.int64)


def choose_label(rng: np.random.Generator, labels: Sequence[str], weights: npt.ArrayLike, size: int) -> Texts:
    """`size` labels drawn in proportion to the weights."""
    return np.asarray(labels, dtype=object)[choose(rng, weights, size)]


def choose_by_row(rng: np.random.Generator, weights: npt.NDArray[Any], rows: npt.ArrayLike) -> Ints:
    """One position per element of `rows`, drawn with the weights in that row of the matrix."""
    matrix = np.asarray(weights, dtype=float)
    cumulative = np.cumsum(matrix, axis=1)
    cumulative /= cumulative[:, -1:]
    index = np.asarray(rows, dtype=np.int64)
    drawn = rng.random(len(index))
    positions = np.zeros(len(index), dtype=np.int64)
    for column in range(matrix.shape[1] - 1):
        positions += drawn > cumulative[index, column]
    return positions


def lognormal_days(
    rng: np.random.Generator, median: npt.ArrayLike, sigma: npt.ArrayLike, size: int, longest: float = 20_000
) -> Ints:
    """Whole days from a log-normal distribution with the given median; never negative, never above `longest`."""
    values = np.asarray(median, dtype=float) * np.exp(rng.standard_normal(size) * np.asarray(sigma, dtype=float))
    return np.asarray(np.floor(np.minimum(values, longest)), dtype=np.int64)


def uniform_days(rng: np.random.Generator, first: npt.ArrayLike, last: npt.ArrayLike) -> Ints:
    """One day between `first` and `last`, both included, for each pair; `first` where the pair is empty."""
    low = np.asarray(first, dtype=np.int64)
    width = np.maximum(np.asarray(last, dtype=np.int64) - low + 1, 1)
    return np.asarray(low + np.floor(rng.random(len(low)) * width), dtype=np.int64)


def _next_day_table(closed: Bools) -> Ints:
    following = np.arange(len(closed), dtype=np.int64)
    for position in range(len(closed) - 2, -1, -1):
        if closed[position]:
            following[position] = following[position + 1]
    return following


def _calendar() -> tuple[Ints, Ints]:
    days = np.arange(_CALENDAR_FIRST, _CALENDAR_FIRST + _CALENDAR_DAYS)
    stamps = days.astype("datetime64[D]")
    weekday = (days + 3) % 7
    month_days = stamps.astype("datetime64[D]") - stamps.astype("datetime64[M]")
    month = stamps.astype("datetime64[M]").astype(int) % 12 + 1
    day = month_days.astype(int) + 1
    festive = ((month == 12) & (day >= 25)) | ((month == 1) & (day == 1))
    christmas = ((month == 12) & (day == 25)) | ((month == 1) & (day == 1))
    return _next_day_table((weekday >= 5) | festive), _next_day_table((weekday == 6) | christmas)


_SITTING, _REMAND_SITTING = _calendar()


def _follow(table: Ints, days: npt.ArrayLike) -> Ints:
    values = np.asarray(days, dtype=np.int64)
    position = values - _CALENDAR_FIRST
    inside = (position >= 0) & (position < len(table))
    return np.where(inside, table[np.where(inside, position, 0)] + _CALENDAR_FIRST, values)


def sitting_day(days: npt.ArrayLike) -> Ints:
    """The day itself if courts sit on it, else the next one that they do (no weekends, no 25 December-1 January)."""
    return _follow(_SITTING, days)


def remand_sitting_day(days: npt.ArrayLike) -> Ints:
    """As `sitting_day` for overnight custody, which magistrates hear on Saturdays and most holidays too."""
    return _follow(_REMAND_SITTING, days)
