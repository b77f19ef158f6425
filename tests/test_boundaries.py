"""The house stands as drawn: no room imports one downstream of it, nothing imports the front doors."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from orchestration.settings import PROJECT_ROOT

PACKAGE = PROJECT_ROOT / "orchestration"

FLOW = (
    {"settings", "atomic", "reporter"},
    {"spreadsheets"},
    {"contracts"},
    {"run_lock", "retries"},
    {"resources"},
    {"ingest"},
    {"quality"},
    {"linkage"},
    {"transform"},
    {"lineage"},
    {"reports"},
    {"publish"},
    {"simulation"},
    {"jobs"},
    {"triggers"},
    {"console"},
    {"definitions"},
    {"cli"},
)
"""Rooms in the order data flows; each may import only what stands before it."""

SIMULATION_READERS = {"console", "cli"}
"""Only what a person calls may reach the simulation: no pipeline code knows its truth."""

ENTRY_POINT_IMPORTS = {("console", "definitions")}
"""`warehouse run` executes the job the entry point assembles; it is loaded when asked, never at import."""


def rooms_imported(path: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        names: list[str] = []
        if isinstance(node, ast.ImportFrom) and node.module:
            names = [node.module]
        elif isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        found |= {name.split(".")[1] for name in names if name.startswith("orchestration.")}
    return found


def modules() -> list[Path]:
    return sorted(path for path in PACKAGE.rglob("*.py") if path != PACKAGE / "__init__.py")


def room_of(path: Path) -> str:
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_no_room_imports_one_downstream_of_it(path: Path) -> None:
    order = {room: position for position, rooms in enumerate(FLOW) for room in rooms}
    room = room_of(path)
    assert room in order, f"{room} has no place in the flow; add it to FLOW where its data flows"
    downstream = {
        other for other in rooms_imported(path) - {room}
        if order[other] > order[room] and (room, other) not in ENTRY_POINT_IMPORTS
    }  # fmt: skip
    assert not downstream, f"{path.relative_to(PACKAGE)} imports {sorted(downstream)}, downstream of {room}"


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_only_people_reach_the_simulation(path: Path) -> None:
    if room_of(path) not in SIMULATION_READERS | {"simulation"}:
        assert "simulation" not in rooms_imported(path)


def test_every_module_opens_with_its_charter() -> None:
    without = [str(path) for path in modules() if not ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))]
    assert not without


def test_the_top_level_is_the_agreed_one() -> None:
    agreed = {
        "pyproject.toml", "README.md", "dbt_project", "orchestration", "data_contracts", "tests", "seeds", "Makefile",
        "requirements.lock", "CHANGELOG.md", "landing", "data",
    }  # fmt: skip
    found = {path.name for path in PROJECT_ROOT.iterdir() if not path.name.startswith(".")}
    assert {name for name in found if not name.endswith(".egg-info")} <= agreed
