"""Which refusals are outstanding is said twice, in Python for the run and in SQL for the marts: it is the same."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from orchestration.quality.refusals import refusals
from orchestration.quality.standing import judged_delivery
from tests.transform.small_warehouse import SmallWarehouse

pytestmark = pytest.mark.xdist_group("dbt")

FEEDS = {
    "increment": "cps/defendants",
    "snapshot": "prison/custody_spells",
    "snapshot_per_partition": "police/stop_search",
}
"""One feed of each mode; the test checks that they still are."""

AS_KNOWN_ON = date(2026, 5, 4)


def made_up_deliveries(seed: int) -> Iterator[dict[str, Any]]:
    """Sixty deliveries of one feed, close enough in date that most kinds of correction occur."""
    chance = random.Random(seed)
    for number in range(60):
        is_rejected = chance.random() < 0.5
        has_date = not is_rejected or chance.random() < 0.8
        slug = chance.choice(["kent", "avon"])
        yield {
            "delivery_id": f"{chance.randrange(16**8):08x}{number:02d}",
            "extract_date": date(2026, 5, chance.randint(1, 8)) if has_date else None,
            "file_sequence": chance.randint(1, 3) if has_date else None,
            "partition_key": f"{slug}|2026-04" if has_date else None,
            "file_name": f"file_{number}.csv",
            "sha256": f"content {chance.randrange(40)}",
            "rows_received": 0,
            "rows_quarantined": 0,
            "verdict": "rejected" if is_rejected else "accepted",
            "reason_codes": "X-FILE" if is_rejected else "",
            "reasons": "something is wrong" if is_rejected else "",
            "receipts": 1,
        }


@pytest.fixture(scope="module")
def warehouse(dbt_folder: Path) -> SmallWarehouse:
    warehouse = SmallWarehouse(dbt_folder / "corrections")
    for seed, (mode, key) in enumerate(FEEDS.items()):
        contract = warehouse.contracts[key]
        assert contract.mode == mode
        for row in made_up_deliveries(seed):
            if mode != "snapshot_per_partition":
                row["partition_key"] = None
            warehouse.gate[key]["deliveries"].append({"agency": contract.agency, "feed": contract.feed, **row})
    warehouse.write()
    return warehouse


def by_python(warehouse: SmallWarehouse, known_on: date | None) -> dict[tuple[str, str], str | None]:
    found = {}
    for key in FEEDS.values():
        rows = [
            row for row in warehouse.gate[key]["deliveries"]
            if known_on is None or (row["extract_date"] is not None and row["extract_date"] <= known_on)
        ]  # fmt: skip
        for item in refusals(warehouse.contracts[key], map(judged_delivery, rows)):
            found[key, item.delivery.delivery_id] = item.corrected_by.delivery_id if item.corrected_by else None
    return found


@pytest.mark.parametrize("known_on", [None, AS_KNOWN_ON])
def test_sql_and_python_name_the_same_corrections(warehouse: SmallWarehouse, known_on: date | None) -> None:
    warehouse.build("+int_delivery_corrections", as_known_on=known_on)
    expected = by_python(warehouse, known_on)
    found = warehouse.query(
        "select agency || '/' || feed, delivery_id, corrected_by from conformed.int_delivery_corrections"
    )
    assert {(key, delivery): corrected for key, delivery, corrected in found} == expected
    for key in FEEDS.values() if known_on is None else ():
        outcomes = {corrected is None for (feed, _), corrected in expected.items() if feed == key}
        assert outcomes == {True, False}, f"the made-up deliveries of {key} do not try both outcomes"
