"""What the two halves of the simulation agree on: the world that one half makes and the other half delivers.

Belongs here: the typed parameters of a simulated world, the world itself and how its records come to be known over
time. Does not belong here: how the world is made (the other modules), or how an agency writes it down with its own
errors (`deliveries*.py`, `dirt*.py`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import pandas as pd

CREATED_COLUMN = "_created"
"""Hidden column of every feed table: the date on which the record first exists in its agency's system."""

PERSON_COLUMN = "_person"
"""Hidden column of every feed table: the true person number, -1 where the record names nobody."""

DEFENDANT_COLUMN = "_defendant_id"
"""Hidden column of the prison, probation and legal aid tables: the court's id of the proceeding behind the record,
missing where the courts' feeds do not hold it."""

NO_PERSON = -1
"""Value of `_person` where a record names nobody (an organisation, a hearing, a case)."""

COURT_FEEDS = (
    "hmcts/cases",
    "hmcts/defendants",
    "hmcts/offences",
    "hmcts/hearings",
    "hmcts/hearing_defendants",
    "hmcts/results",
)
"""The six Common Platform feeds."""

WORLD_FEEDS = (
    "police/custody_records",
    "police/out_of_court_disposals",
    "cps/defendants",
    *COURT_FEEDS,
    "prison/prisoners",
    "prison/custody_spells",
    "prison/sentences",
    "probation/orders",
    "laa/representation_orders",
)
"""The fourteen feeds that name people or proceedings; the two police encounter feeds are made with the deliveries."""


@dataclass(frozen=True)
class WorldParameters:
    """Size and seed of a simulated justice system.

    Attributes:
        defendants: rows of hmcts/defendants exactly: every defendant, person or organisation, of a case that was
            live at some time in the window (so the backlog at the window's start is among them).
        months: whole calendar months in the window; the window ends with `end_date`.
        seed: the same parameters and seed give the same world, value for value.
        end_date: the last day anything happens or is known; must be the last day of a month.
        reference_dir: folder with the reference lists (`courts.csv`, `offences.csv` ...).
        single_justice_share: share of the defendants received who are dealt with by single justice procedure (55-60%,
            CCSQ). A small world that must have enough hearings, remand and sentences takes less.
    """

    defendants: int
    months: int = 24
    seed: int = 20260322
    end_date: date = date(2026, 10, 31)
    reference_dir: Path | None = None
    single_justice_share: float = 0.57

    def __post_init__(self) -> None:
        """Refuse parameters no world can be made from."""
        if self.defendants < 1:
            raise ValueError(f"defendants is {self.defendants}; a world needs at least 1.")
        if self.months < 1:
            raise ValueError(f"months is {self.months}; the window needs at least 1 month.")
        if not (pd.Timestamp(self.end_date) + pd.Timedelta(days=1)).day == 1:
            raise ValueError(f"end_date is {self.end_date}; choose the last day of a month, deliveries are monthly.")
        if not 0 <= self.single_justice_share <= 0.9:
            raise ValueError(f"single_justice_share is {self.single_justice_share}; choose a share from 0 to 0.9.")

    @property
    def window_start(self) -> date:
        """First day of the window: the first day of the month `months` - 1 before the month of `end_date`."""
        first = pd.Timestamp(self.end_date).to_period("M") - (self.months - 1)
        return first.start_time.date()

    @property
    def month_ends(self) -> tuple[date, ...]:
        """The month ends of the window, oldest first: the extract dates of monthly deliveries."""
        months = pd.period_range(end=pd.Timestamp(self.end_date).to_period("M"), periods=self.months, freq="M")
        return tuple(period.end_time.date() for period in months)


@dataclass(frozen=True)
class Reveal:
    """Some columns of a feed are not known when its record is created, but from a later date on.

    Until the date in column `when` (or for ever, where that is missing) the `columns` read differently: a column named
    in `before` reads that value, a column named in `before_from` reads what stands in that hidden column, and the
    others are blank. On the date in `when` the record is delivered again as it reads then. A record that needs two
    steps (say, issued then executed) has two reveals. The last reading is what the feed table holds.

    Attributes:
        columns: columns that read differently before the date.
        when: the column with the date; a column of the feed or a hidden one (`_...`).
        before: column -> value it reads until then.
        before_from: column -> hidden column that holds what it reads until then.
    """

    columns: tuple[str, ...]
    when: str
    before: Mapping[str, str | int | float] = field(default_factory=dict)
    before_from: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class World:
    """A simulated justice system as at `parameters.end_date`.

    Attributes:
        parameters: what it was made from.
        feeds: 'agency/feed' -> table with the contract's columns (canonical snake_case names; dates and timestamps
            are datetime64, text and codes str, lists ';'-joined text, yes/no 'Y'/'N', missing values NA) and hidden
            columns whose names start with an underscore: `_created`, `_person`, and those a `Reveal` needs.
            Timestamps are naive Europe/London local time. Only records created on or before the end date.
        reveals: 'agency/feed' -> what is not known from the record's creation on.
        truth: name -> table of what really happened; read by accuracy scoring only.
    """

    parameters: WorldParameters
    feeds: dict[str, pd.DataFrame]
    reveals: dict[str, tuple[Reveal, ...]]
    truth: dict[str, pd.DataFrame]
