"""The errors of one feed as they are collected: which value reads what, until when, and why.

Belongs here: keeping errors apart, so that every value is spoiled at most once, and how long one stands before a later
version corrects it. Does not belong here: which records carry which error (`dirt.py`, `spell_errors.py`).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa

from orchestration.contracts import FeedContract
from orchestration.simulation.dirt_plan import DirtParameters

NEVER_CORRECTED = np.iinfo(np.int16).max
"""Month index of a correction that does not come."""

LONGEST_CORRECTION_MONTHS = 6

Rows: TypeAlias = npt.NDArray[np.int64]
Months: TypeAlias = npt.NDArray[np.int16]


@dataclass
class ColumnPatch:
    """Wrong values of one column: at `rows` it reads `texts` until the delivery of month index `until`."""

    rows: list[Rows] = field(default_factory=list)
    texts: list[npt.NDArray[np.object_]] = field(default_factory=list)
    until: list[npt.NDArray[np.int16]] = field(default_factory=list)
    kinds: list[tuple[str, int]] = field(default_factory=list)

    def combined(self) -> tuple[Rows, npt.NDArray[np.object_], npt.NDArray[np.int16], npt.NDArray[np.object_]]:
        """Row numbers, texts, correction months and kinds, one entry per wrong value."""
        kinds = np.repeat(np.array([kind for kind, _ in self.kinds], dtype=object), [count for _, count in self.kinds])
        return np.concatenate(self.rows), np.concatenate(self.texts), np.concatenate(self.until), kinds


class FeedDirt:
    """Collects the errors of one feed; every value is spoiled at most once.

    Args:
        frame: the feed's clean table.
        contract: its contract.
        encoded: its columns as contract text.
        first_month: per row, index of the month whose delivery first holds it.
        parameters: how much dirt.
        rng: where chance comes from.
    """

    def __init__(
        self,
        frame: pd.DataFrame,
        contract: FeedContract,
        encoded: dict[str, pa.StringArray],
        first_month: npt.NDArray[np.int16],
        parameters: DirtParameters,
        rng: np.random.Generator,
    ) -> None:
        """Start without errors."""
        self.frame = frame
        self.contract = contract
        self.encoded = encoded
        self.first_month = first_month
        self.parameters = parameters
        self.rng = rng
        self.patches: dict[str, ColumnPatch] = {}
        self._spoiled: dict[str, npt.NDArray[np.bool_]] = {}

    def pick(self, column: str, share: float, among: Rows | None = None) -> Rows:
        """Rows whose `column` gets one kind of error: present, not yet spoiled, drawn with probability `share`."""
        if share <= 0 or column not in self.encoded:
            return np.empty(0, dtype=np.int64)
        count = len(self.frame) if among is None else len(among)
        rows = np.flatnonzero(self.rng.random(count) < share)
        if among is not None:
            rows = among[rows]
        spoiled = self._spoiled.get(column)
        if spoiled is not None:
            rows = rows[~spoiled[rows]]
        missing: npt.NDArray[np.bool_] = (
            self.encoded[column].take(pa.array(rows)).is_null().to_numpy(zero_copy_only=False)
        )
        return rows[~missing]

    def texts(self, column: str, rows: Rows) -> list[str]:
        """The clean text at `rows`, none of which is missing."""
        texts: list[str] = self.encoded[column].take(pa.array(rows)).to_pylist()
        return texts

    def put(self, column: str, rows: Rows, texts: list[str | None], kind: str, until: Months | None = None) -> None:
        """Record wrong values; those that came out right after all are left alone."""
        if not len(rows):
            return
        before = np.array(self.encoded[column].take(pa.array(rows)).to_pylist(), dtype=object)
        after = np.array(texts, dtype=object)
        changed = before != after
        if self.contract.column(column).required:
            changed &= np.array([text is not None for text in texts], dtype=bool)
        months = self.correction_months(rows) if until is None else until
        self._put(column, rows[changed], after[changed], months[changed].astype(np.int16), kind)

    def put_required_missing(self, column: str, rows: Rows) -> None:
        """Record that a required value is missing."""
        nothing = np.full(len(rows), None, dtype=object)
        self._put(column, rows, nothing, self.correction_months(rows), "required_missing")

    def correction_months(self, rows: Rows) -> Months:
        """Per row, the month index whose delivery corrects it; `NEVER_CORRECTED` for most."""
        corrected = self.rng.random(len(rows)) < self.parameters.corrected_share
        after = self.rng.integers(1, LONGEST_CORRECTION_MONTHS + 1, len(rows))
        return np.where(corrected, self.first_month[rows] + after, NEVER_CORRECTED).astype(np.int16)

    def put_marker(self, column: str, rows: Rows, kind: str) -> None:
        """Record that whole rows are wrong; the values of `column` stay as they are."""
        texts = np.array(self.texts(column, rows), dtype=object)
        self._put(column, rows, texts, np.full(len(rows), NEVER_CORRECTED, dtype=np.int16), kind)

    def _put(
        self,
        column: str,
        rows: Rows,
        texts: npt.NDArray[np.object_],
        until: npt.NDArray[np.int16],
        kind: str,
    ) -> None:
        if not len(rows):
            return
        patch = self.patches.setdefault(column, ColumnPatch())
        patch.rows.append(rows)
        patch.texts.append(texts)
        patch.until.append(until)
        patch.kinds.append((kind, len(rows)))
        self._spoiled.setdefault(column, np.zeros(len(self.frame), dtype=bool))[rows] = True
