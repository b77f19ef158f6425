"""What the linkage of this build tells of itself, where nobody knows who is who.

Belongs here: distributions and counts over the records just linked: weights, thresholds, records that nothing could
link, how records joined, sizes of persons and what contradicts itself in them. Does not belong here: errors, which need
a truth (`against_truth.py`) or a reviewer (`review/score.py`).

**Seam.** `build_rows` reads tables of the linkage connection: `edges` (profile_id_l, profile_id_r, match_weight: every
pair of profiles that blocking brings together, whichever run scored it), `profiles`, `record_groups` and `person_links`
(all of *all* records). A run that links a part of the records puts the whole into these names before it calls
(`state.show_complete`), or the same deliveries would show different curves.
"""

from __future__ import annotations

from collections.abc import Iterator

import duckdb
import numpy as np

from orchestration.linkage.accuracy.rows import ALL, AccuracyRow, Source, count_row, share_row
from orchestration.linkage.matching.grouping import component_labels
from orchestration.linkage.matching.model import LinkageModel
from orchestration.linkage.matching.scoring import score

BIN = 2.0
"""Width of a bin of match weights, in bits."""

LIGHTEST, HEAVIEST = -30.0, 50.0
"""Weights beyond these fall into the first and the last bin."""

CURVE_THRESHOLDS = tuple(float(weight) for weight in range(-10, 41, 2))
"""Thresholds at which pairs and persons are counted, besides the model's own."""

SIZES = ((1, "1"), (2, "2"), (5, "3-5"), (10, "6-10"), (20, "11-20"), (50, "21-50"), (None, "51+"))
"""Upper ends of the classes of persons by records."""

HARD_IDENTIFIERS = ("pnc_id", "noms_number", "dob")
"""What one person has one of; more than one in a person is an error of a record or of the linkage."""


def build_rows(connection: duckdb.DuckDBPyConnection, model: LinkageModel) -> Iterator[AccuracyRow]:
    """Every measure of a build that needs no truth; see the seam above for what the connection must hold."""
    yield from _histogram(connection)
    yield from _threshold_curve(connection, model)
    yield from _unlinkables(connection, model)
    yield from _joins(connection)
    yield from _persons(connection)


def _histogram(connection: duckdb.DuckDBPyConnection) -> Iterator[AccuracyRow]:
    rows = connection.execute(
        """
        select $bin * floor(least(greatest(match_weight, $lightest), $heaviest - $bin) / $bin) as low, count(*)
        from edges group by 1 order by 1
        """,
        {"bin": BIN, "lightest": LIGHTEST, "heaviest": HEAVIEST},
    ).fetchall()
    counts = {float(low): int(count) for low, count in rows}
    total = sum(counts.values())
    for low in np.arange(LIGHTEST, HEAVIEST, BIN).tolist():
        name = f"{low:g} to {low + BIN:g}"
        if low == LIGHTEST:
            name = f"under {low + BIN:g}"
        elif low + BIN == HEAVIEST:
            name = f"{low:g} and over"
        part = counts.get(low, 0)
        yield share_row(Source.BUILD, "compared", "match_weight", name, "pairs", part, total, match_weight=low)


def _threshold_curve(connection: duckdb.DuckDBPyConnection, model: LinkageModel) -> Iterator[AccuracyRow]:
    """Pairs at or above each threshold, and the persons there would be if every such pair were one person.

    No rule is applied: at the model's own threshold the difference from the persons of the build is what the rules do.
    """
    nodes = connection.execute("select profile_id from profiles order by 1").fetchnumpy()["profile_id"]
    edges = connection.execute(
        "select profile_id_l, profile_id_r, match_weight from edges where match_weight >= $least",
        {"least": min(*CURVE_THRESHOLDS, model.thresholds.accept)},
    ).fetchnumpy()
    left, right = (np.searchsorted(nodes, edges[name]) for name in ("profile_id_l", "profile_id_r"))
    labels = np.arange(len(nodes))
    above = np.inf
    # From the highest threshold down: what is one person at one is one person at every lower one.
    for threshold in sorted({*CURVE_THRESHOLDS, model.thresholds.accept}, reverse=True):
        added = (edges["match_weight"] >= threshold) & (edges["match_weight"] < above)
        merged = component_labels(len(nodes), labels[left[added]], labels[right[added]])
        labels, above = merged[labels], threshold
        at = {"match_weight": threshold}
        pairs = int((edges["match_weight"] >= threshold).sum())
        yield count_row(Source.BUILD, "at_or_above", "threshold", f"{threshold:g}", "pairs", pairs, **at)
        yield count_row(
            Source.BUILD, "persons_found", "threshold", f"{threshold:g}", "persons", len(np.unique(labels)), **at
        )


def _unlinkables(connection: duckdb.DuckDBPyConnection, model: LinkageModel) -> Iterator[AccuracyRow]:
    """Records that no other record could be linked to: one that said the very same would weigh less than this."""
    connection.execute("""
        create or replace temp table every_profile_with_itself as
        select '0' as match_key, profile_id as join_key_l, profile_id as join_key_r from profiles
    """)
    score(connection, model, "every_profile_with_itself", "own_weights", None)
    table = connection.execute("""
        select w.match_weight, p.record_count from own_weights as w
        inner join profiles as p on w.profile_id_l = p.profile_id
    """).fetchnumpy()
    connection.execute("drop table every_profile_with_itself; drop table own_weights")
    records, weights = np.asarray(table["record_count"]), np.asarray(table["match_weight"])
    total = int(records.sum())
    for threshold in sorted({*CURVE_THRESHOLDS, model.thresholds.accept}):
        part = int(records[weights < threshold].sum())
        name = f"{threshold:g}"
        yield share_row(
            Source.BUILD, "unlinkable", "threshold", name, "records", part, total, match_weight=threshold
        )  # fmt: skip


def _joins(connection: duckdb.DuckDBPyConnection) -> Iterator[AccuracyRow]:
    rows = connection.execute("""
        select split_part(record_id, '/', 1) as agency, join_method, count(*)
        from person_links group by all order by all
    """).fetchall()
    methods: dict[str, int] = {}
    agencies: dict[str, dict[str, int]] = {}
    for agency, method, count in rows:
        methods[method] = methods.get(method, 0) + count
        agencies.setdefault(agency, {})[method] = count
    total = sum(methods.values())
    for method, count in methods.items():
        yield share_row(Source.BUILD, "joined", "join_method", method, "records", count, total)
    for agency, counts in agencies.items():
        alone = counts.get("singleton", 0)
        yield share_row(Source.BUILD, "alone", "agency", agency, "records", alone, sum(counts.values()))
    yield share_row(Source.BUILD, "alone", ALL, ALL, "records", methods.get("singleton", 0), total)


def _persons(connection: duckdb.DuckDBPyConnection) -> Iterator[AccuracyRow]:
    classes = " ".join(f"when n <= {top} then {place}" for place, (top, _) in enumerate(SIZES) if top is not None)
    found = dict(
        connection.execute(f"""
            select case {classes} else {len(SIZES) - 1} end, count(*)
            from (select count(*) as n from person_links group by person_id) group by 1
        """).fetchall()
    )
    persons = sum(found.values())
    for place, (_, name) in enumerate(SIZES):
        yield share_row(Source.BUILD, "persons", "records_of_person", name, "persons", found.get(place, 0), persons)
    for column in HARD_IDENTIFIERS:
        part = connection.execute(f"""
            select count(*) from (
                select l.person_id from person_links as l
                inner join record_groups as g using (record_id)
                inner join profiles as p using (profile_id)
                group by l.person_id having count(distinct p.{column}) > 1
            )
        """).fetchall()[0][0]
        name = "date_of_birth" if column == "dob" else column
        yield share_row(Source.BUILD, "holds_two_values", "identifier", name, "persons", int(part), persons)
