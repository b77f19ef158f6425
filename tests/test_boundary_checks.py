"""What checks the boundaries sees every fault it is there for: made-up houses, one fault each."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.boundaries import charter_faults, circle_faults, flow_faults, library_faults, reach_faults, read_package

FLOW = ({"ground"}, {"gate"}, {"marts"}, {"door"})

SOUND = {
    "__init__.py": "",
    "gate/__init__.py": "",
    "marts/__init__.py": "",
    "ground.py": "LIMIT = 1",
    "gate/rules.py": "from house.ground import LIMIT",
    "gate/verdicts.py": "from house.gate.rules import LIMIT",
    "marts/build.py": "from house.gate import verdicts",
    "door.py": "import house.marts.build as build",
}


def house(folder: Path, changes: dict[str, str]) -> Path:
    """A package of four rooms without a fault, with some files changed or added."""
    for name, source in {
        "__init__.py": "",
        "gate/__init__.py": "",
        "marts/__init__.py": "",
        **SOUND,
        **changes,
    }.items():
        path = folder / "house" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(source, encoding="utf-8")
    return folder / "house"


def test_a_sound_house_has_no_fault(tmp_path: Path) -> None:
    package = read_package(house(tmp_path, {}))
    assert flow_faults(package, FLOW) == []
    assert circle_faults(package) == []
    assert reach_faults(package, "marts", ["door"]) == []


@pytest.mark.parametrize(
    "source",
    [
        "from house.door import run",
        "from house import door",
        "import house.door",
        "import house.door as front",
        "from .. import door",
        "from ..door import run",
        "def late():\n    from house.door import run",
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from house.door import run",
        "import importlib\nimportlib.import_module('house.door')",
    ],
)
def test_an_import_of_what_comes_later_is_seen_however_it_is_written(tmp_path: Path, source: str) -> None:
    package = read_package(house(tmp_path, {"gate/rules.py": source, "door.py": ""}))
    assert "gate reaches door, which does not come before it: gate.rules -> door" in flow_faults(package, FLOW)


def test_an_import_in_the_init_of_a_folder_is_seen(tmp_path: Path) -> None:
    package = read_package(house(tmp_path, {"gate/__init__.py": "from ..marts import build"}))
    assert flow_faults(package, FLOW) == ["gate reaches marts, which does not come before it: gate -> marts.build"]


def test_what_is_reached_through_others_is_seen_with_the_shortest_chain(tmp_path: Path) -> None:
    package = read_package(
        house(tmp_path, {"ground.py": "from house.gate import verdicts", "gate/rules.py": "import house.marts.build"})
    )
    assert (
        "ground reaches marts, which does not come before it: ground -> gate.verdicts -> gate.rules -> marts.build"
        in (flow_faults(package, FLOW))
    )


def test_rooms_of_one_step_do_not_reach_one_another(tmp_path: Path) -> None:
    package = read_package(house(tmp_path, {}))
    assert flow_faults(package, ({"ground"}, {"gate", "marts"}, {"door"})) == [
        "marts reaches gate, which does not come before it: marts.build -> gate.verdicts"
    ]


def test_rooms_and_places_in_the_flow_must_match(tmp_path: Path) -> None:
    package = read_package(house(tmp_path, {"cellar.py": ""}))
    assert flow_faults(package, (*FLOW, {"attic"})) == [
        "attic is in the flow and not in the house: take it out",
        "cellar has no place in the flow: add it where its data flow",
    ]


def test_only_those_with_leave_reach_a_room_and_leave_that_is_not_used_is_a_fault(tmp_path: Path) -> None:
    package = read_package(house(tmp_path, {}))
    assert reach_faults(package, "gate", ["marts", "ground"]) == [
        "door must not reach gate: door -> marts.build -> gate.verdicts",
        "ground may reach gate and does not: take the leave away",
    ]


def test_a_library_is_used_at_home_only_and_a_home_it_is_not_used_in_is_a_fault(tmp_path: Path) -> None:
    package = read_package(house(tmp_path, {"door.py": "import yaml", "gate/rules.py": "from yaml import load"}))
    assert library_faults(package, {"yaml": {"gate.*"}}) == ["door imports yaml, which is at home in gate.*"]
    assert library_faults(package, {"yaml": {"gate.*", "door", "marts.*"}}) == [
        "marts.* may import yaml and does not: take the leave away"
    ]


@pytest.mark.parametrize(
    "back",
    [
        "from house.gate.verdicts import LIMIT",
        "from . import verdicts",
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from house.gate.verdicts import LIMIT",
    ],
)
def test_a_circle_within_a_room_is_seen_types_and_all(tmp_path: Path, back: str) -> None:
    package = read_package(house(tmp_path, {"gate/rules.py": back}))
    assert circle_faults(package) == ["a circle: gate.rules -> gate.verdicts -> gate.rules"]


def test_a_longer_circle_is_shown_whole_and_once(tmp_path: Path) -> None:
    package = read_package(
        house(
            tmp_path, {"gate/rules.py": "from house.gate import figures", "gate/figures.py": "from . import verdicts"}
        )
    )
    assert circle_faults(package) == ["a circle: gate.figures -> gate.verdicts -> gate.rules -> gate.figures"]


def test_a_file_that_imports_its_own_folder_is_in_a_circle_with_it(tmp_path: Path) -> None:
    package = read_package(
        house(
            tmp_path,
            {"gate/__init__.py": "from house.gate.rules import RULES", "gate/rules.py": "from . import nought"},
        )
    )
    assert circle_faults(package) == ["a circle: gate -> gate.rules -> gate"]


CHARTER = '"""Rules.\n\nBelongs here: `anything`. Does not belong here: {}.\n"""\nimport os\n'


@pytest.mark.parametrize(
    "pointer",
    [
        "verdicts (`verdicts.py`)",
        "verdicts (`verdicts`)",
        "verdicts (`gate.verdicts`, `marts.build`)",
        "a limit (`ground.LIMIT`)",
        "the first mart (`first_mart`), a table (`conformed.persons`) or whatever `words` say",
        "building (`marts/build.py`, `mar*/*.py`)",
    ],
)
def test_a_charter_may_name_what_is_there(tmp_path: Path, pointer: str) -> None:
    package = read_package(house(tmp_path, {"gate/rules.py": CHARTER.format(pointer)}))
    assert [fault for fault in charter_faults(package, {"first_mart"}) if "gate.rules" in fault] == []


@pytest.mark.parametrize(
    ("pointer", "name"),
    [
        ("sentences (`sentences.py`)", "sentences.py"),
        ("sentences (`sentences`)", "sentences"),
        ("sentences\n(`verdicts` and `sentences`)", "sentences"),
        ("sentences (`gate.sentences`)", "gate.sentences"),
        ("building (`marts/sentences.py`)", "marts/sentences.py"),
        ("a limit (`ground.NOUGHT`)", "ground.NOUGHT"),
    ],
)
def test_a_charter_that_names_what_is_not_there_is_a_fault(tmp_path: Path, pointer: str, name: str) -> None:
    package = read_package(house(tmp_path, {"gate/rules.py": CHARTER.format(pointer)}))
    assert f"gate.rules: its charter names `{name}`, which is not there" in charter_faults(package)


def test_a_module_without_a_charter_is_a_fault(tmp_path: Path) -> None:
    assert "door opens with no charter" in charter_faults(read_package(house(tmp_path, {})))
