"""What changes a person's id and what never does, for deliveries drawn at random (the same ones in every run)."""

from __future__ import annotations

import random
import tempfile
from collections import Counter
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from labelled_people import labelled_people
from random_changes import changed_at_random
from records_of import records
from store import Store, pid

from orchestration.linkage import link_people, load_model

pytestmark = pytest.mark.slow

SOME = settings(derandomize=True, max_examples=3, deadline=None)
"""An example links several times."""

PEOPLE = labelled_people(10, seed=61, twins=2, dirt=2.0).records.to_pylist()

chances = st.integers(0, 2**32 - 1).map(random.Random)


def as_table(rows: list[dict], rng: random.Random) -> pa.Table:
    """Rows in any order, each with the name of the file it came in."""
    shuffled = rng.sample(rows, len(rows))
    table = records(*shuffled)
    return table.append_column("file_name", pa.array([f"extract-{rng.randrange(10**6)}.csv" for _ in shuffled]))


def ids_of(rows: list[dict]) -> dict[str, str]:
    links = link_people(records(*rows), load_model()).links
    return dict(zip(links["record_id"].to_pylist(), links["person_id"].to_pylist(), strict=True))


@SOME
@given(rng=chances, deliveries=st.integers(1, 3))
def test_ids_depend_on_the_records_alone(rng: random.Random, deliveries: int) -> None:
    """Not on the names of their files, their order, how many deliveries they come in, or how often they come."""
    expected = ids_of(PEOPLE)
    place = {row["record_id"]: rng.randrange(deliveries) for row in PEOPLE}
    with tempfile.TemporaryDirectory() as folder:
        store = Store(Path(folder))
        for last in range(deliveries):
            store.link_table(as_table([row for row in PEOPLE if place[row["record_id"]] <= last], rng))
        assert store.persons() == expected
        again = store.link_table(as_table(PEOPLE, rng))
        assert again.changes is not None
        assert (again.changes.total, store.persons()) == (0, expected)
        rebuilt = Store(Path(folder) / "rebuilt")
        rebuilt.link_table(as_table(PEOPLE, rng))
        assert rebuilt.persons() == expected


names = st.tuples(
    st.sampled_from(["Ravenshaw", "Oakden", "Kowalski", "Adeyemi"]), st.sampled_from(["Ewan", "Mary", "Piotr", "Zoe"])
)
months = st.permutations(["2025-02-28", "2025-03-31", "2025-04-30"])


@SOME
@given(name=names, seen=months, rng=chances)
def test_evidence_that_comes_merges_and_evidence_that_goes_splits(
    name: tuple[str, str], seen: list[str], rng: random.Random
) -> None:
    """Records 1 and 2 have a name in common; 3 has the identifier of the one, birth date and home of the other."""
    born, number = f"{rng.randrange(1960, 2000)}-05-{rng.randrange(13, 29)}", f"{rng.randrange(1, 10**7):07d}"
    person = {"surname": name[0], "forename": name[1]}
    known, housed = {"pnc_id": f"2005/{number}W"}, {"date_of_birth": born, "postcode": "LS6 2AB"}
    given_rows = [person | known | {"postcode": "B5 5QD"}, person | housed, person | known | housed]
    one, two, three = (
        row | {"record_id": f"police/feed/{key}", "first_extract_date": day}
        for key, (row, day) in enumerate(zip(given_rows, seen, strict=True), start=1)
    )
    founder = str(1 + seen.index(min(seen)))
    with tempfile.TemporaryDirectory() as folder:
        store = Store(Path(folder))
        store.publish(one, two, *PEOPLE)
        apart = store.persons()
        assert (apart["police/feed/1"], apart["police/feed/2"]) == (pid("1"), pid("2"))
        store.publish(one, two, three, *PEOPLE)
        assert {store.persons()[f"police/feed/{key}"] for key in (1, 2, 3)} == {pid(founder)}
        assert store.history() == sorted(
            (2, "merged", pid(key), pid(founder), 1, "late evidence") for key in ("1", "2") if key != founder
        )
        store.publish(one, two, *PEOPLE)
        assert store.persons() == apart
        assert [row for row in store.history() if row[0] == 3] == sorted(
            (3, "split", pid(founder), pid(key), 1, "correction") for key in ("1", "2") if key != founder
        )


@SOME
@given(rng=chances)
def test_every_id_that_changes_is_in_the_history_and_no_other(rng: random.Random) -> None:
    before = [row for row in PEOPLE if rng.random() < 0.8]
    after = changed_at_random([row for row in PEOPLE if rng.random() < 0.9], rng, share=0.15)
    with tempfile.TemporaryDirectory() as folder:
        store = Store(Path(folder))
        store.publish(*before)
        old = store.persons()
        store.publish(*after)
        new = store.persons()
        assert new == ids_of(after)
        moved = Counter((old[name], new[name]) for name in old.keys() & new.keys() if old[name] != new[name])
        recorded = {(row[2], row[3]): row[4] for row in store.history() if row[1] in ("merged", "split", "renamed")}
        assert recorded == dict(moved)
        gone = set(old.values()) - {old[name] for name in old.keys() & new.keys()}
        assert {row[2] for row in store.history() if row[1] == "retired"} == gone
