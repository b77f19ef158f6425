"""The diary of proceedings: who has to be in which court on which day, filled in as cases go along.

Belongs here: the growing list of appearances, how a defendant's proceedings stand, and trial listings, which both
courts run alike. Does not belong here: what each court does (`magistrates.py`, `crown.py`) or remand (`remand.py`).
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields

import numpy as np
import numpy.typing as npt
import pandas as pd

from orchestration.simulation import calibration as cal
from orchestration.simulation.sampling import (
    NEVER,
    Bools,
    Ints,
    Texts,
    bernoulli,
    choose,
    lognormal_days,
    sitting_day,
)

PENDING, SENTENCED, NOT_GUILTY, DISMISSED, NO_EVIDENCE, WITHDRAWN, DISCONTINUED = range(7)
"""How proceedings against a defendant end."""

NO_PLEA, GUILTY, DENIED = range(3)

EFFECTIVE, CRACKED_GUILTY, CRACKED_ENDED = range(3)
"""How a trial that was not put off came out."""


@dataclass(frozen=True)
class TrialResult:
    """Per defendant who was listed for trial: how it came out, and on which day (`NEVER`: at large on a warrant)."""

    outcome: Ints
    day: Ints


class Diary:
    """Appearances, one row per defendant and hearing, collected piece by piece."""

    def __init__(self) -> None:
        self._pieces: list[pd.DataFrame] = []

    def add(
        self,
        defendant: Ints,
        day: Ints,
        hearing_type: str | Texts,
        crown: bool,
        *,
        trial_class: str | Texts | None = None,
        trial_code: Texts | None = None,
        absent: bool | Bools = False,
    ) -> None:
        """Enter appearances; those on a day that never comes are left out."""
        comes = day < NEVER
        size = int(comes.sum())
        if not size:
            return

        def part(value: object) -> object:
            return value[comes] if isinstance(value, np.ndarray) else value

        self._pieces.append(
            pd.DataFrame(
                {
                    "defendant": defendant[comes],
                    "day": day[comes],
                    "hearing_type": np.full(size, part(hearing_type), dtype=object)
                    if isinstance(hearing_type, str)
                    else part(hearing_type),
                    "crown": np.full(size, crown),
                    "trial_class": np.full(size, trial_class, dtype=object)
                    if trial_class is None or isinstance(trial_class, str)
                    else part(trial_class),
                    "trial_code": np.full(size, None, dtype=object) if trial_code is None else part(trial_code),
                    "absent": np.full(size, absent) if isinstance(absent, bool) else part(absent),
                    "entered": np.full(size, len(self._pieces)),
                }
            )
        )

    @property
    def is_empty(self) -> bool:
        """Whether nothing has been entered yet."""
        return not self._pieces

    def appearances(self) -> pd.DataFrame:
        """All appearances by defendant and day; on one day in the order entered."""
        table = pd.concat(self._pieces, ignore_index=True)
        return table.sort_values(["defendant", "day", "entered"], kind="stable", ignore_index=True)


def _never(size: int) -> Ints:
    return np.full(size, NEVER, dtype=np.int64)


@dataclass
class Progress:
    """How the proceedings against each defendant stand: one array element per defendant.

    Days are `NEVER` until the event is known to come. `ready` is the first day on which the defendant is before a court
    and the case can go on.
    """

    size: int
    first_hearing: Ints = field(default_factory=lambda: _never(0))
    ready: Ints = field(default_factory=lambda: _never(0))
    warrant_issued: Ints = field(default_factory=lambda: _never(0))
    warrant_executed: Ints = field(default_factory=lambda: _never(0))
    sent_day: Ints = field(default_factory=lambda: _never(0))
    committed_day: Ints = field(default_factory=lambda: _never(0))
    plea_day: Ints = field(default_factory=lambda: _never(0))
    verdict_day: Ints = field(default_factory=lambda: _never(0))
    conviction_day: Ints = field(default_factory=lambda: _never(0))
    end_day: Ints = field(default_factory=lambda: _never(0))
    plea: Ints = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    end_kind: Ints = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    ended_in_crown: Bools = field(default_factory=lambda: np.zeros(0, dtype=bool))

    def __post_init__(self) -> None:
        """Give every array its length."""
        for item in fields(self):
            if item.name == "size":
                continue
            current: npt.NDArray[np.generic] = getattr(self, item.name)
            if current.dtype == np.bool_:
                setattr(self, item.name, np.zeros(self.size, dtype=bool))
            else:
                initial = 0 if item.name in ("plea", "end_kind") else NEVER
                setattr(self, item.name, np.full(self.size, initial, dtype=np.int64))

    def plead(self, who: Ints, plea: int, day: Ints) -> None:
        """Record the plea of defendants who had not pleaded (a later guilty plea replaces a denial)."""
        self.plea[who] = plea
        self.plea_day[who] = day
        if plea == GUILTY:
            self.conviction_day[who] = day

    def end(self, who: Ints, kind: int, day: Ints, crown: bool) -> None:
        """Record the end of the proceedings against defendants; a day that never comes leaves them pending."""
        comes = day < NEVER
        self.end_kind[who[comes]] = kind
        self.end_day[who[comes]] = day[comes]
        self.ended_in_crown[who[comes]] = crown


def run_trials(
    rng: np.random.Generator,
    diary: Diary,
    progress: Progress,
    who: Ints,
    case_of: Ints,
    listed: Ints,
    in_custody: Bools,
    court: str,
) -> TrialResult:
    """List trials until each goes ahead, cracks, or its defendant is at large for good.

    The trial of a case is one trial: its defendants share dates, outcomes and reasons.

    Args:
        rng: random stream.
        diary: gets one appearance per defendant and listing.
        progress: gets the bench warrants of defendants who stay away.
        who: defendants to be tried.
        case_of: the case of each of them.
        listed: first trial date of each; a case takes the latest of its defendants'.
        in_custody: whether each is held; their trials are relisted sooner.
        court: 'magistrates' or 'crown'.
    """
    crown = court == "crown"
    cases, position = np.unique(case_of, return_inverse=True)
    day = np.zeros(len(cases), dtype=np.int64)
    np.maximum.at(day, position, listed)
    held = np.zeros(len(cases), dtype=bool)
    np.logical_or.at(held, position, in_custody)
    alone = np.bincount(position, minlength=len(cases)) == 1
    outcome = np.zeros(len(cases), dtype=np.int64)
    settled_day = _never(len(cases))
    open_cases = day < NEVER
    # a share v of all listings is vacated: before each listing that stands, v/(1-v) are
    vacated_first = bernoulli(rng, cal.VACATED[court] / (1 - cal.VACATED[court]), len(cases)) & open_cases
    vacated_why = _codes(rng, cal.VACATED_CODES, len(cases))
    _enter(diary, who, position, sitting_day(day), vacated_first, "VACATED", vacated_why, crown)
    day = np.where(vacated_first, day + _relist(rng, held, court) // 2, day)
    for attempt in range(1, cal.TRIALS_LISTED_AT_MOST + 1):
        day = np.where(open_cases, sitting_day(np.where(open_cases, day, 0)), day)
        shares = list(cal.TRIAL_OUTCOMES[court])
        if attempt == cal.TRIALS_LISTED_AT_MOST:
            shares[2] = 0.0
        drawn = choose(rng, shares, len(cases))
        guilty = bernoulli(rng, cal.CRACKED_GUILTY[court], len(cases))
        effective = open_cases & (drawn == 0)
        cracked_guilty = open_cases & (drawn == 1) & guilty
        cracked_ended = open_cases & (drawn == 1) & ~guilty
        put_off = open_cases & (drawn == 2)
        _enter(diary, who, position, day, effective, "EFFECTIVE", None, crown)
        plea_reasons = _codes(rng, cal.CRACKED_GUILTY_CODES, len(cases))
        end_reasons = _codes(rng, cal.CRACKED_ENDED_CODES, len(cases))
        _enter(diary, who, position, day, cracked_guilty, "CRACKED", plea_reasons, crown)
        _enter(diary, who, position, day, cracked_ended, "CRACKED", end_reasons, crown)
        reasons = _codes(rng, cal.INEFFECTIVE_CODES[court], len(cases))
        absent = put_off & (reasons == "S1")
        _enter(diary, who, position, day, put_off, "INEFFECTIVE", reasons, crown, absent)
        for flag, value in ((effective, EFFECTIVE), (cracked_guilty, CRACKED_GUILTY), (cracked_ended, CRACKED_ENDED)):
            outcome[flag] = value
            settled_day[flag] = day[flag]
        open_cases = put_off
        fugitive = absent & alone & ~held & bernoulli(rng, 0.6, len(cases))
        resumed = _issue_warrants(rng, progress, who, position, day, fugitive)
        day = np.where(put_off, np.where(fugitive, resumed, day) + _relist(rng, held, court), day)
        open_cases &= ~(fugitive & (resumed >= NEVER))
    return TrialResult(outcome[position], settled_day[position])


def warrant_executions(rng: np.random.Generator, issued: Ints) -> Ints:
    """Days on which warrants issued on the given days are executed; `NEVER` for people who are not found."""
    lag = 1 + lognormal_days(rng, *cal.WARRANT_TO_EXECUTION, len(issued), 900)
    found = ~bernoulli(rng, cal.WARRANT_NEVER_EXECUTED, len(issued))
    return np.where(found, issued + lag, NEVER)


def _issue_warrants(
    rng: np.random.Generator, progress: Progress, who: Ints, position: Ints, day: Ints, fugitive: Bools
) -> Ints:
    """Warrants for the lone defendants of the flagged cases; returns the day each case can go on."""
    executed = np.where(fugitive, warrant_executions(rng, day), day)
    rows = np.flatnonzero(fugitive[position])
    first = progress.warrant_issued[who[rows]] >= NEVER
    rows = rows[first]
    progress.warrant_issued[who[rows]] = day[position[rows]]
    progress.warrant_executed[who[rows]] = executed[position[rows]]
    repeat = np.ones(len(day), dtype=bool)
    repeat[position[rows]] = False
    # a second failure is dealt with the same week: only one warrant is kept on a record
    return np.where(fugitive & repeat, day + 7, executed)


def _relist(rng: np.random.Generator, held: Bools, court: str) -> Ints:
    if court == "magistrates":
        return 7 + lognormal_days(rng, *cal.MAGISTRATES_RELIST, len(held), 240)
    bail = lognormal_days(rng, *cal.CROWN_RELIST, len(held), 420)
    custody = lognormal_days(rng, *cal.CROWN_RELIST_CUSTODY, len(held), 210)
    return 7 + np.where(held, custody, bail)


def _codes(rng: np.random.Generator, shares: dict[str, float], size: int) -> Texts:
    return np.asarray(list(shares), dtype=object)[choose(rng, list(shares.values()), size)]


def _enter(
    diary: Diary,
    who: Ints,
    position: Ints,
    day: Ints,
    flag: Bools,
    trial_class: str,
    codes: Texts | None,
    crown: bool,
    absent: Bools | None = None,
) -> None:
    rows = np.flatnonzero(flag[position])
    diary.add(
        who[rows],
        day[position[rows]],
        "TRIAL",
        crown,
        trial_class=trial_class,
        trial_code=None if codes is None else codes[position[rows]],
        absent=False if absent is None else absent[position[rows]],
    )
