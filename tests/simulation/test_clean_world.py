"""A simulated world delivered without errors replays to itself: deliveries lose and add nothing."""

from __future__ import annotations

from datetime import date

import pandas as pd
import pytest

from orchestration.contracts import load_feed_contracts
from orchestration.settings import Settings
from orchestration.simulation import DeliveryParameters, DirtParameters, WorldParameters
from orchestration.simulation.deliveries import write_deliveries
from orchestration.simulation.delivery_files import deliveries_table
from orchestration.simulation.encounters import STOP_ACCOUNT_FEED, read_forces, stop_accounts
from orchestration.simulation.simulator import with_feed
from orchestration.simulation.world import simulate_world
from tests.simulation.test_deliveries import final_differences


@pytest.fixture(scope="module")
def replayed(tmp_path_factory):
    settings = Settings.from_environment()
    reference_dir = settings.reference_dir
    parameters = WorldParameters(
        defendants=400, months=8, seed=9, end_date=date(2026, 10, 31), reference_dir=reference_dir
    )
    accounts = stop_accounts(parameters, read_forces(reference_dir), parameters.seed)
    world = with_feed(simulate_world(parameters), STOP_ACCOUNT_FEED, accounts)
    contracts = load_feed_contracts(settings.contracts_dir)
    out = tmp_path_factory.mktemp("clean_world")
    made = write_deliveries(world, contracts, out, DirtParameters.zero(), 9, DeliveryParameters(late_records=0.1))
    return world, contracts, out, made, deliveries_table(made.files)


def test_every_feed_replays_to_the_worlds_final_table(replayed):
    world, contracts, out, _, files = replayed
    differences = {key: final_differences(world, contracts[key], out, files) for key in world.feeds}
    assert {key: sorted(found)[:5] for key, found in differences.items() if found} == {}


def test_late_records_are_listed_and_come_in_a_later_file_than_due(replayed):
    _, _, _, made, files = replayed
    assert len(made.late_records) > 50
    late = made.late_records.merge(files[["file", "month_end"]], left_on="delivered_in", right_on="file")
    assert (pd.to_datetime(late["month_end"]) > pd.to_datetime(late["due"])).all()
