"""A world in which agencies disagree on every rule of the bridge reconciles line by line to what happened in it."""

from __future__ import annotations

from collections import Counter
from datetime import date
from pathlib import Path

import pytest

from tests.transform.dbt_runs import run_dbt
from tests.transform.disagreeing_agencies import (
    SNAPSHOTS,
    Place,
    deliveries,
    expected_bridge,
    expected_lines,
    person_links,
)
from tests.transform.small_warehouse import SmallWarehouse

pytestmark = pytest.mark.xdist_group("dbt")

MARTS = ("counting_unit_bridge", "agency_count_reconciliation")

LINES = (
    "merged_cases", "organisations", "single_justice", "other_prosecutors", "appeals", "committals_for_sentence",
    "administrative_finalisations", "bench_warrants", "missing_from_agency", "not_yet_at_agency", "concluded_by_agency",
    "missing_from_court", "not_yet_at_court", "concluded_at_court",
)  # fmt: skip
"""Every line but the two steps of the bridge itself."""


@pytest.fixture(scope="module")
def warehouse(dbt_folder: Path) -> SmallWarehouse:
    warehouse = SmallWarehouse(dbt_folder / "disagreeing")
    for feed, extract_date, rows in deliveries():
        warehouse.deliver(feed, extract_date, rows)
    warehouse.write()
    warehouse.link(person_links())
    warehouse.build(*(f"+{mart}" for mart in MARTS))
    return warehouse


def bridge(warehouse: SmallWarehouse, when: date) -> dict[Place, dict[str, int]]:
    columns = ("cases", "extra_defendants", "defendants", "repeat_appearances", "organisations", "persons")
    rows = warehouse.query(
        f"select jurisdiction, court_code, {', '.join(columns)} from marts.counting_unit_bridge "
        f"where snapshot_date = '{when}' and defendants > 0"
    )
    return {(row[0], row[1]): dict(zip(columns, row[2:], strict=True)) for row in rows}


def lines(warehouse: SmallWarehouse, when: date, agency: str) -> dict[Place, Counter[str]]:
    columns = ("agency_count", *LINES)
    rows = warehouse.query(
        f"select jurisdiction, court_code, {', '.join(columns)} from marts.agency_count_reconciliation "
        f"where snapshot_date = '{when}' and agency = '{agency}'"
    )
    found = {(row[0], row[1]): without_zeros(dict(zip(columns, row[2:], strict=True))) for row in rows}
    return {place: counts for place, counts in found.items() if counts}


def without_zeros(counts: dict[str, int] | Counter[str]) -> Counter[str]:
    return Counter({name: count for name, count in counts.items() if count})


def test_snapshots_are_the_month_ends_from_the_first_receipt_to_the_newest_extract(warehouse: SmallWarehouse) -> None:
    found = warehouse.query("select distinct snapshot_date from marts.counting_unit_bridge order by 1")
    assert tuple(row[0] for row in found) == SNAPSHOTS


@pytest.mark.parametrize("when", SNAPSHOTS, ids=str)
def test_cases_defendants_and_people_are_what_happened(warehouse: SmallWarehouse, when: date) -> None:
    assert bridge(warehouse, when) == expected_bridge(when)


@pytest.mark.parametrize("agency", ["cps", "hmcts"])
@pytest.mark.parametrize("when", SNAPSHOTS, ids=str)
def test_every_difference_is_in_its_own_line(warehouse: SmallWarehouse, when: date, agency: str) -> None:
    expected = {place: without_zeros(counts) for (of, place), counts in expected_lines(when).items() if of == agency}
    assert lines(warehouse, when, agency) == {place: counts for place, counts in expected.items() if counts}


def test_the_world_has_every_kind_of_difference() -> None:
    """A line that never occurs is not tested."""
    seen = {
        line
        for when in SNAPSHOTS
        for counts in expected_lines(when).values()
        for line, count in counts.items()
        if count
    }
    assert seen == {"agency_count", *LINES}


def test_nothing_is_left_over(warehouse: SmallWarehouse, tmp_path: Path) -> None:
    """The tests that stop a build pass on this world too; people are the bridge's."""
    assert run_dbt(
        warehouse.settings,
        "test",
        "--select",
        *MARTS,
        "--exclude",
        "open_caseload_is_the_caseload_of_the_bridge",
        target_path=tmp_path,
    )
    differing = warehouse.query(
        """
        select * from marts.agency_count_reconciliation as reconciliation
        inner join marts.counting_unit_bridge as bridge using (snapshot_date, jurisdiction, court_code)
        where reconciliation.agency = 'moj' and reconciliation.agency_count <> bridge.persons
            or reconciliation.agency = 'hmcts'
            and reconciliation.defendants + reconciliation.extra_defendants <> bridge.cases
        """
    )
    assert differing == []
