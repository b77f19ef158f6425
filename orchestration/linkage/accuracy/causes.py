"""Why links are wrong: each over- and under-merged person on the reference people, by cause and by what was compared.

Belongs here: finding the pair of profiles that decided, its cause, and the comparison levels it reached. Does not
belong here: how many are wrong (`against_truth.py`). No value of a record comes out of here, only names of levels.

A person in pieces is judged by the heaviest pair across the pieces: never compared, compared and too light, or heavy
enough and kept apart by a rule. A merged person is judged by the heaviest pair across the true people in it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

import duckdb
import pyarrow as pa

from orchestration.linkage.accuracy.reference_people import ReferencePeople, linked_connection
from orchestration.linkage.accuracy.rows import ALL
from orchestration.linkage.accuracy.truth import BREAKDOWNS
from orchestration.linkage.matching.model import LinkageModel
from orchestration.linkage.matching.scoring import linker_over, score
from orchestration.sql_files import read_sql

EXAMPLES_KEPT = 6
"""Patterns of each kind of error that are kept as examples, the most frequent ones."""

LEVELS_NAMED = 3
"""Levels a reason names at most."""

_SELF_EXPLANATORY = ("same ", "shares ", "no shared ", "different ")
"""Beginnings of labels that name what is compared, if only its part: `same district`."""


class Cause(StrEnum):
    """Why the records of two people are one, or those of one person two."""

    NEVER_COMPARED = "never compared"
    TOO_LIGHT = "compared and too light"
    KEPT_APART = "kept apart by a rule"
    MISLED = "recorded alike"


@dataclass(frozen=True)
class WrongPerson:
    """One person that is wrong, by the pair that decided.

    Attributes:
        is_over_merged: records of several people are one person; otherwise, one person is several.
        true_person_id: of whom; for an over-merged person, one of them.
        cause: why.
        match_weight: of the pair that decided.
        levels: comparison -> level the pair reached.
        against: labels of those levels that speak against a match.
    """

    is_over_merged: bool
    true_person_id: str
    cause: Cause
    match_weight: float
    levels: Mapping[str, str]
    against: tuple[str, ...]


@dataclass(frozen=True)
class Example:
    """A pattern of errors, without any value of a record.

    Attributes:
        kind: over_merged or under_merged.
        persons: people it befell.
        cause: why.
        weight_low, weight_high: lightest and heaviest of the pairs that decided.
        levels: labels of what was compared, in the order compared; what one side lacks is left out.
    """

    kind: str
    persons: int
    cause: str
    weight_low: float
    weight_high: float
    levels: tuple[str, ...]

    def as_dict(self) -> dict[str, Any]:
        """The example as plain JSON values."""
        return {**asdict(self), "levels": list(self.levels)}


def wrong_persons(model: LinkageModel, people: ReferencePeople) -> list[WrongPerson]:
    """Everybody of the reference people whom the model gets wrong."""
    with linked_connection(people.records, model) as connection:
        connection.register("truth_given", people.truth)
        connection.execute("""
            create or replace temp table placed as
            select distinct p.profile_id, l.person_id, t.true_person_id
            from record_profiles as p
            inner join person_links as l using (record_id)
            inner join truth_given as t using (record_id)
        """)
        connection.execute(read_sql(__file__, "wrong_pairs"))
        return _judged(connection, model)


def _judged(connection: duckdb.DuckDBPyConnection, model: LinkageModel) -> list[WrongPerson]:
    connection.execute("""
        create or replace temp table weighed_pairs as
        select distinct '0' as match_key, join_key_l, join_key_r from wrong_pairs
    """)
    score(connection, model, "weighed_pairs", "weights", None)
    deciding = connection.execute(read_sql(__file__, "deciding_pairs")).fetchall()
    levels = pair_levels(connection, model, "weighed_pairs")
    against = _levels_against(model)
    wrong = []
    for is_over_merged, person, left, right, weight, was_compared in deciding:
        reached = levels[left, right]
        if is_over_merged:
            cause = Cause.MISLED
        elif not was_compared:
            cause = Cause.NEVER_COMPARED
        else:
            cause = Cause.TOO_LIGHT if weight < model.thresholds.accept else Cause.KEPT_APART
        contrary = tuple(label for name, label in reached.items() if (name, label) in against)
        wrong.append(WrongPerson(is_over_merged, person, cause, round(weight, 1), reached, contrary))
    return wrong


def pair_levels(
    connection: duckdb.DuckDBPyConnection, model: LinkageModel, pairs: str
) -> dict[tuple[int, int], dict[str, str]]:
    """The level each comparison reached for each pair of table `pairs` (match_key, join_key_l, join_key_r), by label.

    Comparisons in which one side has nothing recorded are left out.
    """
    settings = {**model.settings, "retain_intermediate_calculation_columns": True, "retain_matching_columns": True}
    linker, api = linker_over(connection, "profiles", settings, model.term_frequencies)
    linker.table_management.register_blocked_pairs_for_predict(api.register(pairs))
    predictions = linker.inference.predict(warning_mode="never")
    names = [comparison["output_column_name"] for comparison in model.settings["comparisons"]]
    rows = connection.execute(
        f"select profile_id_l, profile_id_r, {', '.join(f'gamma_{name}' for name in names)} "
        f"from {predictions.physical_name}"
    ).fetchall()
    predictions.drop_table_from_database_and_remove_from_cache()
    labels = [_labels(comparison) for comparison in model.settings["comparisons"]]
    return {
        (left, right): {
            name: known[outcome] for name, known, outcome in zip(names, labels, outcomes, strict=True) if outcome >= 0
        }
        for left, right, *outcomes in rows
    }


def _labels(comparison: Mapping[str, Any]) -> dict[int, str]:
    """Splink's number of an outcome -> its label; Splink counts upwards from the weakest level."""
    valued = [level for level in comparison["comparison_levels"] if not level.get("is_null_level")]
    return {len(valued) - 1 - place: _said(comparison, level) for place, level in enumerate(valued)}


def _said(comparison: Mapping[str, Any], level: Mapping[str, Any]) -> str:
    """What a level says; with what is compared, where the label alone does not tell (`one slip`)."""
    label, name = str(level["label_for_charts"]), str(comparison["output_column_name"]).replace("_", " ")
    names = {"middle": "middle name", "date of birth": "birth date"}.get(name, name)
    return label if names.split()[-1] in label or label.startswith(_SELF_EXPLANATORY) else f"{names}: {label}"


def _levels_against(model: LinkageModel) -> set[tuple[str, str]]:
    """Levels (comparison, what it says) met more often between two people than within one."""
    return {
        (comparison["output_column_name"], _said(comparison, level))
        for comparison in model.settings["comparisons"]
        for level in comparison["comparison_levels"]
        if not level.get("is_null_level") and level["m_probability"] < level["u_probability"]
    }


def reasons(wrong: Iterable[WrongPerson], groups: pa.Table) -> dict[tuple[bool, str, str], str]:
    """(is_over_merged, breakdown, group) -> why people of the group are wrong, in a sentence."""
    of_person = {row["true_person_id"]: row for row in groups.to_pylist()}
    befallen: dict[tuple[bool, str, str], list[WrongPerson]] = {}
    for person in wrong:
        row = of_person.get(person.true_person_id, {})
        befallen.setdefault((person.is_over_merged, ALL, ALL), []).append(person)
        for breakdown in BREAKDOWNS:
            befallen.setdefault((person.is_over_merged, breakdown, row.get(breakdown, "unknown")), []).append(person)
    return {key: _sentence(members) for key, members in befallen.items()}


def _sentence(wrong: list[WrongPerson]) -> str:
    causes = Counter(str(person.cause) for person in wrong)
    parts = [f"{count:,} {cause}" for cause, count in sorted(causes.items(), key=lambda item: (-item[1], item[0]))]
    against = Counter(label for person in wrong for label in person.against)
    named = sorted(against.items(), key=lambda item: (-item[1], item[0]))[:LEVELS_NAMED]
    most = f" Most often against: {', '.join(f'{label} ({n:,})' for label, n in named)}." if named else ""
    return f"{'; '.join(parts)}.{most}"


def examples(wrong: Iterable[WrongPerson]) -> list[Example]:
    """The most frequent patterns of each kind of error."""
    patterns: dict[tuple[bool, str, tuple[str, ...]], list[WrongPerson]] = {}
    for person in wrong:
        key = (person.is_over_merged, str(person.cause), tuple(person.levels.values()))
        patterns.setdefault(key, []).append(person)
    found = [
        Example(
            kind="over_merged" if is_over_merged else "under_merged",
            persons=len(members),
            cause=cause,
            weight_low=min(member.match_weight for member in members),
            weight_high=max(member.match_weight for member in members),
            levels=levels,
        )
        for (is_over_merged, cause, levels), members in patterns.items()
    ]
    found.sort(key=lambda one: (one.kind, -one.persons, one.cause, one.levels))
    kinds: dict[str, list[Example]] = {}
    for example in found:
        kinds.setdefault(example.kind, []).append(example)
    return [example for of_kind in kinds.values() for example in of_kind[:EXAMPLES_KEPT]]
