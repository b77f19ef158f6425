"""A new mart begins with what is known; names it cannot have are refused all at once, and nothing is written."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
import yaml

from orchestration.contracts import ContractError
from orchestration.contracts.reader import TO_FILL_IN
from orchestration.products.scaffold import scaffold_mart
from orchestration.settings import PROJECT_ROOT, Settings

TODAY = date(2026, 12, 1)


def marts_files() -> set[Path]:
    folders = (PROJECT_ROOT / "dbt_project" / "models" / "marts", PROJECT_ROOT / "data_contracts" / "products")
    return {path for folder in folders for path in folder.rglob("*")}


@pytest.mark.parametrize(
    ("name", "columns", "complaints"),
    [
        ("court_sittings", [], ["write SUBJECT/NAME in snake_case"]),
        ("courts/Sittings", [], ["write SUBJECT/NAME in snake_case"]),
        ("court/waits", ["month"], ["'court' is no subject; choose from: benchmarks, courts, "]),
        (
            "courts/court_sittings",
            ["month"],
            ["courts/court_sittings.sql: there already", "data_contracts/products/court_sittings.yaml: there already"],
        ),
        ("courts/hearings", [], ["no key; name with --key", "hearings.sql: there already"]),
        (
            "court/waits",
            ["Quarter", "quarter", "quarter", "data_as_of"],
            ["'court' is no subject", "'Quarter' is no name", "'quarter' is named", "'data_as_of' is named"],
        ),
    ],
)
def test_a_name_that_cannot_be_used_is_refused(name: str, columns: list[str], complaints: list[str]) -> None:
    before = marts_files()
    with pytest.raises(ContractError) as refused:
        scaffold_mart(name, columns, [], Settings.from_environment(), TODAY)
    assert len(refused.value.problems) == len(complaints)
    for complaint, problem in zip(complaints, refused.value.problems, strict=True):
        assert complaint in problem
    assert marts_files() == before


@pytest.fixture
def empty_project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project with one subject and no mart."""
    for module in ("settings", "products.scaffold"):
        monkeypatch.setattr(f"orchestration.{module}.PROJECT_ROOT", tmp_path)
    (tmp_path / "dbt_project" / "models" / "marts" / "courts").mkdir(parents=True)
    (tmp_path / "data_contracts" / "products").mkdir(parents=True)
    (tmp_path / "data_contracts" / "metrics.yaml").write_text("owner: Head\n\nmarts:\n", encoding="utf-8")
    return tmp_path


def test_columns_begin_with_what_their_names_tell(empty_project: Path) -> None:
    key = ["person_id", "entry_month", "is_open", "court_code"]
    _, model, *_ = scaffold_mart("courts/waits", key, ["cases"], Settings.from_environment(), TODAY)
    [mart] = yaml.safe_load(model.read_text(encoding="utf-8"))["models"]
    columns = {column["name"]: column for column in mart["columns"]}
    assert {name: column["data_type"] for name, column in columns.items()} == {
        "person_id": "string", "entry_month": "date", "is_open": "boolean", "court_code": "string", "cases": "bigint",
        "data_as_of": "date",
    }  # fmt: skip
    assert mart["data_tests"][0]["primary_key"]["arguments"]["columns"] == key
    ruled = {name: column["config"]["meta"]["publish"] for name, column in columns.items() if "config" in column}
    assert list(ruled) == ["person_id"]
    assert ruled["person_id"].startswith(TO_FILL_IN)


def test_a_mart_may_hold_only_facts(empty_project: Path) -> None:
    _, _, head, registry = scaffold_mart("courts/waits", ["case_id"], [], Settings.from_environment(), TODAY)
    begun = yaml.safe_load(head.read_text(encoding="utf-8"))
    assert (begun["version"], str(begun["created"])) == ("1.0.0", "2026-12-01")
    entry = yaml.safe_load(registry.read_text(encoding="utf-8"))["marts"]["waits"]
    assert "measures" not in entry
