"""The fixed list of mutations: small wrong changes of the project, each with the tests that must notice it.

Belongs here: reading the list (`mutations/*.yaml`) and saying what in it does not hold. Does not belong here: making
the changes and running the tests (`run.py`).

The list is data, one file for each layer or room. A mutation names the text that it replaces, which stands exactly
once in its file: a move or a rewording of the code is noticed by a quick test, not by a mutation that hits nothing.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import yaml

MUTATIONS_DIR = Path(__file__).parent / "mutations"
MODELS = Path("dbt_project") / "models"


@dataclass(frozen=True)
class Mutation:
    """One wrong change.

    Attributes:
        id: its name, unique in the list.
        file: what it changes, below the project's root.
        find: the text to replace; stands once in the file.
        replace: what to put there.
        why: what would be published or done if it stood, in one line.
        tests: pytest files or tests (`tests/x/test_y.py::test_z`) of which one must fail.
        unit_tests: dbt models of whose unit tests one must fail.
        equivalent: why no test can notice it, where none can; such a mutation may survive, and only such.
    """

    id: str
    file: str
    find: str
    replace: str
    why: str
    tests: tuple[str, ...] = ()
    unit_tests: tuple[str, ...] = ()
    equivalent: str | None = None

    @property
    def is_of_its_own_model(self) -> bool:
        """Whether it changes nothing but the model whose unit tests judge it."""
        return not self.tests and self.unit_tests == (Path(self.file).stem,)

    def apply(self, root: Path) -> None:
        """Makes the change in a copy of the project.

        Raises:
            ValueError: the text does not stand exactly once in the file.
        """
        path = root / self.file
        text = path.read_text(encoding="utf-8")
        if text.count(self.find) != 1:
            raise ValueError(f"{self.id}: its text stands {text.count(self.find)} times in {self.file}")
        path.write_text(text.replace(self.find, self.replace), encoding="utf-8")


def load_mutations(folder: Path = MUTATIONS_DIR) -> tuple[Mutation, ...]:
    """All mutations, in the order of their files.

    Raises:
        ValueError: an entry has other fields than a mutation has.
    """
    return tuple(
        _mutation(path, entry)
        for path in sorted(folder.glob("*.yaml"))
        for entry in yaml.safe_load(path.read_text(encoding="utf-8"))
    )


def faults(mutations: Sequence[Mutation], root: Path) -> list[str]:
    """Everything in the list that does not hold in a tree: one line each, empty if all is well."""
    found = [f"{name}: two mutations have this id" for name, count in _counted(mutations) if count > 1]
    tested = models_with_unit_tests(root)
    for item in mutations:
        found += [f"{item.id}: {text}" for text in _faults_of(item, root, tested)]
    return found


def models_with_unit_tests(root: Path) -> frozenset[str]:
    """Models that have a worked example beside them."""
    return frozenset(
        model
        for path in (root / MODELS).rglob("*__unit_tests.yml")
        for model in re.findall(r"^ +model: (\w+)$", path.read_text(encoding="utf-8"), re.MULTILINE)
    )


def _mutation(path: Path, entry: dict[str, Any]) -> Mutation:
    names = {item.name for item in fields(Mutation)}
    if strangers := set(entry) - names:
        raise ValueError(f"{path.name}: {entry.get('id')} has {', '.join(sorted(strangers))}; a mutation has {names}")
    lists = {name: tuple(entry.get(name, ())) for name in ("tests", "unit_tests")}
    return Mutation(**{**entry, **lists})


def _counted(mutations: Iterable[Mutation]) -> Iterable[tuple[str, int]]:
    return Counter(item.id for item in mutations).items()


def _faults_of(item: Mutation, root: Path, tested: frozenset[str]) -> Iterator[str]:
    path = root / item.file
    if not path.is_file():
        yield f"{item.file} is not there; has it moved?"
    elif (count := path.read_text(encoding="utf-8").count(item.find)) != 1:
        yield f"its text stands {count} times in {item.file}, and must stand once: {item.find!r}"
    if item.find == item.replace:
        yield "it changes nothing"
    if not item.tests and not item.unit_tests:
        yield "it names no test"
    for test in item.tests:
        yield from _faults_of_test(test, root)
    for model in item.unit_tests:
        if model not in tested:
            yield f"model {model} has no unit tests"


def _faults_of_test(test: str, root: Path) -> Iterator[str]:
    file, _, name = test.partition("::")
    if not (root / file).is_file():
        yield f"{file} is not there; has it moved?"
    elif name and not re.search(rf"^def {re.escape(name)}\(", (root / file).read_text(encoding="utf-8"), re.MULTILINE):
        yield f"{file} has no test {name}"
