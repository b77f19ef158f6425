"""A reference list of a user's own that does not fit is named with its file, row, column and what to do."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from orchestration.settings import PROJECT_ROOT, Settings
from orchestration.transform.reference_lists import (
    ReferenceListsError,
    check_reference_lists,
    expected_lists,
    reference_list_faults,
)

pytestmark = pytest.mark.slow

SHIPPED = PROJECT_ROOT / "seeds" / "reference"


@pytest.fixture
def own(tmp_path: Path) -> Path:
    """A user's folder, so far a copy of what ships."""
    return Path(shutil.copytree(SHIPPED, tmp_path / "lists"))


def test_the_lists_that_ship_fit(manifest: Path) -> None:
    lists = expected_lists(manifest)
    assert {f"{item.name}.csv" for item in lists} == {path.name for path in SHIPPED.glob("*.csv")}
    assert reference_list_faults(lists, SHIPPED) == []


def test_a_court_in_an_area_without_a_police_force_is_named(manifest: Path, own: Path) -> None:
    courts = own / "courts.csv"
    header, first, second, third, *rest = courts.read_text(encoding="utf-8").splitlines()
    moved = [row.replace(",London,", ",Wessex,", 1) for row in (second, third)]
    courts.write_text("\n".join([header, first, *moved, *rest, ""]), encoding="utf-8")
    assert reference_list_faults(expected_lists(manifest), own) == [
        f"{courts}: row 2 and 1 more, column criminal_justice_area: 'Wessex' is not in police_forces.csv, column "
        "criminal_justice_area; add a row with it there, or correct it here"
    ]
    with pytest.raises(ReferenceListsError, match=r"(?s)WAREHOUSE_REFERENCE_DIR.*row 2 and 1 more.*'Wessex'"):
        check_reference_lists(Settings.from_environment(reference_dir=own))


def test_each_kind_of_fault_is_named_where_it_stands(manifest: Path, own: Path) -> None:
    def rewrite(name: str, old: str, new: str) -> None:
        path = own / name
        text = path.read_text(encoding="utf-8")
        assert old in text
        path.write_text(text.replace(old, new, 1), encoding="utf-8")

    rewrite("courts.csv", "B01BE00,Belmarsh Magistrates' Court,MAGISTRATES", "B01BE00,,COUNTY")
    rewrite("courts.csv", "B01BH00", "B01BE00")
    rewrite("bank_holidays.csv", "2012-01-02", "2 January 2012")
    rewrite("police_forces.csv", "slug", "slugs")
    rewrite("remand_bases.csv", "\n", "\nX,\n")
    (own / "nationalities.csv").unlink()
    found = reference_list_faults(expected_lists(manifest), own)
    said = [line.removeprefix(f"{own}/") for line in found]
    assert "courts.csv: row 1, column name: empty; fill it in" in said
    assert "courts.csv: row 1, column court_type: 'COUNTY' is none of MAGISTRATES, CROWN; write one of them" in said
    assert "courts.csv: row 1 and 1 more, column court_ou_code: 'B01BE00' stands in more than one row; keep one" in said
    assert any(
        line.startswith("bank_holidays.csv: row 1, column holiday_date: '2 January 2012' is no date") for line in said
    )
    assert "police_forces.csv: no column slug; add it, empty where nothing is known" in said
    assert any(line.startswith("nationalities.csv: missing; copy") for line in said)
    assert any(line.startswith("remand_bases.csv: row 1") for line in said)
    assert len(said) == 7, "\n".join(said)
