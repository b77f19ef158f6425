"""Cases as they are filed: co-defendants charged apart have cases of their own until these are merged.

Belongs here: which defendant is recorded under which case, and when a case merged into which. Does not belong here:
the hearings, which the merged case holds for all of them.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from orchestration.simulation import calibration as cal
from orchestration.simulation.diary import Progress
from orchestration.simulation.sampling import NEVER, Bools, Ints, bernoulli

_CHAIN_SHARE = 0.5


@dataclass(frozen=True)
class Filed:
    """Filed cases, and the position of the filed case of each defendant (-1 if not delivered).

    `cases`: root (position of the case that is heard), own (whether it is that case itself), received_day, merge_day
    (`NEVER` unless merged), merged_into (position, -1 unless merged).
    """

    cases: pd.DataFrame
    of_defendant: Ints


def file_cases(
    rng: np.random.Generator,
    cases: pd.DataFrame,
    defendants: pd.DataFrame,
    progress: Progress,
    delivered: Bools,
    last_day: int,
) -> Filed:
    """File every delivered case, some co-defendants of it at first apart.

    Args:
        rng: random stream.
        cases: the cases that are heard.
        defendants: their defendants.
        progress: how the proceedings went.
        delivered: flags the defendants in the court feeds.
        last_day: last day of the world; a merger after it has not happened.
    """
    case = defendants["case"].to_numpy()
    roots = np.unique(case[delivered])
    position = np.full(len(cases), -1, dtype=np.int64)
    position[roots] = np.arange(len(roots))
    filed = pd.DataFrame(
        {
            "root": roots,
            "own": np.full(len(roots), True),
            "received_day": cases["received_day"].to_numpy()[roots],
            "merge_day": np.full(len(roots), NEVER),
            "merged_into": np.full(len(roots), -1),
        }
    )
    of_defendant = np.where(delivered, position[case], -1)
    merged_case = bernoulli(rng, cal.MERGED_SHARE, len(cases))
    apart = np.flatnonzero(delivered & (defendants["number"].to_numpy() > 1) & merged_case[case])
    received = defendants["charge_day"].to_numpy()[apart] + rng.integers(0, 3, len(apart))
    received = np.minimum(received, progress.first_hearing[apart])
    sent = progress.sent_day[apart]
    first = progress.first_hearing[apart]
    merge = np.where(sent < NEVER, sent + rng.integers(1, 15, len(apart)), first + rng.integers(3, 26, len(apart)))
    root_received = cases["received_day"].to_numpy()[case[apart]]
    valid = (received < merge) & (root_received < merge) & (merge < progress.end_day[apart]) & (merge <= last_day)
    apart, received, merge = apart[valid], received[valid], merge[valid]
    into = of_defendant[apart].copy()
    new_position = len(filed) + np.arange(len(apart))
    # the third defendant's case may have gone into the second's before that went into the first's
    follows = np.r_[False, case[apart][1:] == case[apart][:-1]] & bernoulli(rng, _CHAIN_SHARE, len(apart))
    previous = np.r_[-1, new_position[:-1]]
    into = np.where(follows, previous, into)
    merge = np.where(follows, np.minimum(merge, np.r_[NEVER, merge[:-1]]), merge)
    follows &= received < merge
    into = np.where(follows | (into < len(filed)), into, of_defendant[apart])
    extra = pd.DataFrame(
        {
            "root": case[apart],
            "own": np.full(len(apart), False),
            "received_day": np.minimum(received, merge - 1),
            "merge_day": merge,
            "merged_into": into,
        }
    )
    of_defendant[apart] = new_position
    return Filed(pd.concat([filed, extra], ignore_index=True), of_defendant)
