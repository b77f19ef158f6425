"""The house stands as drawn: data flow one way, libraries keep to their rooms, and charters point at what is there."""

from __future__ import annotations

import pytest

from orchestration.settings import PROJECT_ROOT
from tests.boundaries import (
    Package,
    charter_faults,
    circle_faults,
    flow_faults,
    library_faults,
    part_of,
    reach_faults,
    read_package,
)

FLOW = (
    {"memory"},
    {"settings", "atomic", "reporter", "spreadsheets", "sql_files"},
    {"known_on"},
    {"contracts", "run_lock", "retries"},
    {"resources"},
    {"ingest"},
    {"quality"},
    {"linkage"},
    {"transform"},
    {"products"},
    {"lineage"},
    {"reports"},
    {"publish"},
    {"simulation"},
    {"jobs"},
    {"triggers"},
    {"definitions"},
    {"console"},
    {"cli"},
)
"""Rooms in the order data flow; each may reach only what stands before its step."""

LINKAGE_FLOW = (
    {"source_files", "tables", "person_id_history"},
    {"matching"},
    {"learning"},
    {"accuracy"},
    {"review"},
    {"evidence"},
    {"link"},
    {"assets"},
)
"""The same within linkage: what decides a link reaches nothing that learns, measures or asks."""

SIMULATION_READERS = ("console", "cli")
"""Only what a person calls may reach the simulation: no pipeline code knows its truth."""

HOMES = {
    "dagster": {
        "*.assets",
        "jobs",
        "triggers",
        "definitions",
        "resources",
        "retries",
        "console.run",
        "console.event_log",
        "console.progress",
    },
    "dagster_dbt": {"transform.assets", "retries"},
    "great_expectations": {"quality.*"},
    "splink": {"linkage.*"},
    "sqlglot": {"lineage.*"},
    "jinja2": {"reports.*"},
    "altair": {"reports.*"},
    "yaml": {"contracts.*"},
    "typer": {"console.*_commands", "console.options", "cli"},
}  # fmt: skip
"""Where each large library is at home. What a room does is plain functions: Dagster only wires them."""


@pytest.fixture(scope="module")
def house() -> Package:
    return read_package(PROJECT_ROOT / "orchestration")


def models() -> set[str]:
    return {path.stem for path in (PROJECT_ROOT / "dbt_project" / "models").rglob("*.sql")}


def held(faults: list[str]) -> None:
    assert not faults, "\n".join(["", *faults])


def test_data_flow_one_way(house: Package) -> None:
    held(flow_faults(house, FLOW))


def test_linkage_reaches_from_measuring_to_matching_and_never_back(house: Package) -> None:
    held(flow_faults(part_of(house, "linkage"), LINKAGE_FLOW))


def test_only_people_reach_the_simulation(house: Package) -> None:
    held(reach_faults(house, "simulation", SIMULATION_READERS))


def test_libraries_keep_to_their_rooms(house: Package) -> None:
    held(library_faults(house, HOMES))


def test_no_files_import_one_another_in_a_circle(house: Package) -> None:
    held(circle_faults(house))


def test_every_module_opens_with_its_charter_and_it_names_what_is_there(house: Package) -> None:
    held(charter_faults(house, models()))


def test_tests_stand_in_the_room_they_are_of(house: Package) -> None:
    tests = PROJECT_ROOT / "tests"
    folders = {path.relative_to(tests).parts[0] for path in tests.rglob("*/*.py")}
    of_the_whole = {"marts", "seeds", "e2e", "mutants"}
    held([f"tests/{name} is of no room" for name in sorted(folders - house.rooms - of_the_whole)])


def test_the_top_level_is_the_agreed_one() -> None:
    agreed = {
        "pyproject.toml", "README.md", "dbt_project", "orchestration", "data_contracts", "tests", "seeds", "Makefile",
        "requirements.lock", "CHANGELOG.md", "LICENSE", "landing", "data",
    }  # fmt: skip
    found = {path.name for path in PROJECT_ROOT.iterdir() if not path.name.startswith(".")}
    assert {name for name in found if not name.endswith(".egg-info")} <= agreed
