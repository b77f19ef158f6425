"""The bridge between cases, defendants and people on the small simulated world, errors and all."""

from __future__ import annotations

import pandas as pd
import pytest

from tests.support import Warehouse, World

KEY = ["snapshot_date", "jurisdiction", "court_code"]
ADDITIVE = ["cases", "extra_defendants", "defendants", "organisations"]


@pytest.fixture(scope="module")
def bridge(built: Warehouse) -> pd.DataFrame:
    return table(built, "marts.counting_unit_bridge")


@pytest.fixture(scope="module")
def live(built: Warehouse) -> pd.DataFrame:
    """Every live defendant at every month end, as the conformed layer has them."""
    rows = built.build_query(
        "select snapshot_date, defendant_id, case_id, person_id, is_organisation, jurisdiction_code, court_code "
        "from mart_steps.int_proceedings_at_month_ends where is_live"
    )
    columns = ["snapshot_date", "defendant_id", "case_id", "person_id", "is_organisation", "jurisdiction", "court_code"]
    return pd.DataFrame(rows, columns=columns)


def table(warehouse: Warehouse, name: str) -> pd.DataFrame:
    columns = [row[0] for row in warehouse.query(f"describe {name}")]
    return pd.DataFrame(warehouse.query(f"select * from {name}"), columns=columns)


def test_cases_lead_to_defendants_and_defendants_to_people_in_every_row(bridge: pd.DataFrame) -> None:
    assert len(bridge) > 500
    assert (bridge["cases"] + bridge["extra_defendants"] == bridge["defendants"]).all()
    assert (bridge["persons"] + bridge["repeat_appearances"] == bridge["defendants"]).all()
    for step in ("extra_defendants", "repeat_appearances_of_persons", "organisations"):
        assert bridge[step].sum() > 0, f"no {step} in the small world: the step is not tested"


def test_cases_and_defendants_add_up_over_courts_and_people_do_not(bridge: pd.DataFrame) -> None:
    courts = bridge[bridge["court_code"] != "ALL"].groupby(["snapshot_date", "jurisdiction"])
    jurisdictions = bridge[(bridge["court_code"] == "ALL") & (bridge["jurisdiction"] != "ALL")]
    whole = bridge[bridge["court_code"] == "ALL"].set_index(["snapshot_date", "jurisdiction"])
    parts = pd.concat(
        [
            courts[[*ADDITIVE, "persons"]].sum(),
            jurisdictions.groupby("snapshot_date")[[*ADDITIVE, "persons"]]
            .sum()
            .assign(jurisdiction="ALL")
            .set_index("jurisdiction", append=True),
        ]
    ).reindex(whole.index, fill_value=0)
    pd.testing.assert_frame_equal(parts[ADDITIVE], whole[ADDITIVE], check_dtype=False)
    assert (whole["persons"] <= parts["persons"]).all()
    assert (whole["persons"] < parts["persons"]).any(), "nobody is before two courts: the rule is not tested"


def test_every_row_counts_distinct_cases_defendants_and_people(bridge: pd.DataFrame, live: pd.DataFrame) -> None:
    """Counted again in pandas, totals from the defendants themselves."""
    every = pd.concat(
        [live, live.assign(court_code="ALL"), live.assign(court_code="ALL", jurisdiction="ALL")], ignore_index=True
    )
    expected = every.groupby(KEY).agg(
        cases=("case_id", "nunique"), defendants=("defendant_id", "nunique"), persons=("person_id", "nunique")
    )
    found = bridge[bridge["defendants"] > 0].set_index(KEY).sort_index()[["cases", "defendants", "persons"]]
    pd.testing.assert_frame_equal(found, expected.sort_index(), check_dtype=False)


def test_the_true_number_of_people_lies_within_the_interval(
    built: Warehouse, world: World, bridge: pd.DataFrame, live: pd.DataFrame
) -> None:
    truth = pd.read_parquet(world.truth_dir / "person_records.parquet")
    truth = truth[(truth["agency"] == "hmcts") & (truth["feed"] == "defendants")].set_index("record_key")
    people = live.assign(person=live["defendant_id"].map(truth["true_person_id"]))
    true_persons = people.groupby("snapshot_date")["person"].nunique()
    nation = bridge[bridge["jurisdiction"] == "ALL"].set_index("snapshot_date").loc[true_persons.index]
    assert (nation["persons_low"] <= true_persons).all()
    assert (true_persons <= nation["persons_high"]).all()
    assert (nation["persons_low"] < nation["persons_high"]).any(), "an interval of no width says nothing"


def test_every_agency_is_reconciled_everywhere(built: Warehouse, bridge: pd.DataFrame) -> None:
    reconciliation = table(built, "marts.agency_count_reconciliation")
    assert (reconciliation["residual"] == 0).all()
    lines = reconciliation.loc[:, "extra_defendants":"concluded_at_court"]  # type: ignore[misc]
    assert (reconciliation["defendants"] + lines.sum(axis=1) == reconciliation["agency_count"]).all()
    for agency, unit in (("moj", "persons"), ("hmcts", "cases")):
        own = reconciliation[reconciliation["agency"] == agency].set_index(KEY)
        beside = bridge.set_index(KEY).join(own, rsuffix="_own")
        step = "repeat_appearances_own" if agency == "moj" else "extra_defendants_own"
        organisations = beside["organisations_own"] if agency == "moj" else 0
        assert (beside["defendants"] + beside[step] + organisations == beside[unit]).all()
