"""Expectation maximisation of m: how often each level comes out among pairs that are one person.

Belongs here: the outcomes of comparing pairs, and the arithmetic that learns m from them. Does not belong here: where
the pairs and u come from (`training.py`).

Splink's own sessions learn m within one blocking key at a time, and cannot learn the comparisons that use the key. Here
every pair that any rule brought together is used at once. Blocking leaves out pairs that agree on almost nothing,
whose chance of being a match under the model is nil, so leaving them out moves m by nothing that matters; u is not
touched, since the non-matches that blocking brings together are anything but random.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import duckdb
import numpy as np
import numpy.typing as npt

from orchestration.linkage.matching.model import TermFrequencies
from orchestration.linkage.matching.scoring import linker_over

SMALLEST_U = 1e-5
"""u of a level that no sampled pair fell into: rare, not impossible."""

SMALLEST_M = 5e-4
"""Least m: no sample of matches is a reason to hold that one in two thousand never differ in something."""

Floats = npt.NDArray[np.float64]
Levels = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Outcomes:
    """Compared pairs, one entry of each array for each pair.

    Attributes:
        levels: comparison -> index of its outcome among its levels that are not null, -1 for null.
        adjustment: weight that the term frequencies of agreeing values add, in bits.
        possible: 0 for a pair that a rule keeps apart whatever it scores, else 1.
    """

    levels: Mapping[str, Levels]
    adjustment: Floats
    possible: Floats


@dataclass(frozen=True)
class Learnt:
    """What expectation maximisation found.

    Attributes:
        m: comparison -> probability of each level that is not null, among matches.
        prior: share of all pairs of the sample that match.
    """

    m: Mapping[str, Floats]
    prior: float


def compare(
    connection: duckdb.DuckDBPyConnection,
    settings: Mapping[str, Any],
    frequencies: Mapping[str, TermFrequencies],
    pairs: str,
) -> Outcomes:
    """The outcome of every comparison for every pair in table `pairs`, as Splink compares `profiles`.

    Pairs in table `conflicting_pairs` are marked as impossible.

    Raises:
        ValueError: there are no pairs.
    """
    asked = {**settings, "retain_intermediate_calculation_columns": True, "retain_matching_columns": True}
    for comparison in asked["comparisons"]:
        for level in comparison["comparison_levels"]:
            if not level.get("is_null_level"):
                # Any value will do: outcomes and term-frequency adjustments do not depend on m.
                level.setdefault("m_probability", 0.5)
    linker, api = linker_over(connection, "profiles", asked, frequencies)
    linker.table_management.register_blocked_pairs_for_predict(api.register(pairs))
    predictions = linker.inference.predict(warning_mode="never")
    name = predictions.physical_name
    columns = {row[0] for row in connection.execute(f"describe {name}").fetchall()}
    adjustments = sorted(column for column in columns if column.startswith("mw_tf_adj_"))
    wanted = [f"gamma_{comparison['output_column_name']}" for comparison in settings["comparisons"]]
    sum_of = " + ".join(adjustments) or "0.0"
    table = connection.execute(f"""
        select {", ".join(f"p.{column}" for column in wanted)}, {sum_of} as adjustment,
            case when c.join_key_l is null then 1.0 else 0.0 end as possible
        from {name} as p
        left join conflicting_pairs as c on p.profile_id_l = c.join_key_l and p.profile_id_r = c.join_key_r
    """).to_arrow_table()
    predictions.drop_table_from_database_and_remove_from_cache()
    if not table.num_rows:
        raise ValueError(
            "no two records share a blocking key, so there is nothing to learn from; train on more records."
        )
    levels = {}
    for comparison in settings["comparisons"]:
        valued = sum(not level.get("is_null_level") for level in comparison["comparison_levels"])
        outcome = table[f"gamma_{comparison['output_column_name']}"].to_numpy().astype(np.int64)
        # Splink numbers outcomes upwards from the weakest; levels are listed from the strongest down.
        levels[comparison["output_column_name"]] = np.where(outcome < 0, -1, valued - 1 - outcome)
    return Outcomes(
        levels,
        table["adjustment"].to_numpy().astype(np.float64),
        table["possible"].to_numpy().astype(np.float64),
    )


def maximise_expectation(
    outcomes: Outcomes,
    settings: Mapping[str, Any],
    total_pairs: float,
    most_rounds: int = 200,
    settled: float = 1e-5,
) -> Learnt:
    """m of every level and the share of matches, by turns with the probability that each pair matches.

    Args:
        outcomes: of the compared pairs.
        settings: Splink settings with u for every level.
        total_pairs: all pairs of the sample, compared or not.
        most_rounds: where to stop if it does not settle.
        settled: greatest change of any m at which it has.
    """
    u = {
        comparison["output_column_name"]: np.array(
            [level["u_probability"] for level in comparison["comparison_levels"] if not level.get("is_null_level")]
        )
        for comparison in settings["comparisons"]
    }
    m = {name: _starting_m(len(values)) for name, values in u.items()}
    prior = min(max(len(outcomes.adjustment) * 0.5 / total_pairs, 1e-9), 0.3)
    for _ in range(most_rounds):
        weight = np.log2(prior / (1 - prior)) + outcomes.adjustment
        for name, level in outcomes.levels.items():
            weight = weight + np.append(np.log2(m[name] / u[name]), 0.0)[level]
        match = outcomes.possible / (1 + np.exp2(-np.clip(weight, -60, 60)))
        change = 0.0
        for name, level in outcomes.levels.items():
            valued = level >= 0
            mass = np.bincount(level[valued], weights=match[valued], minlength=len(m[name]))
            if mass.sum() <= 0:
                continue
            new = np.maximum(mass / mass.sum(), SMALLEST_M)
            change = max(change, float(np.abs(new - m[name]).max()))
            m[name] = new
        prior = min(max(float(match.sum()) / total_pairs, 1e-9), 0.5)
        if change < settled:
            break
    return Learnt(m, prior)


def _starting_m(count: int) -> Floats:
    """Nine in ten agree fully; each lesser level is rarer than the one before it."""
    shares = 0.5 ** np.arange(count)
    shares[0] = 9 * shares[1:].sum() if count > 1 else 1.0
    result: Floats = shares / shares.sum()
    return result
