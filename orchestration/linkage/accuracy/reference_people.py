"""The reference people: simulated records whose people are known, kept with the code, on which a model is measured.

Belongs here: the file of reference people, and measuring a model on it. Does not belong here: making the file
(`reference_making.py`), or what level is recorded or required (`level.py`).

The people are a file, not a simulation made when asked: the simulation and the steps that stage its deliveries change,
and a level that accuracy is held to must not move with them. No model is trained on them (their seed is another). They
are invented; nobody is in them.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import as_file, files
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from orchestration.linkage.accuracy.against_truth import AccuracyReport, evaluate
from orchestration.linkage.accuracy.rows import (
    AccuracyRow,
    Source,
    accuracy_rows,
    count_row,
    rate_row,
    repeat_link_rows,
)
from orchestration.linkage.accuracy.truth import BREAKDOWNS
from orchestration.linkage.matching.model import LinkageModel
from orchestration.linkage.matching.overrides import put_overrides
from orchestration.linkage.matching.pipeline import link_standard_records
from orchestration.linkage.matching.records import load_input, standardise
from orchestration.linkage.matching.timing import Clock

REFERENCE_FILE = "people.parquet"

DESCRIPTION = "description"
"""Key of the file's own account of whose records it holds."""

THRESHOLDS_AROUND = (-13.0, -8.0, -5.0, -3.0, -2.0, -1.0, 0.0, 1.0, 2.0, 3.0, 5.0, 8.0, 11.0, 14.0, 17.0)
"""Distances from a model's threshold at which the curve is measured. From the threshold of 3 of today's model they
reach from 1 to 1,000 against a match to 20, where HMPPS's Core Person Record joins."""


@dataclass(frozen=True)
class ReferencePeople:
    """Records whose people are known.

    Attributes:
        records: columns of `records.INPUT_COLUMNS`.
        truth: (`record_id`, `true_person_id`).
        groups: `true_person_id` and the columns of `BREAKDOWNS`.
        description: which world they are of.
        digest: of the file, 16 hex digits.
    """

    records: pa.Table
    truth: pa.Table
    groups: pa.Table
    description: str
    digest: str


def reference_folder() -> Path:
    """Folder of the reference people and of what was measured on them."""
    with as_file(files("orchestration.linkage.accuracy") / "reference") as folder:
        return folder


@cache
def reference_people() -> ReferencePeople:
    """The people accuracy is measured on, from the file kept with the code."""
    return read_reference(reference_folder() / REFERENCE_FILE)


def read_reference(path: Path) -> ReferencePeople:
    """Reference people from a file that `reference_making.write_reference` made."""
    table = pq.read_table(path)
    groups = table.select(["true_person_id", *BREAKDOWNS]).group_by(["true_person_id", *BREAKDOWNS]).aggregate([])
    return ReferencePeople(
        records=table.drop_columns(["true_person_id", *BREAKDOWNS]),
        truth=table.select(["record_id", "true_person_id"]),
        groups=groups.sort_by("true_person_id"),
        description=(table.schema.metadata or {}).get(DESCRIPTION.encode(), b"not described").decode(),
        digest=hashlib.sha256(path.read_bytes()).hexdigest()[:16],
    )


@contextmanager
def linked_connection(records: pa.Table, model: LinkageModel) -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection that holds every table linking these records makes."""
    with duckdb.connect(config={"preserve_insertion_order": False}) as connection:
        connection.register("delivered", records)
        load_input(connection, "delivered")
        standardise(connection, model.limits)
        put_overrides(connection, ())
        link_standard_records(connection, model, Clock())
        yield connection


def links_of(records: pa.Table, model: LinkageModel) -> pa.Table:
    """The person (`person_id`) of each record (`record_id`) under a model and the code as it stands."""
    with linked_connection(records, model) as connection:
        return connection.execute("select record_id, person_id from person_links order by 1").to_arrow_table()


def measure(model: LinkageModel, people: ReferencePeople) -> tuple[AccuracyReport, tuple[AccuracyRow, ...]]:
    """Accuracy of a model, under the code as it stands, on people known; and the same as rows."""
    links = links_of(people.records, model)
    report = evaluate(links, people.truth, people.groups)
    rows = (*accuracy_rows(report, Source.REFERENCE), *repeat_link_rows(links, people.truth, Source.REFERENCE))
    return report, rows


def threshold_curve(model: LinkageModel, people: ReferencePeople) -> Iterator[AccuracyRow]:
    """Precision and recall of pairs, and persons found, were the model's threshold another."""
    for distance in THRESHOLDS_AROUND:
        accept = model.thresholds.accept + distance
        moved = replace(model, thresholds=replace(model.thresholds, accept=accept))
        report = evaluate(links_of(people.records, moved), people.truth)
        at = (Source.REFERENCE, "threshold", f"{accept:g}")
        for name, rate in (("precision", report.pairs.precision), ("recall", report.pairs.recall)):
            yield rate_row(at[0], name, *at[1:], "pairs", rate, match_weight=accept)
        yield count_row(at[0], "persons_found", *at[1:], "persons", report.linked_persons, match_weight=accept)
