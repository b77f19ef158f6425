"""The person records linkage is timed on, and what is said of what was measured."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import duckdb
import pyarrow.parquet as pq
import pytest

from orchestration.console.bench_linkage import (
    LATER_SHARE,
    Curve,
    LinkageBenchmark,
    LinkageTime,
    stage,
    time_linkage,
)
from orchestration.console.bench_people import write_people
from orchestration.linkage import evaluate, load_model
from orchestration.settings import Settings

pytestmark = pytest.mark.slow

MODEL = load_model()


@pytest.fixture(scope="module")
def people(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("people") / "people.parquet"
    write_people(path, 6_000, 3, MODEL)
    return path


def test_the_same_seed_makes_the_same_records(people: Path, tmp_path: Path) -> None:
    for seed, same in ((3, True), (4, False)):
        write_people(tmp_path / "again.parquet", 6_000, seed, MODEL)
        assert (pq.read_table(tmp_path / "again.parquet") == pq.read_table(people)) is same


def test_people_have_several_records_written_in_several_ways_and_common_names(people: Path) -> None:
    persons, ways, names, most = duckdb.sql(f"""
        with given as (select *, split_part(split_part(record_id, '/', 3), '-', 1) as person from '{people}')
        select
            count(distinct person), count(distinct (person, surname, forename, date_of_birth, postcode, pnc_id)),
            count(distinct surname), (select max(n) from (select count(*) as n from given group by surname))
        from given
    """).fetchall()[0]
    assert 3.0 < 6_000 / persons < 5.5
    assert 1.5 * persons < ways < 6_000
    assert names > 500
    assert 40 < most < 300


def test_the_records_that_come_later_are_linked_to_those_there_are(people: Path, tmp_path: Path) -> None:
    here = Settings.from_environment(data_dir=tmp_path / "data")
    stage(here, people, earlier_only=True)
    whole = time_linkage(here)
    stage(here, people, earlier_only=False)
    later = time_linkage(here)
    assert whole.new == whole.records == 6_000 - later.new
    assert 0.3 * LATER_SHARE < later.new / later.records < 3 * LATER_SHARE
    assert 0 < later.pairs < 0.1 * whole.pairs
    assert min(whole.seconds, later.seconds) > 0
    assert min(whole.peak_mib, later.peak_mib) > 50
    links = pq.read_table(here.linkage_dir / "person_links.parquet")
    truth = duckdb.sql(
        f"select record_id, split_part(split_part(record_id, '/', 3), '-', 1) as true_person_id from '{people}'"
    ).to_arrow_table()
    report = evaluate(links, truth)
    assert report.pairs.precision.value > 0.98
    assert report.pairs.recall.value > 0.9


def test_a_curve_is_the_one_that_made_the_points() -> None:
    sizes = (125e3, 250e3, 500e3, 1e6)
    pairs = Curve.through([(records, 1.2 * records + 4e-7 * records**2) for records in sizes], [1, 2])
    assert (pairs.linear, pairs.square) == (pytest.approx(1.2), pytest.approx(4e-7))
    assert pairs.at(1e7) == pytest.approx(1.2e7 + 4e7)
    assert pairs.largest_miss == pytest.approx(0, abs=1e-9)


def test_a_curve_never_falls() -> None:
    slower = Curve.through([(1e5, 1.0), (2e5, 2.4), (4e5, 5.2)], [0, 1])
    assert slower.constant == 0
    assert slower.linear > 1e-5
    assert 0.05 < slower.largest_miss < 0.3


def test_the_lines_say_what_was_measured_and_what_was_not() -> None:
    one = LinkageTime(100_000, 100_000, pairs=140_000, persons=25_000, seconds=6.0, pair_seconds=1.4, peak_mib=800.0)
    more = replace(one, records=101_000, new=1_000, pairs=1_900, seconds=2.0, pair_seconds=0.5)
    double = replace(one, records=200_000, new=200_000, pairs=280_000, seconds=12.0, pair_seconds=2.8, peak_mib=1_600.0)
    twice_more = replace(more, records=202_000, pairs=3_800, seconds=4.0, pair_seconds=1.0)
    lines = LinkageBenchmark((one, double), (more, twice_more)).lines()
    assert lines[1].split() == ["100,000", "records", "25,000", "persons", "140,000", "pairs", "6.0", "s", "800", "MiB"]
    assert lines[2].startswith("1,000 more")
    assert "10,000,000 records, all records: 10.0 min by extrapolation, not measured: 14,000,000 pairs" in lines[-2]
    assert "memory 78.1 GiB" in lines[-2]
    assert "1% more: 3.3 min" in lines[-1]
    assert len(LinkageBenchmark((one,), (more,)).lines()) == 3
