"""A site adds a spelling, a date format and a header of one feed, and a feed of its own, without editing the
repository: ingest, the gate and staging read its files by what it added."""

from __future__ import annotations

import csv
from datetime import date, datetime
from pathlib import Path

import pytest
import yaml

from orchestration.ingest import ingest_feed
from orchestration.quality import gate_feed
from orchestration.settings import PROJECT_ROOT
from orchestration.transform.dbt import DBT_PROJECT_DIR, project_dir
from tests.transform.small_warehouse import SmallWarehouse
from tests.tutorials import blocks

pytestmark = [pytest.mark.dbt, pytest.mark.xdist_group("dbt")]

FEED = "police/custody_records"
SITE = blocks("Contracts of your own", "yaml")[0]
"""The example of data_contracts/README.md."""

ROWS = [
    ("01", "C1", "05.06.1990", "01-Jul-2026 00:30", "CHGD"),
    ("01", "C2", "05/06/1990", "31/12/2025 10:00", "CHARGED"),
    ("01", "C3", "N/A", "31/12/2025 10:00", "Chgd"),
    ("01", "C4", "1990.06.05", "31/12/2025 10:00", "CHGD"),
]


def own_feed(folder: Path) -> None:
    """A feed of the site alone: the shipped contract of stop accounts under another name."""
    shipped = PROJECT_ROOT / "data_contracts" / "feeds" / "police" / "stop_account.odcs.yaml"
    document = yaml.safe_load(shipped.read_text(encoding="utf-8"))
    document |= {"id": "police-street-talks", "name": "Police street talks"}
    document["servers"][0]["path"] = "landing/police/street_talks/"
    document["schema"][0]["name"] = "street_talks"
    prefix = next(item for item in document["customProperties"] if item["property"] == "ruleCodePrefix")["value"]
    order = next(item for item in document["customProperties"] if item["property"] == "catalogueOrder")
    order["value"] += 1
    text = yaml.safe_dump(document, sort_keys=False).replace(prefix, "POL-TLK")
    text = text.replace("stop_account_<", "street_talks_<")
    (folder / "street_talks.odcs.yaml").write_text(text, encoding="utf-8")


def test_a_site_reads_its_own_files_without_editing_the_repository(tmp_path: Path) -> None:
    before = {path: path.read_bytes() for path in DBT_PROJECT_DIR.glob("m*/**/*.*")}
    police = tmp_path / "site" / "feeds" / "police"
    police.mkdir(parents=True)
    (police / "custody_records.site.yaml").write_text(SITE, encoding="utf-8")
    own_feed(police)
    warehouse = SmallWarehouse(tmp_path / "warehouse", tmp_path / "site")
    warehouse.write()
    landing = warehouse.settings.landing_dir / FEED
    landing.mkdir(parents=True)
    contract = warehouse.contracts[FEED]
    header = ["Custody Ref" if name == "custody_number" else name for name in contract.column_names]
    with (landing / "custody_records_20260731.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, header)
        writer.writeheader()
        for force, number, born, arrested, disposal in ROWS:
            writer.writerow(
                {
                    "force_code": force, "Custody Ref": number, "offence_sequence": "1", "surname": "Müller",
                    "forename_1": "Anna", "date_of_birth": born, "arrested_at": arrested, "offence_code": "TH68010",
                    "disposal": disposal, "disposal_at": arrested,
                }
            )  # fmt: skip
    ingest_feed(contract, warehouse.settings)
    summary = gate_feed(contract, warehouse.settings)
    assert not summary.rejected, summary.rejected
    assert (summary.rows_received, summary.rows_quarantined) == (4, 1)

    warehouse.build("+stg_police__custody_records", "+stg_police__street_talks")

    columns = "custody_number, date_of_birth, arrested_at, disposal"
    staged = warehouse.query(f"select {columns} from staging.stg_police__custody_records order by 1")
    assert staged == [
        ("C1", date(1990, 6, 5), datetime(2026, 6, 30, 23, 30), "CHARGED"),
        ("C2", date(1990, 6, 5), datetime(2025, 12, 31, 10, 0), "CHARGED"),
        ("C3", None, datetime(2025, 12, 31, 10, 0), "CHARGED"),
    ]
    assert warehouse.query("select count(*) from staging.stg_police__street_talks") == [(0,)]
    assert project_dir(warehouse.settings) != DBT_PROJECT_DIR
    assert {path: path.read_bytes() for path in DBT_PROJECT_DIR.glob("m*/**/*.*")} == before
