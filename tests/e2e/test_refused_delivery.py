"""A delivery is refused, one feed is late, one never comes: the rest is built, published, and says so."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from dagster import DagsterInstance, DagsterRun, DagsterRunStatus, RunsFilter

from orchestration.contracts import load_feed_contracts
from orchestration.quality.gate_files import gate_path
from tests.support import Warehouse, World

pytestmark = pytest.mark.xdist_group("refused delivery")

REFUSED = "hmcts/offences/offences_20260503.csv"
"""Empty in the simulated world; its corrected redelivery, `_2`, is held back here."""


@pytest.fixture(scope="module")
def ended(
    world: World, keys_dir: Path, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Warehouse, subprocess.CompletedProcess[str]]:
    """The warehouse, and how the command that built it ended."""
    folder = tmp_path_factory.mktemp("refused")
    landing = folder / "landing"
    shutil.copytree(world.landing_dir, landing)
    assert (landing / REFUSED).stat().st_size == 0
    for correction in landing.glob(f"{REFUSED.removesuffix('.csv')}_2*"):
        correction.unlink()
    shutil.rmtree(landing / "police" / "stop_account")
    for late in sorted((landing / "laa" / "representation_orders").glob("*"))[-6:]:  # a file and its manifest a month
        late.unlink()
    warehouse = Warehouse.at(folder, landing, keys_dir, pages=False)
    return warehouse, warehouse.command("run", check=False)


def last_run(warehouse: Warehouse, job: str) -> DagsterRun:
    with DagsterInstance.from_config(str(warehouse.settings.dagster_home)) as instance:
        return instance.get_runs(RunsFilter(job_name=job), limit=1)[0]


def test_it_is_published_and_the_refusal_is_said(
    ended: tuple[Warehouse, subprocess.CompletedProcess[str]],
) -> None:
    warehouse, finished = ended
    assert finished.returncode == 0, finished.stderr
    assert "Published" in finished.stderr
    sentence = 'hmcts/offences: offences_20260503.csv is refused by HMC-OFF-FILE-EMPTY_FILE "The file is not of zero'
    assert sentence in finished.stderr
    assert f"refused, outstanding: {sentence}" in warehouse.command("status").stdout


def test_late_feeds_are_named_when_the_run_ends_and_by_status(
    ended: tuple[Warehouse, subprocess.CompletedProcess[str]],
) -> None:
    warehouse, finished = ended
    never = "police/stop_account: nothing has ever been delivered"
    late = "laa/representation_orders: the newest extract is of 2026-08-"
    for line in (never, late):
        assert f"  {line}" in finished.stderr
        assert f"not fresh: {line}" in warehouse.command("status").stdout


def test_freshness_and_the_sources_of_each_mart_say_what_is_missing(
    ended: tuple[Warehouse, subprocess.CompletedProcess[str]],
) -> None:
    warehouse, _ = ended
    status = dict(warehouse.query("select agency || '/' || feed, status from marts.freshness where status <> 'fresh'"))
    assert status == {"laa/representation_orders": "late", "police/stop_account": "never_delivered"}
    assert warehouse.query(
        "select agency, feed, deliveries_rejected_outstanding from marts.freshness "
        "where deliveries_rejected_outstanding > 0"
    ) == [("hmcts", "offences", 1)]
    touched = {
        mart
        for (mart,) in warehouse.query(
            "select mart from marts.mart_sources where feed = 'offences' and deliveries_rejected_outstanding = 1"
        )
    }
    assert {"court_sentencing", "court_sentencing_rates", "deliveries"} <= touched
    assert "stop_search" not in touched
    assert warehouse.query(
        "select feed, is_stale from marts.mart_sources where mart = 'stop_search' order by feed"
    ) == [("stop_account", True), ("stop_search", False)]


def test_months_that_lack_a_delivery_say_so_in_every_mart_that_needs_it(
    ended: tuple[Warehouse, subprocess.CompletedProcess[str]],
) -> None:
    """The extract of 3 May, of April, was refused: what rests on offences is partial, what does not is complete."""
    warehouse, _ = ended
    april = "select distinct coverage from marts.{} where quarter = date '2026-04-01'"
    for mart, state in {"court_sentencing": "partial", "guilty_pleas": "partial", "court_sittings": "complete"}.items():
        assert warehouse.query(april.format(mart)) == [(state,)], mart
    missing = warehouse.query(
        "select agency || '/' || feed, cast(month as varchar) from marts.coverage "
        "where area_type = 'all' and state = 'partial' and agency = 'hmcts'"
    )
    assert missing == [("hmcts/offences", "2026-04-01")]
    never = warehouse.query("select distinct state from marts.coverage where feed = 'stop_account'")
    assert never == [("before_first_extract",)]


def test_the_ledger_of_rules_adds_up_to_the_verdicts(
    ended: tuple[Warehouse, subprocess.CompletedProcess[str]],
) -> None:
    """Every rule that decided a verdict failed in that delivery, and no reason is given without its result."""
    warehouse, _ = ended
    decided = warehouse.query(
        "select agency, feed, delivery_id, unnest(string_split(reason_codes, ';')) from marts.deliveries "
        "where reason_codes <> ''"
    )
    assert len(decided) > 5
    failed = set(
        warehouse.query(
            "select agency, feed, delivery_id, rule_code from marts.rule_results "
            "where failed > 0 and severity <> 'warning'"
        )
    )
    assert set(decided) == failed
    [(held,)] = warehouse.query("select sum(rows_quarantined) from marts.deliveries")
    [(broken,)] = warehouse.query("select sum(failed) from marts.rule_results where severity = 'quarantine'")
    assert broken >= held > 0  # a row may break several rules


OF_ONE_AGENCY = {"custody_time_limits", "pre_charge_bail"}
"""Marts that speak of the newest extract of prisons, or of police custody."""


def test_every_mart_says_as_of_when(ended: tuple[Warehouse, subprocess.CompletedProcess[str]]) -> None:
    warehouse, _ = ended
    marts = {mart for (mart,) in warehouse.query("select table_name from duckdb_tables() where schema_name = 'marts'")}
    made_from_no_feed = {"revisions"}  # but from two publications
    with_feeds = {mart for (mart,) in warehouse.query("select distinct mart from marts.mart_sources")}
    assert with_feeds == marts - made_from_no_feed
    [(newest,)] = warehouse.query("select max(extract_date) from marts.deliveries where verdict <> 'rejected'")
    for mart in sorted(marts):
        dates = warehouse.query(f"select distinct data_as_of from marts.{mart}")
        assert len(dates) <= 1, mart
        if not mart.startswith("remand") and mart not in OF_ONE_AGENCY:  # those speak of the newest prison extract
            assert dates in ([], [(newest,)]), mart


def test_the_run_that_received_failed_and_the_build_did_not(
    ended: tuple[Warehouse, subprocess.CompletedProcess[str]],
) -> None:
    warehouse, _ = ended
    assert last_run(warehouse, "receive_deliveries").status is DagsterRunStatus.FAILURE
    assert last_run(warehouse, "build_warehouse").status is DagsterRunStatus.SUCCESS


def test_every_other_feed_was_gated(ended: tuple[Warehouse, subprocess.CompletedProcess[str]]) -> None:
    warehouse, _ = ended
    for contract in load_feed_contracts(warehouse.settings.contracts_dir).values():
        deliveries = pq.read_table(gate_path(contract, warehouse.settings, "deliveries")).to_pylist()
        rejected = [row["file_name"] for row in deliveries if row["verdict"] == "rejected"]
        assert bool(deliveries) == (contract.key != "police/stop_account"), contract.key
        assert rejected == (["offences_20260503.csv"] if contract.key == "hmcts/offences" else []), contract.key


def test_a_build_that_fails_says_why_and_what_was_refused_and_publishes_nothing(
    ended: tuple[Warehouse, subprocess.CompletedProcess[str]], keys_dir: Path, tmp_path: Path
) -> None:
    """A row lost from a quarantine file: neither that feed's gate nor the ledger may let it pass."""
    warehouse, _ = ended
    shutil.copytree(warehouse.settings.data_dir, tmp_path / "data", symlinks=True)
    broken = Warehouse.at(tmp_path, warehouse.settings.landing_dir, keys_dir)
    spells = load_feed_contracts(broken.settings.contracts_dir)["prison/custody_spells"]
    path = gate_path(spells, broken.settings, "quarantined_rows")
    pq.write_table(pq.read_table(path).slice(1), path)
    before = broken.settings.published_dir.resolve()

    finished = broken.command("run", check=False)

    assert finished.returncode == 1
    assert broken.settings.published_dir.resolve() == before
    lines = finished.stderr.splitlines()
    assert any(line.startswith("gate__ledger: ") and "prison/custody_spells custody_spells_" in line for line in lines)
    assert any(line.startswith("could not be received: gate__prison__custody_spells: ") for line in lines)
    assert any(line.startswith("refused: hmcts/offences: offences_20260503.csv") for line in lines)
    assert "Nothing was published" in finished.stderr
