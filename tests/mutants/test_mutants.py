"""The list of mutations is one that can be run: it hits what it names, and its tests are there."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from orchestration.settings import PROJECT_ROOT
from tests.mutants.mutations import Mutation, faults, load_mutations
from tests.mutants.run import Changed, batches

MUTATIONS = load_mutations()


def test_every_mutation_hits_one_place_and_its_tests_are_there() -> None:
    assert faults(MUTATIONS, PROJECT_ROOT) == []


def test_the_list_is_as_long_and_as_wide_as_was_promised() -> None:
    assert len(MUTATIONS) >= 60
    places = {tuple(Path(item.file).parts[:3]) for item in MUTATIONS}
    rooms = {("orchestration", room) for room in ("ingest", "quality", "linkage", "publish", "contracts")}
    assert rooms <= {place[:2] for place in places}
    assert {("dbt_project", "models", layer) for layer in ("conformed", "marts")} <= places
    assert ("dbt_project", "macros", "identifiers") in places


ONE = Mutation(
    id="one",
    file="dbt_project/models/conformed/remand_spells.sql",
    find="live_from asc,",
    replace="live_from desc,",
    why="an example",
    unit_tests=("remand_spells",),
)


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"file": "dbt_project/models/gone.sql"}, "one: dbt_project/models/gone.sql is not there; has it moved?"),
        ({"find": "person_id"}, "one: its text stands"),
        ({"replace": "live_from asc,"}, "one: it changes nothing"),
        ({"unit_tests": ()}, "one: it names no test"),
        ({"unit_tests": ("courts",)}, "one: model courts has no unit tests"),
        ({"tests": ("tests/test_gone.py",)}, "one: tests/test_gone.py is not there"),
        ({"tests": ("tests/mutants/test_mutants.py::test_gone",)}, "test_mutants.py has no test test_gone"),
    ],
)
def test_what_does_not_hold_is_said(wrong: dict[str, object], says: str) -> None:
    [fault] = faults([replace(ONE, **wrong)], PROJECT_ROOT)  # type: ignore[arg-type]
    assert says in fault
    assert faults([ONE], PROJECT_ROOT) == []
    assert faults([ONE, ONE], PROJECT_ROOT) == ["one: two mutations have this id"]


def test_only_mutations_of_different_models_share_a_run() -> None:
    other = replace(
        ONE, id="other", file="dbt_project/models/marts/remand/bail_spells.sql", unit_tests=("bail_spells",)
    )
    again = replace(ONE, id="again")
    macro = replace(ONE, id="macro", file="dbt_project/macros/counting/remand.sql")
    python = replace(ONE, id="python", unit_tests=(), tests=("tests/mutants/test_mutants.py",))
    assert batches([ONE, other, again, macro, python]) == [(ONE, other), (again,), (macro,), (python,)]


def test_a_mutation_is_made_and_taken_back(tmp_path: Path) -> None:
    path = tmp_path / ONE.file
    path.parent.mkdir(parents=True)
    path.write_text("order by live_from asc, defendant_id asc")
    with Changed(tmp_path, [ONE]):
        assert path.read_text() == "order by live_from desc, defendant_id asc"
    assert path.read_text() == "order by live_from asc, defendant_id asc"
