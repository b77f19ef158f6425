"""Every rule of every real contract can be asked, and says no to something and yes to something."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from orchestration.contracts import (
    RULES_ABOUT_ROWS,
    ColumnRule,
    FeedContract,
    RowRule,
    load_feed_contracts,
)
from orchestration.ingest import ingest_feed
from orchestration.quality import gate_feed
from orchestration.quality.checks import checks_of
from orchestration.quality.expectations import suite_of
from orchestration.quality.reference_lists import reference_codes
from orchestration.settings import Settings

CONTRACTS = load_feed_contracts(Settings.from_environment().contracts_dir)
NONSENSE = "\u00a7 nonsense"


@pytest.mark.parametrize("contract", CONTRACTS.values(), ids=CONTRACTS)
def test_every_rule_about_rows_has_a_check_and_an_expectation(contract: FeedContract) -> None:
    checks = checks_of(contract, reference_codes(contract, Settings.from_environment().reference_dir))
    asked = {check.code for check in checks}
    promised = {rule.code for rule in (*contract.column_rules, *contract.rules)}
    promised |= {rule.code for rule in contract.delivery_rules if rule.kind in RULES_ABOUT_ROWS}
    assert asked == promised
    assert {expectation.meta["rule_code"] for expectation in suite_of(checks)} == promised


@pytest.mark.parametrize("contract", CONTRACTS.values(), ids=CONTRACTS)
def test_nonsense_breaks_types_and_codes_and_blanks_break_what_is_required(
    contract: FeedContract, tmp_path: Path
) -> None:
    settings = Settings.from_environment(landing_dir=tmp_path / "landing", data_dir=tmp_path / "data")
    folder = settings.landing_dir / contract.agency / contract.feed
    folder.mkdir(parents=True)
    name = contract.delivery.file_name_pattern.replace("[_<n>]", "").replace("<YYYYMMDD>", "20240131")
    name = name.replace("<YYYY-MM>", "2024-01").replace("<force-slug>", "kent")
    columns = [column.physical_name for column in contract.columns]
    rows = {column: [NONSENSE, None] for column in columns}
    pq.write_table(pa.table(rows), folder / f"{name}.parquet")
    ingest_feed(contract, settings)
    gate_feed(contract, settings)
    results = pq.read_table(settings.gate_dir / "rule_results" / f"{contract.agency}__{contract.feed}.parquet")
    failed = {row["rule_code"]: row["failed"] for row in results.to_pylist()}
    for rule in contract.column_rules:
        # nonsense has no place in a range (its type is what is wrong), is no rounded number and reads clearly
        # (nor has a code of no list closed)
        expected = 0 if rule.kind in ("range", "spreadsheet", "legible", "closed") else 1
        if contract.column(rule.column).code_list_class is None:
            assert failed[rule.code] == expected, rule.code
    assert all(rule.code in failed for rule in contract.all_rules if isinstance(rule, ColumnRule | RowRule))
