"""How a linkage model is learnt from unlabelled person records.

Belongs here: term frequencies, u by Splink's random sampling, m by expectation maximisation over the pairs that
blocking found, and what is done about their known weaknesses. Does not belong here: the arithmetic of expectation
maximisation (`expectation.py`), using a model (`link.py`), or any truth: training never sees who is who.

Two weaknesses are met here. Random sampling takes every sampled pair for a non-match; in a small population that
inflates the chance agreement of whatever identifies people (birth dates, postcodes), so u is sampled among one profile
for each person of a first, then of a better, guess at who is who. And an identifier agrees by chance so rarely that no
sample shows it, while it agrees by *error* (a number typed onto an associate's record) more often: its u is a stated
probability (`Comparison.rare_agreement`), not an estimate.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib.metadata import version as installed_version
from typing import Any

import duckdb
import pyarrow as pa

from orchestration.linkage.learning.comparisons import Comparison, comparisons_for
from orchestration.linkage.learning.expectation import SMALLEST_U, compare, maximise_expectation
from orchestration.linkage.matching.blocking import BLOCKING_RULES, BlockingRule, block
from orchestration.linkage.matching.clusters import resolve
from orchestration.linkage.matching.grouping import connected_groups
from orchestration.linkage.matching.model import LinkageModel, TermFrequencies, Thresholds
from orchestration.linkage.matching.names import names_digest
from orchestration.linkage.matching.records import SharingLimits, load_input, make_profiles, standardise
from orchestration.linkage.matching.rules import mark_conflicts
from orchestration.linkage.matching.scoring import linker_over, score, splink_settings


@dataclass(frozen=True)
class TrainingParameters:
    """Decisions of training.

    Attributes:
        version: name of the model made.
        source: what the records are, in words; goes into the model's provenance.
        prior: probability that two random profiles are one person, stated rather than learnt: it is a property of the
            population the model will be used on (a national one), not of the training sample. None learns it from the
            records, which is right for a file that is its own population.
        seed: of the random samples.
        sampled_pairs: pairs drawn to estimate u.
        rounds: guesses at who is who, each better than the last; u is estimated after each.
        smallest_term_count: values that fewer people have (by the first guess at who is who) get the default term
            frequency, and are not written into the artefact: a rare name identifies.
        thresholds: where a score becomes a decision.
        limits: how widely a value may be shared.
        blocking_rules: which pairs are compared.
        is_cautious: whether the rules for what justice records are full of apply (`LinkageModel.is_cautious`).
    """

    version: str
    source: str = "not stated"
    prior: float | None = 1e-6
    seed: int = 1
    sampled_pairs: float = 2e6
    rounds: int = 2
    smallest_term_count: int = 5
    thresholds: Thresholds = field(default_factory=lambda: Thresholds(accept=3.0, cohesion=-5.0))
    limits: SharingLimits = field(default_factory=SharingLimits)
    blocking_rules: tuple[BlockingRule, ...] = BLOCKING_RULES
    is_cautious: bool = True


def train_model(records: pa.Table, parameters: TrainingParameters) -> LinkageModel:
    """Learn a model from person records (columns of `records.INPUT_COLUMNS`; those absent are not compared).

    Returns: a model in which every level of every comparison has m and u.

    Raises:
        ValueError: the records are too few, or share too little, to learn from.
    """
    with duckdb.connect() as connection:
        connection.register("delivered", records)
        load_input(connection, "delivered")
        standardise(connection, parameters.limits)
        make_profiles(connection)
        present = _columns_with_values(connection)
        comparisons = comparisons_for(present)
        rules = tuple(rule for rule in parameters.blocking_rules if _usable(rule, present))
        block(connection, rules)
        _first_guess(connection)
        frequencies = {
            column: _term_frequencies(connection, column, parameters.smallest_term_count)
            for column in sorted(_adjusted_columns(comparisons))
        }
        mark_conflicts(connection, frequencies.get("forename"), "blocked_pairs", parameters.is_cautious)
        for _ in range(parameters.rounds):
            model = LinkageModel(
                version=parameters.version,
                settings=_learn(connection, comparisons, frequencies, parameters),
                term_frequencies=frequencies,
                blocking_rules=rules,
                limits=parameters.limits,
                thresholds=parameters.thresholds,
                is_cautious=parameters.is_cautious,
                names_digest=names_digest(),
                splink_version=installed_version("splink"),
                provenance=_provenance(connection, parameters),
            )
            score(connection, model, "blocked_pairs", "edges", None)
            resolve(connection, model)
            connection.execute("create or replace temp table guess as select profile_id, person from profile_persons")
        return model


def _learn(
    connection: duckdb.DuckDBPyConnection,
    comparisons: tuple[Comparison, ...],
    frequencies: Mapping[str, TermFrequencies],
    parameters: TrainingParameters,
) -> dict[str, Any]:
    """Settings with u sampled among one profile for each guessed person, then m learnt over all blocked pairs."""
    connection.execute("""
        create or replace temp table one_each as
        select p.* from profiles as p
        inner join (select person, min(profile_id) as profile_id from guess group by 1) using (profile_id)
    """)
    blank = splink_settings((comparison.as_splink() for comparison in comparisons), SMALLEST_U)
    sampler, _ = linker_over(connection, "one_each", blank, frequencies)
    sampler.training.estimate_u_using_random_sampling(
        max_pairs=parameters.sampled_pairs, seed=parameters.seed, min_count_per_level=None, num_chunks=1
    )
    settings = _with_chance_agreement(sampler.misc.save_model_to_json(), comparisons)
    outcomes = compare(connection, settings, frequencies, "blocked_pairs")
    learnt = maximise_expectation(outcomes, settings, total_pairs=_total_pairs(connection))
    settings["probability_two_random_records_match"] = parameters.prior or learnt.prior
    for comparison in settings["comparisons"]:
        levels = [level for level in comparison["comparison_levels"] if not level.get("is_null_level")]
        for level, probability in zip(levels, learnt.m[comparison["output_column_name"]], strict=True):
            level["m_probability"] = float(probability)
            # Sums over pairs depend on their order in the last digits; the artefact does not.
            for parameter in ("m_probability", "u_probability"):
                level[parameter] = float(f"{level[parameter]:.5g}")
    settings.pop("linker_uid", None)
    return settings


def _with_chance_agreement(settings: dict[str, Any], comparisons: tuple[Comparison, ...]) -> dict[str, Any]:
    """Every level with a u: as sampled, as stated for rare agreement, or the smallest."""
    stated = {comparison.name: comparison.rare_agreement for comparison in comparisons}
    for comparison in settings["comparisons"]:
        levels = [level for level in comparison["comparison_levels"] if not level.get("is_null_level")]
        rare = stated[comparison["output_column_name"]]
        for index, level in enumerate(levels):
            if rare is not None:
                level["u_probability"] = rare if index == 0 else 1 - rare
            else:
                level["u_probability"] = max(level.get("u_probability") or 0.0, SMALLEST_U)
    return settings


def _first_guess(connection: duckdb.DuckDBPyConnection) -> None:
    """Make `guess` (profile_id, person) by strict rules: same PNC id and sounds, or same names and birth date."""
    pairs = connection.execute("""
        select b.join_key_l, b.join_key_r
        from blocked_pairs as b
        inner join profiles as l on b.join_key_l = l.profile_id
        inner join profiles as r on b.join_key_r = r.profile_id
        where (l.pnc_id = r.pnc_id and (l.dob_key = r.dob_key or l.surname_sound = r.surname_sound))
            or (l.name_pair = r.name_pair and l.dob_key = r.dob_key)
            or (l.email = r.email and l.name_pair = r.name_pair)
    """).to_arrow_table()
    nodes = connection.execute("select profile_id from profiles order by 1").to_arrow_table()
    connection.register("guessed", connected_groups(nodes["profile_id"], pairs["join_key_l"], pairs["join_key_r"]))
    connection.execute(
        "create or replace temp table guess as select node as profile_id, group_id as person from guessed"
    )
    connection.unregister("guessed")


def _total_pairs(connection: duckdb.DuckDBPyConnection) -> float:
    profiles = connection.execute("select count(*) from profiles").fetchall()[0][0]
    return max(float(profiles) * (float(profiles) - 1) / 2, 1.0)


def _term_frequencies(connection: duckdb.DuckDBPyConnection, column: str, smallest_count: int) -> TermFrequencies:
    """Shares of the values of a column among people; the default is the mean share of the values too rare to keep."""
    rows = connection.execute(f"""
        select p.{column}, count(distinct g.person)
        from profiles as p inner join guess as g using (profile_id)
        where p.{column} is not null group by 1
    """).fetchall()
    total = sum(count for _, count in rows)
    rare = [count for _, count in rows if count < smallest_count]
    default = (sum(rare) / len(rare) if rare else 1.0) / total
    return TermFrequencies(
        values={value: float(f"{count / total:.4g}") for value, count in rows if count >= smallest_count},
        default=float(f"{default:.4g}"),
    )


def _columns_with_values(connection: duckdb.DuckDBPyConnection) -> set[str]:
    columns = [(row[0], row[1]) for row in connection.execute("describe profiles").fetchall()]
    counts = ", ".join(
        f"count(*) filter (where len({name}) > 0)" if kind.endswith("[]") else f"count({name})"
        for name, kind in columns
    )
    held = connection.execute(f"select {counts} from profiles").fetchall()[0]
    return {name for (name, _), count in zip(columns, held, strict=True) if count}


def _usable(rule: BlockingRule, present: set[str]) -> bool:
    return present.issuperset(rule.keys) and (rule.each_of is None or rule.each_of in present)


def _adjusted_columns(comparisons: Iterable[Comparison]) -> set[str]:
    return {level.term_frequency for comparison in comparisons for level in comparison.levels if level.term_frequency}


def _provenance(connection: duckdb.DuckDBPyConnection, parameters: TrainingParameters) -> dict[str, Any]:
    records, profiles = connection.execute(
        "select (select count(*) from standard_records), (select count(*) from profiles)"
    ).fetchall()[0]
    return {
        "source": parameters.source,
        "trained_on": datetime.now(UTC).date().isoformat(),
        "records": records,
        "profiles": profiles,
        "seed": parameters.seed,
        "sampled_pairs": parameters.sampled_pairs,
        "rounds": parameters.rounds,
    }
