"""`simulate` end to end on a small real world: every feed in its contract's format, landing and truth kept apart."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from orchestration.contracts import FeedContract, FeedMode, load_feed_contracts
from orchestration.settings import Settings
from orchestration.simulation import DirtParameters, SimulationSummary, WorldParameters, simulate
from tests.simulation.delivered_files import read_delivery, replay

pytestmark = pytest.mark.slow

PARAMETERS = WorldParameters(defendants=400, months=8, seed=5, end_date=date(2026, 10, 31))


@pytest.fixture(scope="module")
def contracts() -> dict[str, FeedContract]:
    return load_feed_contracts(Settings.from_environment().contracts_dir)


@pytest.fixture(scope="module")
def simulated(contracts, tmp_path_factory) -> SimulationSummary:
    folder = tmp_path_factory.mktemp("simulated")
    reference_dir = Settings.from_environment().reference_dir
    return simulate(PARAMETERS, folder / "landing", folder / "truth", contracts, reference_dir)


@pytest.fixture(scope="module")
def files(simulated) -> pd.DataFrame:
    return pd.read_parquet(simulated.truth_dir / "deliveries.parquet")


def test_every_feed_is_delivered_every_month_and_reads_in_its_contracts_format(simulated, contracts, files):
    good = files[files["kind"].isin(["backlog", "normal", "redelivery"])]
    for key, contract in contracts.items():
        of_feed = good[good["feed"] == key]
        assert of_feed["month_end"].nunique() == PARAMETERS.months, key
        rows = sum(len(read_delivery(simulated.out_dir / file, contract)) for file in of_feed["file"])
        assert rows == of_feed["rows"].sum(), key


def test_what_was_delivered_adds_up_to_every_record_of_the_world(simulated, contracts, files):
    errors = pd.read_parquet(simulated.truth_dir / "injected_errors.parquet")
    for key, contract in contracts.items():
        if contract.mode is FeedMode.SNAPSHOT_PER_PARTITION:
            continue
        told = replay(simulated.out_dir, files, contract)
        extra = ((errors["feed"] == key) & (errors["kind"] == "spell_duplicated")).sum()
        assert len(told) == simulated.records[key] + extra, key


def test_codes_outside_closed_lists_and_unparsable_dates_are_all_listed(simulated, contracts, files):
    errors = pd.read_parquet(simulated.truth_dir / "injected_errors.parquet")
    for key, contract in contracts.items():
        if contract.mode is FeedMode.SNAPSHOT_PER_PARTITION:
            continue
        told = replay(simulated.out_dir, files, contract)
        told.index = pd.Index(told[list(contract.primary_key)].astype(str).agg("|".join, axis=1))
        blanks = {"", *contract.delivery.missing_values}
        for column in contract.columns:
            listed = set(errors[(errors["feed"] == key) & (errors["column"] == column.name)]["record_key"])
            values = told[column.name]
            if column.closed_codes:
                wrong = ~values.isin(blanks | set(column.closed_codes))
                assert set(told.index[wrong]) <= listed, f"{key}.{column.name}: {set(values[wrong])}"
            if column.required:
                assert set(told.index[values.isin(blanks)]) <= listed, f"{key}.{column.name} is missing"


def test_landing_holds_no_truth_and_truth_is_complete(simulated):
    tables = {path.stem for path in simulated.truth_dir.iterdir()}
    assert {"persons", "person_records", "remand_episodes", "sentencing"} <= tables
    assert {"deliveries", "disagreements", "injected_errors", "late_records"} <= tables
    assert not [path for path in simulated.out_dir.rglob("*") if "truth" in path.name or path.name.startswith(".")]


def test_a_full_folder_is_refused_unless_overwritten_and_then_holds_only_the_new_world(contracts, simulated, tmp_path):
    reference_dir = Settings.from_environment().reference_dir
    small = WorldParameters(defendants=20, months=2, seed=1, end_date=date(2026, 10, 31))
    landing, truth = tmp_path / "landing", tmp_path / "truth"
    first = simulate(small, landing, truth, contracts, reference_dir)
    with pytest.raises(FileExistsError, match="not empty"):
        simulate(small, landing, truth, contracts, reference_dir)
    (landing / "notes.txt").write_text("not ours")
    again = simulate(small, landing, truth, contracts, reference_dir, overwrite=True)
    assert (landing / "notes.txt").exists()
    assert again.files == first.files
    assert len([path for path in landing.rglob("*_2026*") if "manifest" not in path.name]) <= again.files


@pytest.mark.parametrize(("landing", "truth"), [("a", "a"), ("a", "a/truth"), ("a/landing", "a")])
def test_truth_and_landing_inside_each_other_are_refused(contracts, tmp_path, landing, truth):
    small = WorldParameters(defendants=20, months=2)
    with pytest.raises(ValueError, match="inside each other"):
        simulate(small, tmp_path / landing, tmp_path / truth, contracts, Path("unused"))


def test_a_feed_the_world_knows_nothing_of_is_named_and_not_delivered(contracts, simulated, tmp_path):
    breaches = replace(contracts["probation/orders"], feed="breaches")
    small = WorldParameters(defendants=20, months=2, seed=1, end_date=date(2026, 10, 31))
    every = {**contracts, breaches.key: breaches}
    summary = simulate(
        small, tmp_path / "landing", tmp_path / "truth", every, Settings.from_environment().reference_dir
    )
    assert summary.not_simulated == ("probation/breaches",)
    assert "Not simulated, so nothing is delivered: probation/breaches." in summary.sentence()
    assert not (tmp_path / "landing" / "probation" / "breaches").exists()
    assert simulated.not_simulated == ()
    assert "Not simulated" not in simulated.sentence()


def test_the_same_parameters_give_the_same_bytes(contracts, tmp_path):
    reference_dir = Settings.from_environment().reference_dir
    small = WorldParameters(defendants=60, months=3, seed=2, end_date=date(2026, 10, 31))
    contents = []
    for name in ("one", "two"):
        folder = tmp_path / name
        simulate(small, folder / "landing", folder / "truth", contracts, reference_dir, DirtParameters().scaled(3))
        contents.append({path.relative_to(folder): path.read_bytes() for path in folder.rglob("*") if path.is_file()})
    assert contents[0] == contents[1]
