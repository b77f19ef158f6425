"""The published accuracy of the linkage is what counting out every pair gives, and counts of people carry its error."""

from __future__ import annotations

from dataclasses import replace

import pyarrow.parquet as pq
import pytest

from orchestration.linkage import run_linkage
from orchestration.linkage.evidence import EVIDENCE_FILE
from orchestration.settings import Settings
from tests.marts.truth_linkage import compare_linkage_accuracy
from tests.support import Warehouse, World


@pytest.fixture(scope="module")
def scored(built: Warehouse, world: World, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """The same records linked once more beside their truth; an ordinary warehouse has none."""
    settings = replace(built.settings, data_dir=tmp_path_factory.mktemp("scored") / "data", truth_dir=world.truth_dir)
    settings.build_dir.mkdir(parents=True)
    settings.build_database.symlink_to(built.settings.build_database)
    run_linkage(settings)
    return settings


def test_accuracy_is_that_of_every_pair_counted_out(scored: Settings) -> None:
    different = compare_linkage_accuracy(scored.data_dir, scored.truth_dir)
    assert different.empty, different.to_string()


def test_the_delivered_world_is_linked_within_the_targets(scored: Settings) -> None:
    rows = pq.read_table(scored.linkage_dir / EVIDENCE_FILE).to_pylist()
    rates = {
        row["measure"]: row["value"]
        for row in rows
        if (row["source"], row["breakdown"], row["unit"]) == ("simulated_truth", "all", "pairs")
    }
    assert rates["precision"] >= 0.995
    assert rates["recall"] >= 0.95


def test_without_truth_the_mart_speaks_of_the_release_and_the_build(built: Warehouse) -> None:
    sources = dict(built.query("select source, count(*) from marts.linkage_quality group by 1"))
    assert set(sources) == {"reference_world", "this_build"}
    assert min(sources.values()) > 50


def test_the_counts_of_the_build_are_those_of_its_tables(built: Warehouse) -> None:
    [(persons, records)] = built.query(
        "select sum(numerator) filter (where measure = 'persons'), sum(numerator) filter (where measure = 'joined') "
        "from marts.linkage_quality where source = 'this_build'"
    )
    assert [(persons,)] == built.query("select count(*) from conformed.persons")
    assert [(records,)] == built.query("select count(*) from conformed.person_records")


def test_counts_of_people_are_bounded_by_the_published_error_of_repeat_links(built: Warehouse) -> None:
    [rates] = built.query(
        "select source, false_links, links, missed_links, true_links from conformed.linkage_error_rates"
    )
    published = built.query(
        "select numerator, denominator from marts.linkage_quality where source = 'reference_world' "
        "and breakdown_value = 'hmcts/defendants' order by measure"
    )
    assert rates == ("reference_world", *published[0], *published[1])


def test_a_group_that_does_worse_is_named_with_the_reason(built: Warehouse) -> None:
    rows = built.query(
        "select breakdown, breakdown_value, points_below_whole, reason from marts.linkage_quality "
        "where source = 'reference_world' and is_below_whole and breakdown <> 'agency_pair' and measure <> 'f1'"
    )
    assert rows, "people recorded under an alias are more often in pieces"
    assert all(points > 2 and reason for _, _, points, reason in rows), rows
