"""`warehouse revisions`: what changed, chosen, as table or CSV, and what it answers if asked for what is not there."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from pathlib import Path

import pytest

from orchestration.console.revisions import revision_sentence
from tests.publish.tiny_builds import TinyBuild, TinyWarehouse
from tests.support import Warehouse


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> TinyWarehouse:
    """Three builds: the first, one with another list of courts, and one with another count of searches too."""
    warehouse = TinyWarehouse(tmp_path_factory.mktemp("tiny"))
    first = TinyBuild()
    warehouse.publish(first)
    assert revision_sentence(warehouse.settings) is None
    second = replace(first, cells={**first.cells, ("2026-07-01", "B01"): (11, 4.0)}, courts=("B01",))
    warehouse.publish(second)
    warehouse.publish(replace(second, searches=8, sql={"searches": "rewritten"}))
    return warehouse


@pytest.fixture(scope="module")
def warehouse(tiny: TinyWarehouse) -> Warehouse:
    return Warehouse(tiny.settings)


def test_a_table_for_people_and_one_sentence_beside_it(warehouse: Warehouse) -> None:
    finished = warehouse.command("revisions")
    assert "month=2026-10-01" in finished.stdout
    assert "1 cell of 1 mart revised (1 rule_change)" in finished.stderr


def test_csv_holds_every_column_and_since_an_earlier_build_everything_since(warehouse: Warehouse) -> None:
    oldest = min(path.name for path in warehouse.settings.publications_dir.iterdir())
    finished = warehouse.command("revisions", "--since", oldest, "--format", "csv")
    rows = list(csv.DictReader(io.StringIO(finished.stdout)))
    assert [(row["mart"], row["measure"], row["cause"]) for row in rows] == [
        ("results_by_court", "cases", "code_list_change"),
        ("results_by_court", "mean_days", "code_list_change"),
        ("searches", "searches", "rule_change"),
    ]
    assert rows[1]["cause_detail"] == "code_list_change: list courts"
    assert "3 cells of 2 marts revised (2 code_list_change, 1 rule_change)" in finished.stderr


def test_a_mart_and_a_cause_choose_lines(warehouse: Warehouse) -> None:
    oldest = min(path.name for path in warehouse.settings.publications_dir.iterdir())
    arguments = ("revisions", "--since", oldest, "--format", "csv")
    of_mart = warehouse.command(*arguments, "--mart", "marts.searches").stdout.splitlines()
    of_cause = warehouse.command(*arguments, "--cause", "code_list_change").stdout.splitlines()
    assert (len(of_mart), len(of_cause)) == (1 + 1, 1 + 2)
    nothing = warehouse.command(*arguments, "--cause", "relinkage")
    assert nothing.stdout.count("\n") == 1
    assert "No published figure differs" in nothing.stderr


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (("--mart", "search"), 1, "results_by_court, revisions, searches"),
        (("--since", "20250101T000000Z"), 1, "20261120T0201"),
        (("--cause", "weather"), 2, "late_data"),
    ],
)
def test_what_is_not_there_is_answered_with_what_is(
    warehouse: Warehouse, arguments: tuple[str, ...], code: int, says: str
) -> None:
    finished = warehouse.command("revisions", *arguments, check=False)
    assert finished.returncode == code
    assert says in finished.stderr
    assert "Traceback" not in finished.stderr


def test_before_the_first_build_it_says_what_to_run(tmp_path: Path) -> None:
    empty = Warehouse.at(tmp_path, tmp_path / "landing", tmp_path / "keys")
    finished = empty.command("revisions", check=False)
    assert finished.returncode == 1
    assert "warehouse run" in finished.stderr


def test_the_sentence_after_a_run_is_about_the_build_before(tiny: TinyWarehouse) -> None:
    assert revision_sentence(tiny.settings) == (
        "Since build 20261120T020200000000Z (data as of 2026-11-09): 1 cell of 1 mart revised (1 rule_change)."
    )
