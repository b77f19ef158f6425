"""The reports of the small world as they lie in its publication, against the gate, the build and themselves."""

from __future__ import annotations

import csv
import hashlib
import re
import shutil
from contextlib import closing
from pathlib import Path

import duckdb
import pytest

from orchestration.contracts import ColumnRule, FeedContract, load_feed_contracts
from orchestration.lineage.reach import Reach, read_reach
from orchestration.reports.owner import ReportOutcome, build_reports
from orchestration.reports.owner import build as build_module
from orchestration.transform.dbt import dbt_target_path
from tests.support import Warehouse

AGENCIES = ("cps", "hmcts", "laa", "police", "prison", "probation")


@pytest.fixture(scope="module")
def contracts(built: Warehouse) -> dict[str, FeedContract]:
    return load_feed_contracts(built.settings.contracts_dir)


@pytest.fixture(scope="module")
def reports(built: Warehouse) -> Path:
    return built.settings.published_dir / "reports"


@pytest.fixture(scope="module")
def reach(built: Warehouse, contracts: dict[str, FeedContract]) -> Reach:
    published: dict[str, list[str]] = {}
    for table, column in built.query("select schema_name || '.' || table_name, column_name from duckdb_columns()"):
        published.setdefault(table, []).append(column)
    columns = {key: contract.column_names for key, contract in contracts.items()}
    return read_reach(dbt_target_path(built.settings) / "manifest.json", published, columns, "duckdb")


def again(built: Warehouse, contracts: dict[str, FeedContract], folder: Path) -> ReportOutcome:
    """Makes the reports once more, in a folder that looks like the publication."""
    shutil.copyfile(built.settings.published_database, folder / "analyst.duckdb")
    manifest = dbt_target_path(built.settings) / "manifest.json"
    return build_reports(contracts.values(), built.settings, manifest, folder)


def content(folder: Path) -> dict[str, str]:
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.rglob("*")
        if path.is_file()
    }


def test_every_agency_has_its_page_its_list_and_its_annex(reports: Path, contracts: dict[str, FeedContract]) -> None:
    assert sorted(path.name for path in reports.iterdir()) == sorted([*AGENCIES, "index.html", "linkage"])
    for agency in AGENCIES:
        files = {path.name for path in (reports / agency / "technical").iterdir()}
        feeds = [contract.feed for contract in contracts.values() if contract.agency == agency]
        assert files == {"index.html", *(f"{feed}_{what}.html" for feed in feeds for what in ("rules", "result"))}
        page = (reports / agency / "index.html").read_text(encoding="utf-8")
        assert all(f'id="{feed}"' in page for feed in feeds)


def test_the_same_build_gives_the_same_bytes(
    built: Warehouse, contracts: dict[str, FeedContract], reports: Path, tmp_path: Path
) -> None:
    shutil.rmtree(built.settings.private_reports_dir / "kept_annex")
    assert again(built, contracts, tmp_path).faults == {}
    of_agencies = {name: made for name, made in content(reports).items() if not name.startswith("linkage/")}
    assert content(tmp_path / "reports") == of_agencies


def test_records_said_to_be_withheld_are_those_no_accepted_row_has(
    built: Warehouse, contracts: dict[str, FeedContract]
) -> None:
    """Counted again from raw text: keys of quarantined rows that staging does not hold."""
    compared = 0
    for contract in contracts.values():
        if contract.mode != "increment":
            continue
        agency, feed = contract.agency, contract.feed
        with closing(duckdb.connect(str(built.settings.build_database), read_only=True)) as connection:
            key = " || '|' || ".join(f'trim("{name}")' for name in contract.primary_key)
            expected = connection.execute(
                f"""
                select count(distinct coalesce({key}, r._delivery_id || r._row_number))
                from read_parquet('{built.settings.raw_dir}/{agency}/{feed}/*.parquet', union_by_name = true) as r
                where (r._delivery_id, r._row_number) in (
                    select (delivery_id, row_number)
                    from read_parquet('{built.settings.gate_dir}/quarantined_rows/{agency}__{feed}.parquet')
                ) and coalesce({key}, '') not in (
                    select record_key from staging.stg_{agency}__{feed}_versions where is_current
                )
                """
            ).fetchall()[0][0]
        rows = [row for row in private_rows(built, agency) if row["feed"] == contract.key]
        missing = "withheld: the record is missing"
        found = {row["record_key"] or row["row_number"] for row in rows if row["what_happened"].startswith(missing)}
        assert len(found) == expected, contract.key
        compared += expected
    assert compared > 5


def private_rows(built: Warehouse, agency: str) -> list[dict[str, str]]:
    path = built.settings.private_reports_dir / agency / "rows_to_mend.csv"
    return list(csv.DictReader(path.open(encoding="utf-8", newline="")))


def test_the_published_list_is_the_private_one_without_keys(built: Warehouse, reports: Path) -> None:
    lines = 0
    for agency in AGENCIES:
        published = list(csv.DictReader((reports / agency / "rows_to_mend.csv").open(encoding="utf-8", newline="")))
        private = private_rows(built, agency)
        for row in private:
            del row["record_key"], row["key_columns"]
        assert published == private
        lines += len(published)
    assert lines > 300


def test_every_model_is_followed_column_by_column(reach: Reach) -> None:
    assert reach.unread == {}


def test_every_feed_is_staged_and_leads_only_where_its_data_go(
    reach: Reach, contracts: dict[str, FeedContract]
) -> None:
    assert set(reach.staged) == set(contracts)
    assert {touch.mart.name for touch in reach.touched("prison/custody_spells")} >= {
        "marts.remand_episodes", "marts.remand_durations",
    }  # fmt: skip
    searches = {touch.mart.name for touch in reach.touched("police/stop_search")}
    assert "marts.stop_search" in searches
    assert not {"marts.remand_episodes", "marts.court_sentencing"} & searches
    spells = {touch.mart.name for touch in reach.touched("prison/custody_spells")}
    assert "marts.stop_search" not in spells
    # A death in prison ends the charges of who died; the court that sent somebody there decides no sentence.
    assert "marts.court_sentencing" in spells
    of_court = {touch.mart.name for touch in reach.touched("prison/custody_spells", {"court_ou_code"})}
    assert "marts.remand_episodes" in of_court
    assert "marts.court_sentencing" not in of_court


@pytest.mark.parametrize(
    ("feed", "column", "mart", "moved", "not_moved"),
    [
        # the court's own view of days in custody leaves out hearings of some types; nothing else asks for the type
        ("hmcts/hearings", "hearing_type_code", "marts.remand_episodes", {"days_court_view"}, {"days_net"}),
        ("police/stop_search", "outcome", "marts.stop_search", {"arrests", "nfa"}, {"searches", "gender"}),
        ("hmcts/defendants", "gender", "marts.court_sentencing", {"sex"}, {"plea_group"}),
        ("hmcts/offences", "plea", "marts.court_sentencing", {"plea_group"}, {"sex"}),
        ("prison/custody_spells", "court_ou_code", "marts.remand_episodes", {"court_code"}, {"days_net"}),
    ],
)
def test_a_column_moves_what_is_computed_from_it(
    reach: Reach, feed: str, column: str, mart: str, moved: set[str], not_moved: set[str]
) -> None:
    (touch,) = [touch for touch in reach.touched(feed, {column}) if touch.mart.name == mart]
    assert moved <= set(touch.columns)
    assert not not_moved & set(touch.columns)


def test_identifiers_move_figures_by_way_of_linking_people(reach: Reach) -> None:
    (touch,) = [item for item in reach.touched("probation/orders", {"ptiurn"}) if item.mart.name.endswith("episodes")]
    assert touch.through_linkage_only
    assert touch.linked_columns


def test_a_fault_in_one_report_takes_that_page_alone_and_is_named(
    built: Warehouse, contracts: dict[str, FeedContract], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = build_module.present_state

    def failing(contract: FeedContract, *arguments: object) -> object:
        if contract.agency == "laa":
            raise RuntimeError("raw is gone")
        return whole(contract, *arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(build_module, "present_state", failing)
    outcome = again(built, contracts, tmp_path)
    assert outcome.faults == {"laa": "RuntimeError: raw is gone"}
    assert sorted(outcome.pages) == [agency for agency in AGENCIES if agency != "laa"]
    assert not (tmp_path / "reports" / "laa").exists()
    assert "could not be made this time" in (tmp_path / "reports" / "index.html").read_text(encoding="utf-8")


def test_the_command_makes_the_page_again_and_says_where_it_is(built: Warehouse, tmp_path: Path) -> None:
    warehouse = built.copy(tmp_path)
    page = warehouse.settings.published_dir / "reports" / "prison" / "index.html"
    before = page.read_bytes()
    page.resolve().unlink()
    assert warehouse.command("report", "prison").stdout.strip() == str(page)
    assert page.read_bytes() == before
    refused = warehouse.command("report", "prisons", check=False)
    assert refused.returncode != 0
    assert "choose from" in refused.stderr


def test_relaxed_rules_say_since_when_and_why(reports: Path, contracts: dict[str, FeedContract]) -> None:
    rule = contracts["prison/custody_spells"].rule("PRI-SPE-003")
    assert rule.relaxed_reason
    page = (reports / "prison" / "index.html").read_text(encoding="utf-8")
    assert f"Since 22 November 2026: {rule.relaxed_reason}" in page


def test_the_annex_shows_no_value_of_a_row(built: Warehouse, reports: Path, contracts: dict[str, FeedContract]) -> None:
    """Great Expectations reports passed or failed; which values failed stays on the private side."""
    contract = contracts["police/custody_records"]
    patterns = [rule for rule in contract.column_rules if isinstance(rule, ColumnRule) and rule.column == "postcode"]
    assert patterns
    page = (reports / "police" / "technical" / "custody_records_result.html").read_text(encoding="utf-8")
    with closing(duckdb.connect()) as connection:
        delivered = connection.execute(
            "select distinct trim(postcode) from read_parquet("
            f"'{built.settings.raw_dir}/police/custody_records/*.parquet', union_by_name = true) "
            "where postcode is not null"
        ).fetchall()
    words = set(re.findall(r"[A-Z0-9 ]{5,8}", page))
    assert not words & {value for (value,) in delivered if len(value) >= 5}
