"""A world that the tests of contradictions and those of public files share: neither bears on the other's figures."""

from __future__ import annotations

import shutil
from dataclasses import replace

import pytest

from orchestration.contracts import load_feed_contracts
from orchestration.settings import Settings
from orchestration.simulation import DeliveryParameters, DirtParameters, WorldParameters, simulate
from tests.marts.contradictions import RULE_OF_KIND
from tests.support import Warehouse, World

METROPOLITAN_SEARCHES = {"2024-09": 3_253, "2024-10": 3_400, "2024-11": 3_389, "2024-12": 2_836}
"""Rows of the files of the Metropolitan Police as published on data.police.uk, of months before the simulated ones."""

ONLY_DISAGREEMENTS = replace(
    DirtParameters.zero(), **(dict.fromkeys(RULE_OF_KIND, 0.35) | {"legal_aid_without_case": 1.0})
)
"""Agencies that contradict each other and make no error otherwise; of the rarest kind all there can be."""


@pytest.fixture(scope="session")
def disagreeing(tmp_path_factory: pytest.TempPathFactory, keys_dir) -> tuple[Warehouse, World]:
    """Agencies that are right apart from what they were made to contradict each other in, and beside them, where they
    are at hand, four public files of stop and search exactly as published."""
    folder = tmp_path_factory.mktemp("disagreeing")
    settings = Settings.from_environment()
    world = World(folder / "landing", folder / "truth")
    simulate(
        WorldParameters(defendants=1_400, months=12, seed=21, single_justice_share=0.4),
        world.landing_dir,
        world.truth_dir,
        load_feed_contracts(settings.contracts_dir),
        settings.reference_dir,
        ONLY_DISAGREEMENTS,
        DeliveryParameters.plain(),
    )
    public = settings.realdata_dir / "stop_search"
    if public.is_dir():
        for month in METROPOLITAN_SEARCHES:
            name = f"{month}-metropolitan-stop-and-search.csv"
            target = world.landing_dir / "police" / "stop_search" / name
            assert not target.exists(), "the simulated world reaches back into the months of the public files"
            shutil.copy(public / name, target)
    warehouse = Warehouse.at(folder / "warehouse", world.landing_dir, keys_dir, pages=False)
    warehouse.run()
    return warehouse, world
