"""A few hand-written deliveries, laid out as ingest and the gate lay them out, so that staging can be tested alone.

Belongs here: writing raw and gate files. Does not belong here: anything ingest or the gate decides.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from contextlib import closing
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from orchestration.contracts import FeedContract, load_feed_contracts
from orchestration.linkage.accuracy.rows import as_table
from orchestration.linkage.evidence import EVIDENCE_FILE
from orchestration.linkage.tables import LINKS_FILE
from orchestration.quality.gate_files import DELIVERIES, QUARANTINED_ROWS, RULE_RESULTS
from orchestration.quality.promises import write_feed_promises
from orchestration.settings import Settings
from orchestration.transform.judicial_key import throwaway_judicial_key
from tests.transform.dbt_runs import run_dbt, scratch_settings

GATE_SCHEMAS = {"deliveries": DELIVERIES, "quarantined_rows": QUARANTINED_ROWS, "rule_results": RULE_RESULTS}
"""The gate's files that staging reads."""


@dataclass
class SmallWarehouse:
    """Deliveries of a warehouse in `folder`, written by `write` and staged by `build`."""

    folder: Path
    site_contracts_dir: Path | None = None
    settings: Settings = field(init=False)
    contracts: dict[str, FeedContract] = field(init=False)
    gate: dict[str, dict[str, list[dict[str, Any]]]] = field(init=False)
    reference_digest_before: str = field(init=False)

    def __post_init__(self) -> None:
        self.settings = replace(scratch_settings(self.folder), site_contracts_dir=self.site_contracts_dir)
        self.contracts = load_feed_contracts(*self.settings.contract_folders)
        self.reference_digest_before = self.reference_digest()
        self.gate = {key: {table: [] for table in GATE_SCHEMAS} for key in self.contracts}
        for contract in self.contracts.values():
            self._write_raw(contract, "_schema", [])

    def deliver(
        self,
        key: str,
        extract_date: date,
        rows: Iterable[Mapping[str, str | None]],
        *,
        sequence: int = 1,
        verdict: str = "accepted",
        quarantined: Iterable[int] = (),
        force_slug: str | None = None,
        month: date | None = None,
    ) -> str:
        """Adds one delivery; rows hold texts as delivered, columns left out are null. Returns its id."""
        contract = self.contracts[key]
        rows = list(rows)
        identity = f"{key} {extract_date} {sequence} {force_slug} {month} {rows}"
        delivery_id = hashlib.sha256(identity.encode()).hexdigest()[:32]
        self._write_raw(contract, delivery_id, rows)
        broken = sorted(set(quarantined))
        self.gate[key]["deliveries"].append(
            {
                "delivery_id": delivery_id,
                "agency": contract.agency,
                "feed": contract.feed,
                "extract_date": extract_date,
                "file_sequence": sequence,
                "partition_key": f"{force_slug}|{month:%Y-%m}" if month else None,
                "force_slug": force_slug,
                "period_month": month,
                "file_name": f"{contract.feed}_{extract_date:%Y%m%d}.csv",
                "rows_received": len(rows),
                "rows_quarantined": len(broken),
                "verdict": "accepted_with_quarantine" if broken else verdict,
                "receipts": 1,
            }
        )
        self.gate[key]["quarantined_rows"] += [
            # Two rules broken by one row are two lines, and must not stage or drop anything twice.
            {"delivery_id": delivery_id, "row_number": row, "rule_code": rule, "message": "bad"}
            for row in broken
            for rule in ("X-001", "X-002")
        ]
        return delivery_id

    def write(self) -> None:
        """Writes the gate's files, and what the contracts promise."""
        write_feed_promises(self.contracts.values(), self.settings)
        for key, tables in self.gate.items():
            for table, rows in tables.items():
                path = self.settings.gate_dir / table / f"{key.replace('/', '__')}.parquet"
                path.parent.mkdir(parents=True, exist_ok=True)
                pq.write_table(pa.Table.from_pylist(rows, schema=GATE_SCHEMAS[table]), path)

    def link(self, persons: Mapping[str, str]) -> None:
        """Writes what the linkage would: the person of each record id, and a model whose error was never measured."""
        links = [
            {"record_id": record, "person_id": person, "match_probability": 1.0, "join_method": "identifier"}
            for record, person in persons.items()
        ]
        self.settings.linkage_dir.mkdir(parents=True, exist_ok=True)
        table = pa.Table.from_pylist([{**link, "model_version": "by hand"} for link in links])
        pq.write_table(table, self.settings.linkage_dir / LINKS_FILE)
        pq.write_table(as_table((), "by hand"), self.settings.linkage_dir / EVIDENCE_FILE)

    def build(self, *select: str, as_known_on: date | None = None) -> None:
        """Loads the reference lists and builds the selected models, as known now or on a date."""
        arguments = ["build", "--resource-type", "seed", "--resource-type", "model", "--select", *select]
        if as_known_on:
            arguments += ["--vars", f"{{as_known_on: {as_known_on}}}"]
        with throwaway_judicial_key(self.settings.build_dir):
            run_dbt(self.settings, *arguments, target_path=self.settings.build_dir / "dbt_target")

    def reference_digest(self) -> str:
        """SHA-256 over the reference lists as they now are on disk."""
        digest = hashlib.sha256()
        for path in sorted(self.settings.reference_dir.glob("*.csv")):
            digest.update(path.name.encode() + path.read_bytes())
        return digest.hexdigest()

    def query(self, sql: str) -> list[tuple[Any, ...]]:
        """Rows of the build database."""
        with closing(duckdb.connect(str(self.settings.build_database), read_only=True)) as connection:
            return connection.execute(sql).fetchall()

    def _write_raw(self, contract: FeedContract, name: str, rows: list[Mapping[str, str | None]]) -> None:
        columns = [column.name for column in contract.columns]
        if strangers := {column for row in rows for column in row} - set(columns):
            raise ValueError(f"{contract.key} has no column {', '.join(sorted(strangers))}")
        schema = pa.schema(
            [(column, pa.string()) for column in columns] + [("_delivery_id", pa.string()), ("_row_number", pa.int64())]
        )
        records = [{**row, "_delivery_id": name, "_row_number": number} for number, row in enumerate(rows, start=1)]
        path = self.settings.raw_dir / contract.agency / contract.feed / f"{name}.parquet"
        path.parent.mkdir(parents=True, exist_ok=True)
        pq.write_table(pa.Table.from_pylist(records, schema=schema), path)
