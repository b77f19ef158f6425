"""Linkage between the build database and the linkage folder."""

import json

import duckdb
import pyarrow.parquet as pq
import pytest
from labelled_people import labelled_people
from staged import stage

from orchestration.linkage import link_people, load_model, run_linkage
from orchestration.linkage.matching import pipeline
from orchestration.settings import Settings

pytestmark = pytest.mark.slow


@pytest.fixture
def settings(tmp_path):
    return Settings.from_environment(data_dir=tmp_path / "data")


@pytest.fixture(scope="module")
def people():
    return labelled_people(60, seed=3)


def test_links_and_summary_are_written_as_promised(settings, people):
    stage(settings, people.records)
    summary = run_linkage(settings)
    links = pq.read_table(settings.linkage_dir / "person_links.parquet")
    assert links.column_names == ["record_id", "person_id", "match_probability", "join_method", "model_version"]
    assert links == link_people(people.records, load_model()).links
    assert set(links["join_method"].to_pylist()) <= {"identifier", "probabilistic", "singleton"}
    assert all(0 < value <= 1 for value in links["match_probability"].to_pylist())
    assert all(len(value) == 32 for value in links["person_id"].to_pylist())
    written = json.loads((settings.linkage_dir / "summary.json").read_text())
    assert written["records"] == summary.records == people.records.num_rows
    assert sum(written["records_by_method"].values()) == summary.records
    left = sorted(path.name for path in settings.linkage_dir.iterdir())
    assert left == [
        "history",
        "person_id_history.parquet",
        "person_links.parquet",
        "quality.parquet",
        "quality_examples.json",
        "state.duckdb",
        "summary.json",
    ]


def test_linking_the_same_records_again_writes_the_same_bytes(settings, people):
    stage(settings, people.records)
    run_linkage(settings)
    first = (settings.linkage_dir / "person_links.parquet").read_bytes()
    run_linkage(settings)
    assert (settings.linkage_dir / "person_links.parquet").read_bytes() == first


def test_a_run_that_fails_leaves_the_last_links_alone(settings, people, monkeypatch):
    stage(settings, people.records)
    run_linkage(settings)
    before = (settings.linkage_dir / "person_links.parquet").read_bytes()

    def fail(*_):
        raise RuntimeError("killed")

    monkeypatch.setattr(pipeline, "resolve", fail)
    with pytest.raises(RuntimeError, match="killed"):
        run_linkage(settings, full=True)
    assert (settings.linkage_dir / "person_links.parquet").read_bytes() == before


def test_linking_before_staging_says_what_to_do_first(settings):
    with pytest.raises(FileNotFoundError, match="build staging first"):
        run_linkage(settings)
    settings.build_dir.mkdir(parents=True)
    duckdb.connect(str(settings.build_database)).close()
    with pytest.raises(FileNotFoundError, match=r"person_records_to_link; build staging first"):
        run_linkage(settings)


def test_no_records_give_an_empty_file(settings, people):
    stage(settings, people.records.slice(0, 0))
    assert run_linkage(settings).records == 0
    assert pq.read_table(settings.linkage_dir / "person_links.parquet").num_rows == 0
