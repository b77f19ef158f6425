"""The people the whole pipeline finds are the people there are, within the published rate of error."""

from __future__ import annotations

import pyarrow.parquet as pa_parquet

from orchestration.linkage import evaluate, read_truth
from orchestration.linkage.tables import LINKS_FILE
from tests.support import Warehouse, World


def test_links_are_right_and_few_are_missed(built: Warehouse, world: World) -> None:
    links = pa_parquet.read_table(built.settings.linkage_dir / LINKS_FILE)
    report = evaluate(links, read_truth(world.truth_dir))
    assert report.pairs.precision.value >= 0.995
    assert report.pairs.recall.value >= 0.95
