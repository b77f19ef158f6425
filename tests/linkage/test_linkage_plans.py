"""No statement of linkage compares every row with every other: each is run on people, and DuckDB's plan of it read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from unittest.mock import patch

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from labelled_people import LabelledPeople, labelled_people
from sql_of_linkage import ROOM
from store import Store
from watched import watched

from orchestration.console.bench_plans import BY_RANGE_ALONE, EVERY_WITH_EVERY, joins_in
from orchestration.linkage import Decision, Override, link, load_model
from orchestration.linkage.accuracy.causes import wrong_persons
from orchestration.linkage.accuracy.evaluation import evaluate_file
from orchestration.linkage.accuracy.reference_making import write_reference
from orchestration.linkage.accuracy.reference_people import read_reference
from orchestration.linkage.accuracy.truth import ERRORS_FILE, PERSONS_FILE, RECORDS_FILE
from orchestration.linkage.learning.adoption import compare_persons
from orchestration.linkage.learning.people import read_links
from orchestration.linkage.review.sample import draw_sample

pytestmark = pytest.mark.slow

WITHOUT_PLAN = ("attach", "detach", "pragma")
"""How statements begin that DuckDB has no plan of."""

SAMPLES_PAIRS = "create table __splink__m_u_counts"
"""How Splink begins to count chance agreement: over all pairs of a sample, as many as `sampled_pairs` says."""


@dataclass
class Plans:
    """What was looked at, and the joins found."""

    seen: list[str] = field(default_factory=list)
    joins: list[str] = field(default_factory=list)
    sampling: list[str] = field(default_factory=list)

    def look(
        self, connection: duckdb.DuckDBPyConnection, statement: str, values: Mapping[str, object] | None = None
    ) -> None:
        text = " ".join(statement.split())
        if text.lower().startswith(WITHOUT_PLAN):
            return
        self.seen.append(text)
        found = joins_in(connection, statement, values, EVERY_WITH_EVERY | BY_RANGE_ALONE)
        where = self.sampling if text.lower().startswith(SAMPLES_PAIRS) else self.joins
        where.extend(f"{join} in: {text[:300]}" for join in found)


def with_feeds(people: LabelledPeople) -> LabelledPeople:
    """The people, their records named as those of feeds are: agency, feed, key."""
    ids = pa.array([name.replace("/", "/feed/01|", 1) for name in people.records["record_id"].to_pylist()])
    return LabelledPeople(
        people.records.set_column(0, "record_id", ids), people.truth.set_column(0, "record_id", ids), people.people
    )


def write_truth(people: LabelledPeople, folder: Path) -> None:
    """The truth beside a simulated world, of these people."""
    folder.mkdir(parents=True)
    agencies, feeds, keys = zip(*(name.split("/") for name in people.truth["record_id"].to_pylist()), strict=True)
    owners = people.truth["true_person_id"]
    records = {"agency": agencies, "feed": feeds, "record_key": keys, "true_person_id": owners}
    pq.write_table(pa.table(records), folder / RECORDS_FILE)
    numbers = [str(person.number) for person in people.people]
    born = [date.fromisoformat(person.born) for person in people.people]
    persons = {"true_person_id": numbers, "date_of_birth": born, "sex": "M", "ethnicity_code": "W1"}
    pq.write_table(
        pa.table(
            {name: [value] * len(numbers) if isinstance(value, str) else value for name, value in persons.items()}
        ),
        folder / PERSONS_FILE,
    )
    errors = {"feed": ["police/feed"] * 9, "record_key": keys[:9], "kind": ["alias"] * 9}
    pq.write_table(pa.table(errors), folder / ERRORS_FILE)


@pytest.fixture(scope="module")
def plans(tmp_path_factory: pytest.TempPathFactory) -> Plans:
    """Of all that linkage does: link all, link what changed, measure, sample, learn, find causes, keep people."""
    folder = tmp_path_factory.mktemp("plans")
    people = with_feeds(labelled_people(70, seed=5, twins=8, dirt=4.0))
    store, model, found = Store(folder), load_model(), Plans()
    write_truth(people, store.settings.truth_dir)
    records, ids = people.records, people.records["record_id"].to_pylist()
    # Some of one person, some of two; a pair of the former is no longer decided in the second run.
    decided = tuple(
        Override(line, Decision(kind), ids[one], ids[other], "seen the file", "A. Clerk", date(2025, 3, 1))
        for line, (kind, one, other) in enumerate(
            [("include", 0, 60), ("include", 60, 120), ("exclude", 1, 2), ("exclude", 200, 201)], start=2
        )
    )
    with watched(before=found.look):
        with patch.object(link, "read_overrides", lambda *_: decided):
            store.link_table(records.slice(0, len(records) - 40))
        before = read_links(store.settings)
        with patch.object(link, "read_overrides", lambda *_: decided[1:]):
            assert store.link_table(records).changes is not None
        after = read_links(store.settings)
        assert before is not None and after is not None
        compare_persons(before, after)
        draw_sample(store.settings, model, 100, 1)
        reference = folder / "reference.parquet"
        write_reference(store.settings, "few people", reference)
        wrong_persons(model, read_reference(reference))
        labelled = folder / "people.parquet"
        pq.write_table(records.append_column("who", people.truth["true_person_id"]), labelled)
        evaluate_file(labelled, "record_id", "who")
    return found


def test_no_statement_compares_every_row_with_every_other(plans: Plans) -> None:
    assert plans.joins == []


def test_only_the_sample_of_chance_agreement_is_of_all_pairs(plans: Plans) -> None:
    assert plans.sampling, "Splink no longer samples as it did: see what it does, and mend SAMPLES_PAIRS"


def test_every_statement_kept_in_a_file_was_looked_at(plans: Plans) -> None:
    seen = "\n".join(plans.seen)
    unseen = [
        path.relative_to(ROOM).as_posix()
        for path in sorted(ROOM.rglob("sql/*.sql"))
        if max((line.strip() for line in path.read_text().splitlines() if "{" not in line), key=len) not in seen
    ]
    assert not unseen, f"have the fixture run what these are for: {unseen}"
