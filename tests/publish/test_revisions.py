"""`marts.revisions`: each changed published cell, and its cause, on builds of a few hand-written tables."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace
from datetime import date
from pathlib import Path

import duckdb
import pytest

from orchestration.contracts import FeedContract, load_feed_contracts
from orchestration.lineage.reach import REFERENCE, Mart, Origin, Reach
from orchestration.publish import PublicationError
from orchestration.publish.causes import Cause
from orchestration.publish.evidence import EVIDENCE_FILE
from orchestration.publish.revisions import revisions_between
from tests.publish.tiny_builds import Cells, TinyBuild, TinyDelivery, TinyWarehouse

FIRST = TinyBuild()
CLOSED, OPEN = "quarter=2026-07-01; court=B01", "quarter=2026-10-01; court=B01"
"""The earlier build's data are of 9 November 2026: the third quarter was over, the fourth was not."""

CHANGED: Cells = {("2026-07-01", "B01"): (11, 4.5), ("2026-10-01", "B01"): (3, 2.0)}
"""One case more in the third quarter."""

CELL = ("results_by_court", CLOSED, "cases", 10.0, 11.0)


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> TinyWarehouse:
    """The first build, published; no test may change it."""
    found = TinyWarehouse(tmp_path_factory.mktemp("first"))
    found.publish(FIRST)
    return found


@pytest.fixture
def warehouse(first: TinyWarehouse, tmp_path: Path) -> TinyWarehouse:
    """A copy of the first build, to be followed by another."""
    return first.copy(tmp_path)


@pytest.fixture(scope="module")
def contracts() -> tuple[FeedContract, ...]:
    settings_dir = Path(__file__).parents[2] / "data_contracts"
    every = load_feed_contracts(settings_dir)
    return every["hmcts/results"], every["police/stop_search"]


def with_delivery(build: TinyBuild, *deliveries: TinyDelivery) -> TinyBuild:
    """A build that staged something more, from one more delivery."""
    return replace(build, deliveries=build.deliveries + deliveries, staged=(*build.staged, "r3"))


def test_the_first_build_has_the_table_and_no_rows(warehouse: TinyWarehouse) -> None:
    assert warehouse.revisions() == []
    assert (warehouse.settings.published_dir / "parquet" / "marts" / "revisions.parquet").exists()


def test_nothing_changed_nothing_revised(warehouse: TinyWarehouse) -> None:
    warehouse.publish(FIRST)
    assert warehouse.revisions() == []


def test_a_cell_says_from_what_to_what_between_which_builds(warehouse: TinyWarehouse) -> None:
    late = TinyDelivery("hmcts/results", "d3", date(2026, 11, 12))
    second = warehouse.publish(with_delivery(replace(FIRST, cells=CHANGED), late))
    [row] = warehouse.revisions("mart, key, measure, change, old_value, new_value, difference, build_id")
    assert row == ("results_by_court", CLOSED, "cases", "changed", 10.0, 11.0, 1.0, second.build_id)
    [row] = warehouse.revisions("previous_build_id, previous_data_as_of, data_as_of, is_only_possible_cause")
    assert row == ("20261120T020100000000Z", date(2026, 11, 9), date(2026, 11, 12), True)


def test_late_data_is_what_a_new_delivery_tells_of_a_period_that_was_over(warehouse: TinyWarehouse) -> None:
    cells: Cells = {("2026-07-01", "B01"): (11, 4.5), ("2026-10-01", "B01"): (5, 2.0)}
    later = TinyDelivery("hmcts/results", "d3", date(2026, 12, 2))
    warehouse.publish(with_delivery(replace(FIRST, cells=cells), later))
    assert warehouse.revisions() == [
        (*CELL, "late_data"),
        ("results_by_court", OPEN, "cases", 3.0, 5.0, "new_data"),
    ]


def test_a_delivery_of_before_the_earlier_builds_date_is_late_for_every_period(warehouse: TinyWarehouse) -> None:
    cells: Cells = {("2026-07-01", "B01"): (10, 4.5), ("2026-10-01", "B01"): (5, 2.0)}
    missed = TinyDelivery("hmcts/results", "d0", date(2026, 9, 7))
    warehouse.publish(with_delivery(replace(FIRST, cells=cells), missed))
    [row] = warehouse.revisions("key, cause, cause_detail")
    assert row[:2] == (OPEN, "late_data")
    assert row[2] == "late_data: 1 delivery of hmcts/results (extract of 2026-09-07) new in this build"


def test_a_new_period_is_one_line_and_a_row_of_an_old_one_its_cells(warehouse: TinyWarehouse) -> None:
    cells: Cells = FIRST.cells | {
        ("2027-01-01", "B01"): (2, 1.0),
        ("2027-01-01", "B02"): (1, None),
        ("2026-07-01", "B02"): (4, 0.0),
    }
    later = TinyDelivery("hmcts/results", "d3", date(2027, 1, 9))
    warehouse.publish(with_delivery(replace(FIRST, cells=cells), later))
    assert warehouse.revisions() == [
        ("results_by_court", "quarter=2026-07-01; court=B02", "cases", None, 4.0, "late_data"),
        ("results_by_court", "quarter=2027-01-01", "rows_added", None, 2.0, "new_data"),
    ]


def test_a_row_that_is_gone_is_told_cell_by_cell(warehouse: TinyWarehouse) -> None:
    cells: Cells = {("2026-10-01", "B01"): (3, 2.0)}
    again = TinyDelivery("hmcts/results", "d1b", date(2026, 10, 5))
    warehouse.publish(replace(with_delivery(FIRST, again), cells=cells))
    assert warehouse.revisions("key, measure, change, old_value, new_value, cause") == [
        (CLOSED, "cases", "removed", 10.0, None, "correction"),
        (CLOSED, "mean_days", "removed", 4.5, None, "correction"),
    ]


@pytest.mark.parametrize(
    "delivery",
    [
        pytest.param(TinyDelivery("hmcts/results", "d1b", date(2026, 10, 5)), id="same extract date"),
        pytest.param(TinyDelivery("hmcts/results", "d3", date(2026, 11, 16)), id="named by the ledger"),
    ],
)
def test_a_delivery_sent_again_is_a_correction(tmp_path: Path, delivery: TinyDelivery) -> None:
    refused = TinyDelivery("hmcts/results", "bad", date(2026, 11, 9), "rejected")
    first = replace(FIRST, deliveries=(*FIRST.deliveries, refused))
    warehouse = TinyWarehouse(tmp_path)
    warehouse.publish(first)
    mended = replace(refused, corrected_by="d3" if delivery.delivery_id == "d3" else None)
    second = replace(first, deliveries=(*FIRST.deliveries, mended), cells=CHANGED)
    warehouse.publish(with_delivery(second, delivery))
    assert warehouse.revisions() == [(*CELL, "correction")]


def test_a_month_a_force_publishes_again_is_a_correction(warehouse: TinyWarehouse) -> None:
    again = TinyDelivery("police/stop_search", "s2", date(2026, 12, 9), partition="avon|2026-10")
    warehouse.publish(replace(FIRST, deliveries=(*FIRST.deliveries, again), searches=8))
    assert warehouse.revisions() == [("searches", "month=2026-10-01", "searches", 7.0, 8.0, "correction")]


def test_rows_released_from_quarantine_are_a_correction(warehouse: TinyWarehouse) -> None:
    first, *others = FIRST.deliveries
    released = replace(FIRST, deliveries=(replace(first, rows=11), *others), staged=("r1", "r2", "r3"), cells=CHANGED)
    warehouse.publish(released)
    [row] = warehouse.revisions("cause_detail")
    assert row == ("correction: rows of 1 delivery of hmcts/results (extract of 2026-10-05) released or held back",)


def test_a_relinkage_reaches_what_counts_persons_and_nothing_else(warehouse: TinyWarehouse) -> None:
    merged = replace(
        FIRST, person_of={"r1": "p1", "r2": "p1"}, linkage_build="2-bb", history=((2, "merged", "override"),)
    )
    warehouse.publish(merged)
    assert warehouse.revisions() == [
        ("person_list", "all rows", "rows_changed", None, 1.0, "relinkage"),
        ("person_list", "all rows", "rows_removed", None, 1.0, "relinkage"),
        ("persons", "sex=F", "persons", 2.0, 1.0, "relinkage"),
    ]
    assert set(warehouse.revisions("cause_detail")) == {("relinkage: 1 person id merged (override)",)}


def test_a_relinkage_of_an_earlier_build_is_no_cause(tmp_path: Path) -> None:
    warehouse = TinyWarehouse(tmp_path)
    merged = replace(FIRST, linkage_build="2-bb", history=((2, "merged", "override"),))
    warehouse.publish(merged)
    warehouse.publish(replace(merged, person_of={"r1": "p1", "r2": "p1"}, sql={"persons_conformed": "n"}))
    assert {cause for (cause,) in warehouse.revisions("cause")} == {"unexplained"}


def test_a_changed_model_or_macro_is_a_rule_change(warehouse: TinyWarehouse) -> None:
    warehouse.publish(replace(FIRST, cells=CHANGED, searches=9, sql={"results_by_court": "new", "counted": "sum(1)"}))
    assert warehouse.revisions("mart, cause_detail") == [
        ("results_by_court", "rule_change: model results_by_court"),
        ("searches", "rule_change: model searches"),
    ]


def test_a_changed_model_whose_table_stayed_the_same_is_no_cause(warehouse: TinyWarehouse) -> None:
    """Staged results hold what they held: their model was rewritten, and the list of courts did it."""
    build = replace(FIRST, cells=CHANGED, courts=("B01",), sql={"stg_results": "tidied"})
    warehouse.publish(build)
    assert warehouse.revisions() == [(*CELL, "code_list_change")]


def test_a_changed_rule_of_a_contract_is_a_rule_change(tmp_path: Path, contracts: tuple[FeedContract, ...]) -> None:
    results, searches = contracts
    warehouse = TinyWarehouse(tmp_path)
    warehouse.publish(FIRST, contracts)
    strict = replace(results, quarantine_hard_share=results.quarantine_hard_share / 2)
    first, *others = FIRST.deliveries
    fewer = replace(FIRST, deliveries=(replace(first, rows=9), *others), staged=("r1",), cells=CHANGED)
    warehouse.publish(fewer, (strict, searches))
    [row] = warehouse.revisions("mart, cause, cause_detail, is_only_possible_cause")
    assert row == ("results_by_court", "rule_change", "rule_change: contract of hmcts/results", True)


def test_a_changed_list_is_a_code_list_change(warehouse: TinyWarehouse) -> None:
    warehouse.publish(replace(FIRST, cells=CHANGED, courts=("B01", "B02", "B03")))
    assert warehouse.revisions() == [(*CELL, "code_list_change")]
    assert warehouse.revisions("cause_detail") == [("code_list_change: list courts",)]


def test_causes_that_reach_one_mart_together_are_all_named(warehouse: TinyWarehouse) -> None:
    late = TinyDelivery("hmcts/results", "d3", date(2026, 11, 12))
    build = replace(FIRST, cells=CHANGED, courts=("B01",), sql={"results_by_court": "new"})
    warehouse.publish(with_delivery(build, late))
    [row] = warehouse.revisions("cause, is_only_possible_cause")
    assert row == ("late_data;rule_change;code_list_change", False)


def column_lineage(*, linked: bool) -> Reach:
    """Persons are counted from the list of records, and from who is who where `linked`."""
    origins = frozenset(
        {Origin("hmcts/results", "record", through_linkage=linked), Origin(f"{REFERENCE}/courts", "court")}
    )
    return Reach((Mart("marts.persons", "", {"persons": origins}, frozenset()),), {}, {})


@pytest.mark.parametrize(
    ("linked", "cause"), [(True, "late_data;relinkage"), (False, "late_data")], ids=["linked", "not linked"]
)
def test_a_column_is_moved_only_by_what_it_is_computed_from(tmp_path: Path, linked: bool, cause: str) -> None:
    warehouse = TinyWarehouse(tmp_path)
    warehouse.publish(FIRST, reach=column_lineage(linked=linked))
    merged = replace(
        FIRST, person_of={"r1": "p1", "r2": "p1"}, linkage_build="2-bb", history=((2, "merged", "override"),)
    )
    missed = TinyDelivery("hmcts/results", "d0", date(2026, 9, 7))
    warehouse.publish(with_delivery(merged, missed), reach=column_lineage(linked=linked))
    assert ("persons", cause) in warehouse.revisions("mart, cause")


def test_a_list_the_column_is_not_computed_from_is_no_cause(tmp_path: Path) -> None:
    """The label of a court comes from the list, the number of cases from the results."""
    origins = {
        "cases": frozenset({Origin("hmcts/results", "record")}),
        "label": frozenset({Origin("reference/courts", "x")}),
    }
    lineage = Reach((Mart("marts.results_by_court", "", origins, frozenset()),), {}, {})
    warehouse = TinyWarehouse(tmp_path)
    warehouse.publish(FIRST, reach=lineage)
    missed = TinyDelivery("hmcts/results", "d0", date(2026, 9, 7))
    build = replace(FIRST, cells=CHANGED, courts=("B01",))
    warehouse.publish(with_delivery(build, missed), reach=lineage)
    assert warehouse.revisions() == [(*CELL, "late_data")]


def test_what_column_lineage_leaves_unexplained_goes_by_tables(tmp_path: Path) -> None:
    """Lineage that has missed a way: by it neither a feed nor a list reaches the column."""
    wrong = Reach((Mart("marts.results_by_court", "", {"cases": frozenset()}, frozenset()),), {}, {})
    warehouse = TinyWarehouse(tmp_path)
    warehouse.publish(FIRST, reach=wrong)
    missed = TinyDelivery("hmcts/results", "d0", date(2026, 9, 7))
    warehouse.publish(with_delivery(replace(FIRST, cells=CHANGED), missed), reach=wrong)
    assert warehouse.revisions() == [(*CELL, "late_data")]


def test_what_no_record_accounts_for_is_said_to_be_unexplained(warehouse: TinyWarehouse) -> None:
    warehouse.publish(replace(FIRST, cells=CHANGED))
    assert warehouse.revisions("cause, is_only_possible_cause") == [("unexplained", False)]


@pytest.mark.parametrize("text", [None, '{"format": 0}'], ids=["none", "of another format"])
def test_a_publication_without_evidence_leaves_changes_unexplained(warehouse: TinyWarehouse, text: str | None) -> None:
    path = warehouse.settings.published_dir / EVIDENCE_FILE
    if text is None:
        path.unlink()
    else:
        path.write_text(text, encoding="utf-8")
    warehouse.publish(replace(FIRST, cells=CHANGED, courts=("B01",)))
    [row] = warehouse.revisions("cause, cause_detail")
    assert row[0] == "unexplained"
    assert "did not record" in row[1]


def test_the_same_sum_added_up_in_another_order_is_no_revision(warehouse: TinyWarehouse) -> None:
    cells: Cells = FIRST.cells | {("2026-07-01", "B01"): (10, 4.5 * (1 + 1e-13))}
    warehouse.publish(replace(FIRST, cells=cells))
    assert warehouse.revisions() == []


def test_a_new_pseudonym_key_is_told_as_such(warehouse: TinyWarehouse) -> None:
    for path in warehouse.settings.keys_dir.iterdir():
        path.unlink()
    warehouse.publish(FIRST)
    rows = warehouse.revisions("mart, measure, new_value, cause")
    assert ("person_list", "rows_added", 2.0, "rule_change") in rows
    assert ("person_list", "rows_removed", 2.0, "rule_change") in rows


def test_any_two_kept_builds_can_be_compared(warehouse: TinyWarehouse) -> None:
    first, published = warehouse.settings.published_dir.resolve(), warehouse.settings.published_dir
    warehouse.publish(replace(FIRST, cells=CHANGED, courts=("B01",)))
    warehouse.publish(replace(FIRST, searches=9, courts=("B01",), cells=CHANGED, sql={"searches": "new"}))
    with closing(revisions_between(first, published.resolve())) as connection:
        rows = connection.execute("select mart, cause from revisions order by mart").fetchall()
    assert rows == [("results_by_court", "code_list_change"), ("searches", "rule_change")]
    assert [mart for (mart,) in warehouse.revisions("mart")] == ["searches"]


def test_every_row_has_a_cause_of_the_closed_list_and_no_pseudonym(warehouse: TinyWarehouse) -> None:
    merged = replace(FIRST, cells=CHANGED, person_of={"r1": "p1", "r2": "p1"}, searches=1)
    warehouse.publish(merged)
    with closing(duckdb.connect(str(warehouse.settings.published_database), read_only=True)) as connection:
        persons = [person for (person,) in connection.execute("select person_id from conformed.persons").fetchall()]
    for key, causes in warehouse.revisions("key, cause"):
        assert set(causes.split(";")) <= set(Cause)
        assert not any(person in key for person in persons)


def test_a_table_to_be_made_here_that_nothing_makes_stops_the_publication(
    warehouse: TinyWarehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("orchestration.publish.publication.REVISIONS_TABLE", "other")
    with pytest.raises(PublicationError, match="does not know how"):
        warehouse.publish(FIRST)
