"""The tutorial 'Add a feed' of data_contracts/README.md, followed in a copy of the project: nothing else is needed."""

from __future__ import annotations

import json
from contextlib import closing
from pathlib import Path
from typing import Any

import duckdb
import pytest
import yaml

from orchestration.contracts.reader import TO_FILL_IN
from tests.tutorials import Copy, blocks

pytestmark = [pytest.mark.dbt, pytest.mark.xdist_group("dbt")]

CONTRACT = "data_contracts/feeds/probation/breaches.odcs.yaml"
GENERATED = {
    "dbt_project/macros/staging/feeds.sql",
    "dbt_project/models/staging/_feeds__models.yml",
    "dbt_project/models/staging/_feeds__sources.yml",
    "dbt_project/models/staging/probation/stg_probation__breaches.sql",
    "dbt_project/models/staging/probation/stg_probation__breaches_versions.sql",
}
DELIVERED = [
    {"crn": "X718255", "event_number": 1, "breach_number": 1, "breach_date": "2026-09-30", "outcome": None},
    {"crn": "x718255", "event_number": 1, "breach_number": 2, "breach_date": "2026-10-02", "outcome": "PROVED"},
    {"crn": "X718256", "event_number": 2, "breach_number": 1, "breach_date": "2026-10-02", "outcome": "FORGIVEN"},
]
STAGE_AND_COUNT = """
import sys
from pathlib import Path
from orchestration.ingest import ingest_feed
from orchestration.quality import gate_feed
from tests.transform.small_warehouse import SmallWarehouse

warehouse = SmallWarehouse(Path(sys.argv[1]))
warehouse.write()
feed = warehouse.contracts["probation/breaches"]
ingest_feed(feed, warehouse.settings)
gate_feed(feed, warehouse.settings)
warehouse.build("+stg_probation__breaches", "+delivery_ledger")
"""

GATE_WHAT_THE_CONTRACT_SAYS = """
import sys
from pathlib import Path
from orchestration.ingest import ingest_feed
from orchestration.quality import gate_feed
from orchestration.settings import Settings
from tests.quality.broken.every_feed import EVERY_FEED
from tests.quality.broken.making import contract, file_name, good

feed, folder = "probation/breaches", Path(sys.argv[1])
settings = Settings.from_environment(data_dir=folder / "data", landing_dir=folder / "landing")
file = settings.landing_dir / feed / file_name(feed)
file.parent.mkdir(parents=True)
file.write_bytes(good(feed))
ingest_feed(contract(feed), settings)
print(gate_feed(contract(feed), settings).rows_accepted, sum(broken.feed == feed for broken in EVERY_FEED))
"""


def filled_in(begun: Any, answers: Any) -> Any:
    """What was begun, with the answers in their places; members of lists are known by their name."""
    if isinstance(begun, dict) and isinstance(answers, dict):
        return {key: filled_in(begun.get(key), answers.get(key)) for key in [*begun, *(answers.keys() - begun.keys())]}
    if isinstance(begun, list) and isinstance(answers, list) and isinstance(answers[0], dict):
        label = "property" if "property" in answers[0] else "name"
        by_name = {answer[label]: answer for answer in answers}
        return [filled_in(member, by_name.get(member.get(label))) for member in begun]
    return begun if answers is None else answers


@pytest.fixture
def copy(tmp_path: Path) -> Copy:
    return Copy(tmp_path)


def test_a_feed_is_added_by_its_contract_alone(copy: Copy) -> None:
    new, sync = (block.strip() for block in blocks("Add a feed", "sh"))
    copy.command(new)
    path = copy.root / CONTRACT
    begun = path.read_text(encoding="utf-8")

    refused = copy.command(sync, check=False)
    assert refused.returncode == 1
    assert copy.changed() == {CONTRACT}
    named = [line for line in refused.stderr.splitlines() if "still to be filled in" in line]
    assert all(CONTRACT in line for line in named)
    assert len(named) == begun.count(TO_FILL_IN)

    (answers,) = blocks("Add a feed", "yaml")
    contract = filled_in(yaml.safe_load(begun), yaml.safe_load(answers))
    path.write_text(yaml.safe_dump(contract, sort_keys=False, allow_unicode=True), encoding="utf-8")
    copy.command(sync)
    assert copy.changed() == {CONTRACT} | GENERATED

    landing = copy.warehouse / "landing" / "probation" / "breaches"
    landing.mkdir(parents=True)
    lines = "".join(json.dumps(row) + "\n" for row in DELIVERED)
    (landing / "breaches_20261031.jsonl").write_text(lines, encoding="utf-8")
    copy.python("-c", STAGE_AND_COUNT, str(copy.warehouse))
    with closing(duckdb.connect(str(copy.warehouse / "data" / "build" / "warehouse.duckdb"), read_only=True)) as built:
        staged = built.execute(
            "select record_key, crn, breach_number, cast(breach_date as varchar), outcome "
            "from staging.stg_probation__breaches order by record_key"
        ).fetchall()
        counted = built.execute(
            "select agency, feed, verdict, rows_received, rows_staged, rows_quarantined, is_conserved "
            "from conformed.delivery_ledger"
        ).fetchall()
    # The outcome no court gives is held back by the contract's list; a CRN in small letters is the same person's.
    assert staged == [
        ("X718255|1|1", "X718255", 1, "2026-09-30", None),
        ("X718255|1|2", "X718255", 2, "2026-10-02", "PROVED"),
    ]
    assert counted == [("probation", "breaches", "accepted_with_quarantine", 3, 2, 1, True)]
    # The tests of the gate make good rows of it, and break them in the ways of every feed, from the contract too.
    assert copy.python("-c", GATE_WHAT_THE_CONTRACT_SAYS, str(copy.warehouse / "made")).stdout.split() == ["3", "4"]


def test_a_feed_that_is_taken_out_leaves_no_model_behind(copy: Copy) -> None:
    staging = copy.root / "dbt_project" / "models" / "staging"
    before = set(staging.rglob("stg_*.sql"))
    (copy.root / "data_contracts" / "feeds" / "laa" / "representation_orders.odcs.yaml").unlink()
    copy.python("-m", "orchestration.cli", "contracts", "sync")
    gone = {path.name for path in before - set(staging.rglob("stg_*.sql"))}
    assert gone == {"stg_laa__representation_orders.sql", "stg_laa__representation_orders_versions.sql"}
