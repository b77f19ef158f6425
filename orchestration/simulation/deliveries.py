"""What each agency knew at each month end, as monthly deliveries of its feed.

Belongs here: which records, in which reading, with which errors, a delivery holds. Does not belong here: making the
world (`model.World`), choosing errors (`dirt.py`), writing values and files (`encoding.py`, `delivery_files.py`).

An increment holds the records created, changed or corrected in its month, with only what was known at the month end;
the first one of the window carries everything before it. A snapshot holds all records as known at the month end.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from orchestration.contracts import ColumnType, FeedContract, FeedMode
from orchestration.reporter import Reporter
from orchestration.simulation.delivery_files import (
    DeliveredFile,
    DeliveryParameters,
    FeedFiles,
    extract_dates,
    seeded,
)
from orchestration.simulation.dirt import house_style, rows_in_capitals, spoil_feed
from orchestration.simulation.dirt_plan import DirtParameters
from orchestration.simulation.encoding import encode_column, with_patches
from orchestration.simulation.errors import SimulationError
from orchestration.simulation.feed_dirt import FeedDirt, Months, Rows
from orchestration.simulation.model import CREATED_COLUMN, Reveal, World
from orchestration.simulation.spell_errors import SPELLS_FEED, with_duplicated_spells

NEVER = np.iinfo(np.int16).max
"""Month index of what is never known within the world."""

OPEN_END_SHARE = 0.5
"""Share of open spells whose end is written as the far future, the others are blank."""

MISSING_TOKEN_SHARE = 0.15
"""Share of missing values written as one of the contract's missing-value tokens, the others are blank."""


@dataclass(frozen=True)
class Deliveries:
    """What was delivered, and what was wrong with it.

    Attributes:
        files: every file, in the order written.
        injected_errors: feed, record_key, column, kind, delivered_in, corrected_in; one line per wrong value that was
            delivered. `corrected_in` is missing where no later version put it right.
        late_records: feed, record_key, due (month end), delivered_in; one line per record that came late.
    """

    files: list[DeliveredFile]
    injected_errors: pd.DataFrame
    late_records: pd.DataFrame


@dataclass(frozen=True)
class _Reading:
    """Until month index `known_from` of a row, a column reads `before` (blank where None)."""

    known_from: Months
    known_on: npt.NDArray[np.int64]
    before: pa.StringArray | None


def write_deliveries(
    world: World,
    contracts: Mapping[str, FeedContract],
    out_dir: Path,
    dirt: DirtParameters,
    seed: int,
    parameters: DeliveryParameters | None = None,
    progress: Reporter = lambda message: None,
) -> Deliveries:
    """Write every monthly delivery of every feed of `world` under `out_dir/<agency>/<feed>/`.

    The same world, parameters and seed give the same bytes. At the end of the window everything is delivered in its
    final form, apart from the errors listed as never corrected.

    Raises:
        SimulationError: a feed of the world has no contract, or other columns than its contract.
    """
    files: list[DeliveredFile] = []
    errors: list[pd.DataFrame] = []
    late: list[pd.DataFrame] = []
    people = world.truth.get("persons")
    if people is not None:
        people = people.set_index("true_person_id")
    for key in world.feeds:
        if key not in contracts:
            raise SimulationError(f"the world has a feed '{key}' without a contract; there are: {', '.join(contracts)}")
        feed = _Feed(world, contracts[key], people, dirt, seed, parameters or DeliveryParameters())
        feed.write(out_dir)
        files += feed.files
        errors.append(feed.injected_errors())
        late.append(feed.late_records())
        progress(f"{key}: {len(feed.files)} files, {sum(file.rows for file in feed.files):,} rows")
    return Deliveries(files, pd.concat(errors, ignore_index=True), pd.concat(late, ignore_index=True))


class _Feed:
    """One feed on its way from the world's final table to monthly files."""

    def __init__(
        self,
        world: World,
        contract: FeedContract,
        people: pd.DataFrame | None,
        dirt: DirtParameters,
        seed: int,
        parameters: DeliveryParameters,
    ) -> None:
        self.contract = contract
        self.parameters = parameters
        self.seed = seed
        self.month_ends = world.parameters.month_ends
        self.rng = seeded(seed, "deliveries", contract.key)
        self.frame = self._frame(world, dirt)
        self.encoded = {c.name: encode_column(self.frame[c.name], c, contract.delivery) for c in contract.columns}
        created = self._month_index(self.frame[CREATED_COLUMN])
        self.created, self.first = created, self._late(created)
        self.readings = self._readings(world.reveals.get(contract.key, ()))
        self.dirt = FeedDirt(self.frame, contract, self.encoded, self.first, dirt, seeded(seed, "dirt", contract.key))
        spoil_feed(self.dirt, people)
        self._lay_out_errors()
        self.files: list[DeliveredFile] = []
        self.first_file = np.full(len(self.frame), -1, dtype=np.int32)
        self.good_files: list[str] = []

    def _frame(self, world: World, dirt: DirtParameters) -> pd.DataFrame:
        frame = world.feeds[self.contract.key].reset_index(drop=True)
        visible = [name for name in frame.columns if not name.startswith("_")]
        if set(visible) != set(self.contract.column_names):
            missing = sorted(set(self.contract.column_names) - set(visible))
            unknown = sorted(set(visible) - set(self.contract.column_names))
            raise SimulationError(
                f"{self.contract.key}: the world's columns are not the contract's; missing {missing}, "
                f"unknown {unknown}. Make the simulation and data_contracts/feeds/{self.contract.key}.odcs.yaml agree."
            )
        if self.contract.key == SPELLS_FEED:
            frame = with_duplicated_spells(frame, dirt.spell_duplicated, seeded(self.seed, "duplicated spells"))
        return frame

    def _month_index(self, days: pd.Series) -> Months:
        """Index of the first month end on or after each day; `NEVER` where missing or after the window."""
        ends = np.array(self.month_ends, dtype="datetime64[D]")
        dates = days.to_numpy().astype("datetime64[D]")
        index = np.searchsorted(ends, dates).astype(np.int16)
        index[np.isnat(dates) | (index >= len(ends))] = NEVER
        return index

    def _late(self, months: Months) -> Months:
        """The same months, a few of them one or two later, never beyond the last."""
        share = self.parameters.late_records
        late = self.rng.random(len(months)) < share
        step = self.rng.integers(1, 3, len(months))
        last = len(self.month_ends) - 1
        moved = np.minimum(months.astype(np.int64) + step, max(last, 0))
        return np.where(late & (months < last), moved, months).astype(np.int16)

    def _readings(self, reveals: tuple[Reveal, ...]) -> dict[str, list[_Reading]]:
        readings: dict[str, list[_Reading]] = {}
        for reveal in reveals:
            days = self.frame[reveal.when]
            known_from = self._month_index(days)
            known_on = days.to_numpy().astype("datetime64[s]").astype(np.int64)
            known_on[days.isna().to_numpy()] = np.iinfo(np.int64).max
            for name in reveal.columns:
                column = self.contract.column(name)
                before: pa.StringArray | None = None
                if name in reveal.before_from:
                    before = encode_column(self.frame[reveal.before_from[name]], column, self.contract.delivery)
                elif name in reveal.before:
                    constant = pd.Series([reveal.before[name]], dtype=object)
                    before = encode_column(constant, column, self.contract.delivery).take(
                        pa.array(np.zeros(len(self.frame), dtype=np.int64))
                    )
                readings.setdefault(name, []).append(_Reading(known_from, known_on, before))
        return readings

    def _lay_out_errors(self) -> None:
        """Full-length columns with the errors in place, beside the clean ones."""
        capitals = rows_in_capitals(self.dirt)
        self.wrong: dict[str, pa.StringArray] = {}
        self.until: dict[str, Months] = {}
        self.delivered_in: dict[str, npt.NDArray[np.int32]] = {}
        self.corrected_in: dict[str, npt.NDArray[np.int32]] = {}
        for name, patch in self.dirt.patches.items():
            rows, texts, until, _ = patch.combined()
            self.wrong[name] = with_patches(self.encoded[name], rows, texts)
            self.until[name] = np.full(len(self.frame), -1, dtype=np.int16)
            self.until[name][rows] = until
            self.delivered_in[name] = np.full(len(self.frame), -1, dtype=np.int32)
            self.corrected_in[name] = np.full(len(self.frame), -1, dtype=np.int32)
        self.wrong = house_style(self.dirt, self.wrong, capitals)
        self.shown = house_style(self.dirt, self.encoded, capitals)

    def write(self, out_dir: Path) -> None:
        """Write the deliveries of the whole window."""
        dates = extract_dates(self.contract.agency, self.month_ends, self.seed)
        writer = FeedFiles(self.contract, out_dir, self.parameters, seeded(self.seed, "files", self.contract.key))
        for month, (month_end, rows) in enumerate(zip(self.month_ends, self._rows_by_month(), strict=True)):
            table = self._table(rows, month, len(self.good_files))
            self.first_file[rows[self.first_file[rows] < 0]] = len(self.good_files)
            self.good_files.append(writer.deliver(table, month_end, dates[month]))
        self.files = writer.files

    def _rows_by_month(self) -> list[Rows]:
        """Per month, the row numbers its delivery holds."""
        months = len(self.month_ends)
        if self.contract.mode is FeedMode.SNAPSHOT:
            return [np.flatnonzero(self.first <= month).astype(np.int64) for month in range(months)]
        everyone = np.arange(len(self.frame), dtype=np.int64)
        rows, when = [everyone], [self.first]
        changes = {id(reading.known_from): reading.known_from for each in self.readings.values() for reading in each}
        for known_from in changes.values():
            rows.append(everyone)
            when.append(np.where(known_from > self.created, self._late(known_from), NEVER))
        for until in self.until.values():
            corrected = np.flatnonzero(until >= 0).astype(np.int64)
            rows.append(corrected)
            when.append(until[corrected])
        all_rows, all_when = np.concatenate(rows), np.concatenate(when).astype(np.int64)
        keep = (all_when < months) & (all_when >= self.first[all_rows])
        versions = np.unique(all_when[keep] * max(len(self.frame), 1) + all_rows[keep])
        split = np.searchsorted(versions, np.arange(months + 1) * max(len(self.frame), 1))
        return [versions[split[month] : split[month + 1]] - month * max(len(self.frame), 1) for month in range(months)]

    def _table(self, rows: Rows, month: int, file: int) -> pa.Table:
        """The delivery's rows as text, as known at the month end, under the headers of the contract."""
        places = pa.array(rows)
        columns: dict[str, pa.Array] = {}
        for column in self.contract.columns:
            values = self.shown[column.name].take(places)
            pending = np.zeros(len(rows), dtype=bool)
            for reading in self.readings.get(column.name, []):
                pending |= reading.known_from[rows] > month
            if column.name in self.wrong:
                until = self.until[column.name][rows]
                is_wrong = until > month
                values = pc.if_else(pa.array(is_wrong), self.wrong[column.name].take(places), values)
                self._note(column.name, rows, is_wrong & ~pending, (until >= 0) & ~is_wrong, file)
            values = self._as_known(column.name, values, rows, places, month)
            if column.open_end_values:
                values = self._filled(values, column.open_end_values, OPEN_END_SHARE)
            elif self.contract.delivery.missing_values and column.type in _TOKEN_TYPES and not column.required:
                values = self._filled(values, self.contract.delivery.missing_values, MISSING_TOKEN_SHARE)
            columns[column.physical_name] = values
        return pa.table(columns)

    def _note(
        self, name: str, rows: Rows, wrong: npt.NDArray[np.bool_], right: npt.NDArray[np.bool_], file: int
    ) -> None:
        delivered, corrected = self.delivered_in[name], self.corrected_in[name]
        newly_wrong = rows[wrong]
        newly_wrong = newly_wrong[delivered[newly_wrong] < 0]
        delivered[newly_wrong] = file
        now_right = rows[right]
        now_right = now_right[(delivered[now_right] >= 0) & (corrected[now_right] < 0)]
        corrected[now_right] = file

    def _as_known(self, name: str, values: pa.Array, rows: Rows, places: pa.Array, month: int) -> pa.Array:
        """`values` as they read at the month end: the earliest change still to come decides."""
        readings = self.readings.get(name, [])
        next_change = np.full(len(rows), np.iinfo(np.int64).max, dtype=np.int64)
        decided = np.zeros(len(rows), dtype=bool)
        for reading in readings:
            known_on = reading.known_on[rows]
            applies = (reading.known_from[rows] > month) & ((known_on < next_change) | ~decided)
            if applies.any():
                before = pa.scalar(None, pa.string()) if reading.before is None else reading.before.take(places)
                values = pc.if_else(pa.array(applies), before, values)
                next_change[applies] = known_on[applies]
                decided |= applies
        return values

    def _filled(self, values: pa.Array, tokens: tuple[str, ...], share: float) -> pa.Array:
        """Some of the missing values written as one of `tokens`."""
        missing = values.is_null().to_numpy(zero_copy_only=False)
        if not missing.any():
            return values
        token = pa.array(tokens, type=pa.string()).take(pa.array(self.rng.integers(0, len(tokens), len(values))))
        return pc.if_else(pa.array(missing & (self.rng.random(len(values)) < share)), token, values)

    def _record_keys(self, rows: Rows) -> list[str]:
        parts = [self.encoded[name].take(pa.array(rows)) for name in self.contract.primary_key]
        keys: list[str] = pc.binary_join_element_wise(*parts, "|").to_pylist()
        return keys

    def injected_errors(self) -> pd.DataFrame:
        """Every wrong value that was delivered (see `Deliveries`)."""
        names = np.array([*self.good_files, None], dtype=object)
        tables = []
        for name, patch in self.dirt.patches.items():
            rows, _, _, kinds = patch.combined()
            seen = self.delivered_in[name][rows] >= 0
            rows, kinds = rows[seen], kinds[seen]
            tables.append(
                pd.DataFrame(
                    {
                        "feed": self.contract.key,
                        "record_key": self._record_keys(rows),
                        "column": name,
                        "kind": kinds,
                        "delivered_in": names[self.delivered_in[name][rows]],
                        "corrected_in": names[self.corrected_in[name][rows]],
                    },
                    dtype="str",
                )
            )
        columns = ["feed", "record_key", "column", "kind", "delivered_in", "corrected_in"]
        return pd.concat(tables, ignore_index=True) if tables else pd.DataFrame(columns=columns, dtype="str")

    def late_records(self) -> pd.DataFrame:
        """Every record whose first version came after the delivery it was due in (see `Deliveries`)."""
        rows = np.flatnonzero((self.first > self.created) & (self.first_file >= 0)).astype(np.int64)
        ends = np.array(self.month_ends, dtype="datetime64[s]")
        return pd.DataFrame(
            {
                "feed": pd.Series([self.contract.key] * len(rows), dtype="str"),
                "record_key": pd.Series(self._record_keys(rows), dtype="str"),
                "due": pd.Series(ends[self.created[rows]], dtype="datetime64[s]"),
                "delivered_in": pd.Series([self.good_files[file] for file in self.first_file[rows]], dtype="str"),
            }
        )


_TOKEN_TYPES = {ColumnType.TEXT, ColumnType.CODE, ColumnType.IDENTIFIER}
