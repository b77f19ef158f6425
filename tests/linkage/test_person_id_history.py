"""What becomes of person ids from one published linkage to the next."""

import json
import shutil

import pytest
from records_of import decided
from store import Store, pid

from orchestration.linkage import link, load_model

pytestmark = pytest.mark.slow

EWAN = {"surname": "Ravenshaw", "forename": "Ewan", "date_of_birth": "1988-03-14", "postcode": "LS6 2AB"}
MARY = {"surname": "Oakden", "forename": "Mary", "date_of_birth": "1975-08-30", "postcode": "B1 2CD"}


def record(key: str, person: dict, seen: str = "2025-01-31", **values: str | None) -> dict:
    return person | {"record_id": f"police/feed/{key}", "first_extract_date": seen} | values


@pytest.fixture
def store(tmp_path):
    return Store(tmp_path)


def test_the_first_build_has_no_history(store):
    assert store.publish(record("1", EWAN), record("2", MARY)).history.build == 1
    assert store.history() == []


def test_building_twice_adds_nothing(store):
    store.publish(record("1", EWAN))
    again = store.publish(record("1", EWAN))
    assert (again.history.build, again.history.changes, store.history()) == (1, {}, [])


def test_new_people_change_nobodys_id(store):
    store.publish(record("1", EWAN))
    assert store.publish(record("1", EWAN), record("2", MARY)).history.build == 2
    assert store.history() == []


def test_late_evidence_merges_and_the_older_id_survives(store):
    """Two records with an address each; a third with both an identifier of one and the address of the other."""
    one = record("1", EWAN, pnc_id="2005/0712343W", date_of_birth=None, postcode="B5 5QD")
    two = record("2", EWAN, "2025-02-28")
    store.publish(one, two)
    store.publish(one, two, record("3", EWAN, "2025-03-31", pnc_id="2005/0712343W"))
    assert store.history() == [(2, "merged", pid("2"), pid("1"), 1, "late evidence")]


def test_a_correction_splits_and_a_second_one_brings_the_same_id_back(store):
    one, two = record("1", EWAN), record("2", EWAN, "2025-02-28")
    other = record("2", MARY, "2025-02-28")
    store.publish(one, two)
    store.publish(one, other)
    assert store.history() == [(2, "split", pid("1"), pid("2"), 1, "correction")]
    store.publish(one, two)
    assert store.history()[1:] == [(3, "merged", pid("2"), pid("1"), 1, "correction")]


def test_an_earlier_record_that_arrives_late_renames(store):
    store.publish(record("2", EWAN, "2025-02-28"), record("3", EWAN, "2025-02-28"))
    store.publish(record("2", EWAN, "2025-02-28"), record("3", EWAN, "2025-02-28"), record("1", EWAN))
    assert store.history() == [(2, "renamed", pid("2"), pid("1"), 2, "late evidence")]


def test_a_withdrawn_record_leaves_a_tombstone_and_may_come_back(store):
    one, two = record("1", EWAN), record("2", MARY)
    store.publish(one, two)
    store.publish(one)
    assert store.history() == [(2, "retired", pid("2"), None, 1, "correction")]
    store.publish(one, two)
    assert store.history()[1:] == [(3, "restored", None, pid("2"), 1, "late evidence")]


def test_a_withdrawn_founder_hands_its_people_to_the_next_record(store):
    one, two, three = record("1", EWAN), record("2", EWAN, "2025-02-28"), record("3", MARY)
    store.publish(one, two, three)
    store.publish(two, three)
    assert store.history() == [(2, "renamed", pid("1"), pid("2"), 1, "correction")]


def test_another_model_is_named_as_the_cause(store, monkeypatch):
    one, two = record("1", EWAN), record("2", EWAN, "2025-02-28")
    store.publish(one, two)
    strict = load_model()
    strict = link.replace(strict, thresholds=link.replace(strict.thresholds, accept=60.0))
    monkeypatch.setattr(link, "load_adopted", lambda _: strict)
    store.publish(one, two)
    assert store.history() == [(2, "split", pid("1"), pid("2"), 1, "model version")]


def test_a_decision_is_named_as_the_cause_when_taken_and_when_withdrawn(store, monkeypatch):
    one, two = record("1", EWAN), record("2", EWAN, "2025-02-28")
    store.publish(one, two)
    apart = decided("exclude", 1, 2)
    with monkeypatch.context() as patch:
        patch.setattr(link, "read_overrides", lambda *_: (apart,))
        store.publish(one, two)
    assert store.history() == [(2, "split", pid("1"), pid("2"), 1, "override")]
    store.publish(one, two)
    assert store.history()[1:] == [(3, "merged", pid("2"), pid("1"), 1, "override")]


def test_only_what_is_published_counts(store):
    """Builds that never reach the swap are as if they had not been, however often and whatever they found."""
    one, two = record("1", EWAN), record("2", EWAN, "2025-02-28")
    store.publish(one, two)
    for _ in range(2):
        store.link(one, record("2", MARY, "2025-02-28"))
        assert [row[1] for row in store.history()] == ["split"]
    store.link(one, two)
    assert store.history() == []
    store.publish(one)
    store.publish(one)
    assert store.history() == []


def test_a_killed_build_is_published_by_the_next(store):
    """Killed after the swap and before anything else: the publication's record is enough."""
    one, two = record("1", EWAN), record("2", EWAN, "2025-02-28")
    store.publish(one, two)
    summary = store.link(one, record("2", MARY, "2025-02-28"))
    (store.settings.published_dir.resolve() / "build.json").write_text(
        json.dumps({"linkage_build": summary.history.name})
    )
    assert store.link(one, record("2", MARY, "2025-02-28")).history.name == summary.history.name
    assert [row[:2] for row in store.history()] == [(2, "split")]


def test_a_publication_rolled_back_takes_its_history_back(store):
    one, two = record("1", EWAN), record("2", EWAN, "2025-02-28")
    store.publish(one, two)
    store.publish(one, record("2", MARY, "2025-02-28"))
    store.settings.published_dir.unlink()
    store.settings.published_dir.symlink_to(store.settings.publications_dir / "1")
    store.link(one, two)
    assert store.history() == []


def test_the_history_outlives_the_publications(store):
    one, two = record("1", EWAN), record("2", EWAN, "2025-02-28")
    store.publish(one, two)
    store.publish(one, record("2", MARY, "2025-02-28"))
    store.settings.published_dir.unlink()
    shutil.rmtree(store.settings.publications_dir)
    shutil.rmtree(store.settings.build_dir)
    store.publish(one, two)
    assert [row[:2] for row in store.history()] == [(2, "split"), (3, "merged")]


def test_folders_that_no_publication_names_are_removed(store):
    store.publish(record("1", EWAN))
    store.link(record("1", MARY))
    store.publish(record("1", EWAN), record("2", MARY))
    names = {path.name.partition("-")[0] for path in (store.settings.linkage_dir / "history").iterdir()}
    assert names == {"1", "2", "published.json"}


def test_a_lost_history_is_said_and_its_numbers_are_not_used_again(store):
    store.publish(record("1", EWAN))
    shutil.rmtree(store.settings.linkage_dir / "history")
    summary = store.publish(record("2", EWAN))
    assert summary.history.build == 2
    assert "restore the folder from its backup" in summary.warnings()[0]
    assert store.history() == []
