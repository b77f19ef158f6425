"""Linking only what a delivery changed comes out as linking everything does, whatever changed."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import date

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from labelled_people import labelled_people
from random_changes import changed_at_random
from records_of import records
from staged import stage

from orchestration.linkage import Decision, Override, link, link_people, load_model, run_linkage
from orchestration.linkage.matching import blocking, state
from orchestration.linkage.matching.blocking import BlockingError
from orchestration.linkage.matching.records import SharingLimits
from orchestration.settings import Settings

pytestmark = pytest.mark.slow

MODEL = load_model()

TIGHT = replace(
    MODEL,
    limits=SharingLimits(identifier=2, arrest=2, case=3, address=3),
    blocking_rules=tuple(replace(rule, largest_block=5) for rule in MODEL.blocking_rules),
)
"""A model under which values become over-shared and keys oversize in a small world, and cease to be."""

REMEMBERED = {
    "records": "record_id",
    "over_shared": "column_name, value",
    "profiles": "profile_id",
    "self_scores": "profile_id_l",
    "edges": "profile_id_l, profile_id_r",
    "decided_edges": "profile_id_l, profile_id_r",
    "oversize_blocks": "rule, block_key",
    "rule_pairs": "rule",
    "record_groups": "record_id",
    "person_links": "record_id",
    "decisions": "decision, record_a, record_b",
}


class Warehouse:
    """A warehouse that only links."""

    def __init__(self, folder, monkeypatch, model=MODEL) -> None:
        self.settings = Settings.from_environment(data_dir=folder / "data")
        self.model = model
        self.overrides: tuple[Override, ...] = ()
        monkeypatch.setattr(link, "read_overrides", lambda *_: self.overrides)
        monkeypatch.setattr(link, "load_feed_contracts", lambda *_: {})
        monkeypatch.setattr(link, "LARGEST_CHANGE", 2.0)

    @property
    def state(self):
        return self.settings.linkage_dir / "state.duckdb"

    def link(self, table: pa.Table, **options):
        stage(self.settings, table)
        return run_linkage(self.settings, self.model, **options)

    def links(self) -> pa.Table:
        return pq.read_table(self.settings.linkage_dir / "person_links.parquet")

    def remembered(self) -> dict[str, list[tuple]]:
        with duckdb.connect(str(self.state), read_only=True) as connection:
            found = {}
            for table, order in REMEMBERED.items():
                columns = sorted(row[0] for row in connection.execute(f"describe {table}").fetchall())
                query = f"select {', '.join(columns)} from {table} order by {order}"
                found[table] = connection.execute(query).fetchall()
        return found


@pytest.fixture
def warehouse(tmp_path, monkeypatch) -> Warehouse:
    return Warehouse(tmp_path, monkeypatch)


def decided_at_random(rows: list[dict], rng: random.Random) -> tuple[Override, ...]:
    """Includes along a chain of records and excludes besides, so that none contradicts another; some of records that
    say little, which are never one profile with others, and some of records that are alike."""
    little = [row["record_id"] for row in rows if not row["date_of_birth"]]
    others = [row["record_id"] for row in rng.sample(rows, 20) if row["record_id"] not in little]
    names = [*rng.sample(little, 2), *others]
    chosen = [("include", 0, 2), ("include", 2, 3), ("exclude", 1, 4), ("exclude", 5, 6)]
    pairs = [(decision, names[one], names[other]) for decision, one, other in chosen]
    taken = {name for pair in pairs for name in pair[1:]}
    first = {row["surname"]: row["record_id"] for row in reversed(rows)}
    for row in rows:
        alike = first[row["surname"]]
        if not taken & {alike, row["record_id"]} and alike != row["record_id"] and rng.random() < 0.1:
            pairs.append((rng.choice(["include", "exclude"]), alike, row["record_id"]))
            taken |= {alike, row["record_id"]}
    return tuple(
        Override(line, Decision(decision), one, other, "seen the file", "A. Clerk", date(2025, 3, 1))
        for line, (decision, one, other) in enumerate(pairs, start=2)
    )


@pytest.mark.parametrize(("seed", "model"), [(1, MODEL), (2, TIGHT), (3, TIGHT)])
def test_every_step_of_a_changing_world_is_linked_as_if_anew(warehouse, seed, model):
    """Records come, change and go; decisions are taken and withdrawn; values and keys come to be shared by too many."""
    warehouse.model = model
    rng = random.Random(seed)
    every = labelled_people(32, seed=seed, twins=4, dirt=2.0).records.to_pylist()
    rows = [row for row in every if rng.random() < 0.6]
    turned = set()
    for step in range(4):
        table = pa.Table.from_pylist(rows, schema=records().schema)
        # Taken in the second step; the third withdraws some, the last one all.
        warehouse.overrides = {1: decided_at_random(rows, rng), 2: warehouse.overrides[::2]}.get(step, ())
        summary = warehouse.link(table)
        assert (summary.changes is None) == (step == 0)
        after_changes = warehouse.remembered()
        links = warehouse.links()
        turned.add((len(after_changes["over_shared"]), len(after_changes["oversize_blocks"])))
        anew = warehouse.link(table, full=True)
        assert anew.linked_anew == "asked for"
        assert warehouse.links() == links
        for name, content in warehouse.remembered().items():
            assert after_changes[name] == content, name
        for fact in ("records", "profiles", "persons", "neutralised", "records_by_method", "largest_person"):
            assert getattr(summary, fact) == getattr(anew, fact), fact
        assert [item.outcome for item in summary.overrides] == [item.outcome for item in anew.overrides]
        assert [item.skipped_profiles for item in summary.blocking] == [item.skipped_profiles for item in anew.blocking]
        present = {row["record_id"] for row in rows}
        rows = changed_at_random([row for row in every if (row["record_id"] in present) == (rng.random() < 0.85)], rng)
    assert links == link_people(table, model).links
    assert len(turned) > 1 or model is MODEL


@pytest.fixture(scope="module")
def people() -> pa.Table:
    return labelled_people(120, seed=17).records


def first_and_rest(people: pa.Table, share: float) -> tuple[pa.Table, set[str]]:
    """The people without the records of the last few, and the ids of those records."""
    last = max(int(name.split("/")[1].split("-")[0]) for name in people["record_id"].to_pylist()) * (1 - share)
    is_first = [int(name.split("/")[1].split("-")[0]) <= last for name in people["record_id"].to_pylist()]
    names = people["record_id"].to_pylist()
    late = {name for name, first in zip(names, is_first, strict=True) if not first}
    return people.filter(pa.array(is_first)), late


@pytest.mark.parametrize("share", [0.02, 0.1, 0.4])
def test_only_pairs_with_a_new_or_changed_profile_are_compared(warehouse, people, share):
    first, late = first_and_rest(people, share)
    warehouse.link(first)
    summary = warehouse.link(people)
    assert summary.changes.new == len(late)
    with duckdb.connect(str(warehouse.state), read_only=True) as connection:
        connection.register("late", pa.table({"record_id": sorted(late)}))
        concerned, every = connection.execute("""
            with new as (select distinct profile_id from record_groups semi join late using (record_id))
            select
                count(*) filter (where profile_id_l in (from new) or profile_id_r in (from new)), count(*)
            from edges
        """).fetchall()[0]
    assert summary.pairs_scored <= concerned < 4 * share * every
    assert warehouse.links() == link_people(people, MODEL).links


def test_nothing_new_is_nothing_compared_and_the_same_bytes(warehouse, people):
    warehouse.link(people)
    before = (warehouse.settings.linkage_dir / "person_links.parquet").read_bytes()
    summary = warehouse.link(people)
    assert (summary.changes.total, summary.pairs_scored) == (0, 0)
    assert "0 new, 0 changed, 0 gone; 0 pairs compared" in summary.sentence()
    assert (warehouse.settings.linkage_dir / "person_links.parquet").read_bytes() == before


@pytest.mark.parametrize(
    ("what", "said"),
    [("model", "all linked: another model"), ("code", "another linkage code"), ("splink", "another Splink version")],
)
def test_a_state_of_another_making_is_not_built_on_and_that_is_said(warehouse, monkeypatch, what, said):
    table = records({"surname": "Ravenshaw", "forename": "Ewan", "date_of_birth": "1988-03-14"})
    warehouse.link(table)
    if what == "model":
        warehouse.model = TIGHT
    elif what == "code":
        monkeypatch.setattr(state, "_code_digest", lambda: "another")
    else:
        monkeypatch.setattr(state, "installed_version", lambda name: "0" if name == "splink" else "1.5.6")
    summary = warehouse.link(table)
    assert summary.changes is None
    assert said in summary.sentence()
    assert warehouse.link(table).changes is not None


def test_a_state_that_cannot_be_read_is_made_anew(warehouse, people):
    warehouse.link(people)
    warehouse.state.write_bytes(b"not a database")
    assert "state.duckdb cannot be read" in warehouse.link(people).sentence()
    assert warehouse.link(people).changes.total == 0


def test_when_most_is_new_all_is_linked(warehouse, people, monkeypatch):
    warehouse.link(people.slice(0, 100))
    monkeypatch.setattr(link, "LARGEST_CHANGE", 0.5)
    assert "most records are new or changed" in warehouse.link(people).sentence()
    assert warehouse.links() == link_people(people, MODEL).links


def test_a_killed_run_leaves_the_last_state_and_the_next_one_is_right(warehouse, people, monkeypatch):
    first, _ = first_and_rest(people, 0.1)
    warehouse.link(first)
    kept = warehouse.state.read_bytes(), warehouse.links()

    def killed(*_, **__):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(link, "record_history", killed)
        warehouse.link(people)
    assert (warehouse.state.read_bytes(), warehouse.links()) == kept
    assert sorted(path.name for path in warehouse.settings.linkage_dir.glob(".*")) == []
    warehouse.link(people)
    assert warehouse.links() == link_people(people, MODEL).links


def test_a_state_older_than_the_links_is_as_good(warehouse, people):
    """A run killed between the two renames has moved in its links and not its state."""
    first, _ = first_and_rest(people, 0.1)
    warehouse.link(first)
    old = warehouse.state.read_bytes()
    warehouse.link(people)
    warehouse.state.write_bytes(old)
    assert warehouse.link(people).changes.new > 0
    assert warehouse.links() == link_people(people, MODEL).links


def test_after_linking_a_few_the_connection_holds_all(warehouse, people, monkeypatch):
    first, _ = first_and_rest(people, 0.1)
    seen = {}

    def look(connection, *_, **__):
        for table in (*state.COMPLETE_TABLES, "record_digests"):
            seen[table] = connection.execute(f"select count(*) from {table}").fetchall()[0][0]

    warehouse.link(first)
    with monkeypatch.context() as patch:
        patch.setattr(link, "record_history", look)
        warehouse.link(people)
    assert seen.pop("record_digests") == people.num_rows
    remembered = warehouse.remembered()
    assert seen == {table: len(remembered[table]) for table in state.COMPLETE_TABLES}


def test_a_rule_that_costs_too_much_in_all_is_refused_though_each_delivery_is_small(warehouse, monkeypatch):
    """Ten deliveries of three records with one birth date and surname each: together 435 pairs."""
    monkeypatch.setattr(blocking, "FREE_COMPARISONS", 300)
    monkeypatch.setattr(blocking, "MOST_COMPARISONS_PER_PROFILE", 0)
    rows = [
        {
            "surname": "Ravenshaw",
            "forename": "Ewan",
            "date_of_birth": "1988-03-14",
            "postcode": f"LS{n % 9 + 1} {n // 9}AA",
        }
        for n in range(30)
    ]
    with pytest.raises(BlockingError, match="would compare 3"):
        for count in range(12, 31, 3):
            warehouse.link(records(*rows[:count]))
