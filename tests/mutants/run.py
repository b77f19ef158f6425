"""Makes every mutation of the list in a copy of the project and says which ones no test notices (`make mutants`).

Belongs here: copies, batches, running tests, telling the outcome. Does not belong here: the mutations (`mutations.py`
and its data).

Nothing is changed where the project stands: two copies are made in a temporary folder and worked on at once. Before
any change all tests named are run and must pass, for a test that fails anyway notices nothing. Worked examples of dbt
are run on a warehouse without rows, built once; a mutation that lies in the model it is judged by shares its run of dbt
with mutations of other models. Ends with 1 if a mutation survived that is not said to be equivalent.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from queue import Queue

from orchestration.settings import PROJECT_ROOT
from tests.mutants.mutations import Mutation, faults, load_mutations

COPIED = (
    "dbt_project",
    "orchestration",
    "data_contracts",
    "seeds",
    "tests",
    "pyproject.toml",
    "README.md",
    "Makefile",
    "CHANGELOG.md",
)
"""What the tests named in the list read."""

LEFT_OUT = shutil.ignore_patterns("__pycache__", "target", "logs", ".seeds", "*.egg-info")

COPIES = 2

LONGEST_SECONDS = 600
"""A mutation may make a test run for ever; one that runs this long has noticed it."""

PASSED, FAILED = 0, 1
"""How pytest ends."""

EMPTY_WAREHOUSE = """
import sys
from pathlib import Path
from tests.transform.small_warehouse import SmallWarehouse

warehouse = SmallWarehouse(Path(sys.argv[1]))
warehouse.write()
warehouse.link({"nobody": "nobody"})
warehouse.build(*sys.argv[2:])
"""

UNIT_TESTS = """
import sys
from pathlib import Path
from tests.transform.dbt_runs import run_dbt, scratch_settings

settings = scratch_settings(Path(sys.argv[1]))
target_path = settings.build_dir / "dbt_target"
run_dbt(settings, "test", "--resource-type", "unit_test", "--select", *sys.argv[2:], target_path=target_path)
"""
"""Both are run in a copy, by the copy's own code, with the folder beside it as their first argument."""


@dataclass(frozen=True)
class Verdict:
    """What became of one mutation: `caught`, `survived`, or `broken` (its tests could not be run at all)."""

    mutation: Mutation
    outcome: str
    seconds: float
    output: str = ""

    @property
    def is_fault(self) -> bool:
        """Whether the list or the tests must be mended."""
        return self.outcome == "broken" or (self.outcome == "survived" and self.mutation.equivalent is None)

    def line(self) -> str:
        """`caught    stock-counts-who-left  3.2 s`."""
        text = f"{self.outcome:<9} {self.mutation.id}  {self.seconds:.1f} s"
        reason = self.mutation.equivalent if self.outcome == "survived" else None
        return f"{text}  (equivalent: {reason})" if reason else text


class Copy:
    """One copy of the project, and a warehouse without rows beside it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.root = folder / "project"
        for name in COPIED:
            source = PROJECT_ROOT / name
            if source.is_dir():
                shutil.copytree(source, self.root / name, symlinks=True, ignore=LEFT_OUT)
            else:
                shutil.copy2(source, self.root / name)

    def build_without_rows(self, models: Iterable[str]) -> None:
        """Tables without rows for everything these models read, so that dbt knows their columns."""
        finished = self._python("-c", EMPTY_WAREHOUSE, str(self.folder), *(f"+{model}" for model in models))
        if finished.returncode != 0:
            raise SystemExit(f"the warehouse without rows could not be built:\n{finished.stdout}{finished.stderr}")

    def take_warehouse_of(self, other: Copy) -> None:
        """A copy of another copy's warehouse, and of what dbt has parsed there."""
        shutil.copytree(other.folder / "data", self.folder / "data", dirs_exist_ok=True)

    def pytest(self, tests: Sequence[str], seconds: float | None = LONGEST_SECONDS) -> tuple[int, str]:
        """How pytest ended, and what it printed; as failed if it takes longer than that."""
        try:
            finished = self._python("-m", "pytest", "-x", *tests, seconds=seconds)
        except subprocess.TimeoutExpired:
            return FAILED, "ran for ever"
        return finished.returncode, finished.stdout + finished.stderr

    def unit_tests(self, models: Iterable[str]) -> tuple[dict[str, set[str]], str]:
        """By model the statuses of its unit tests, and what dbt printed."""
        results = self.folder / "data" / "build" / "dbt_target" / "run_results.json"
        results.unlink(missing_ok=True)
        finished = self._python("-c", UNIT_TESTS, str(self.folder), *sorted(models))
        output = finished.stdout + finished.stderr
        if not results.exists():
            return {}, output
        found: dict[str, set[str]] = {}
        for result in json.loads(results.read_text(encoding="utf-8"))["results"]:
            _, _, model, _ = result["unique_id"].split(".")
            found.setdefault(model, set()).add(result["status"])
        return found, output

    def changed(self, mutations: Sequence[Mutation]) -> Changed:
        """The copy with these mutations made, for as long as they are looked at."""
        return Changed(self.root, mutations)

    def _python(self, *arguments: str, seconds: float | None = None) -> subprocess.CompletedProcess[str]:
        """Python in the copy: code is read from there, and never as it was compiled before a change."""
        return subprocess.run(
            [sys.executable, *arguments],
            cwd=self.root,
            env={**os.environ, "PYTHONPATH": str(self.root), "PYTHONDONTWRITEBYTECODE": "1"},
            capture_output=True,
            text=True,
            check=False,
            timeout=seconds,
        )


class Changed:
    """Mutations made on entering and taken back on leaving."""

    def __init__(self, root: Path, mutations: Sequence[Mutation]) -> None:
        self.root = root
        self.mutations = mutations
        self.before: dict[Path, bytes] = {}

    def __enter__(self) -> None:
        for item in self.mutations:
            path = self.root / item.file
            self.before.setdefault(path, path.read_bytes())
            item.apply(self.root)

    def __exit__(self, *raised: object) -> None:
        for path, content in self.before.items():
            path.write_bytes(content)


def batches(mutations: Iterable[Mutation]) -> list[tuple[Mutation, ...]]:
    """Mutations that one run of tests can tell apart: of different models by their own unit tests; all others alone."""
    alone = []
    shared: list[dict[str, Mutation]] = []
    for item in mutations:
        if not item.is_of_its_own_model:
            alone.append((item,))
            continue
        place = next((batch for batch in shared if item.file not in batch), None)
        if place is None:
            place = {}
            shared.append(place)
        place[item.file] = item
    return [*(tuple(batch.values()) for batch in shared), *alone]


def judge(copy: Copy, batch: Sequence[Mutation]) -> list[Verdict]:
    """Makes the mutations of a batch and runs their tests."""
    started = time.monotonic()
    statuses: dict[str, set[str]] = {}
    ended, printed = PASSED, ""
    with copy.changed(batch):
        models = {model for item in batch for model in item.unit_tests}
        if models:
            statuses, printed = copy.unit_tests(models)
        tests = [test for item in batch for test in item.tests]
        if tests and not any("fail" in found for found in statuses.values()):
            ended, output = copy.pytest(tests)
            printed += output
    seconds = (time.monotonic() - started) / len(batch)
    return [Verdict(item, _outcome(item, statuses, ended), seconds, printed) for item in batch]


def _outcome(item: Mutation, statuses: dict[str, set[str]], ended: int) -> str:
    found = set().union(*(statuses.get(model, {"missing"}) for model in item.unit_tests))
    if "fail" in found or ended == FAILED:
        return "caught"
    return "survived" if found <= {"pass"} and ended == PASSED else "broken"


def check_before(copies: Sequence[Copy], mutations: Sequence[Mutation]) -> None:
    """Runs all tests named on the project as it is.

    Raises:
        SystemExit: one does not pass.
    """
    models = sorted({model for item in mutations for model in item.unit_tests})
    tests = sorted({test for item in mutations for test in item.tests}, key=_place)

    def unit_tests() -> None:
        if models:
            copies[0].build_without_rows(models)
            statuses, output = copies[0].unit_tests(models)
            wrong = [model for model in models if statuses.get(model) != {"pass"}]
            if wrong:
                raise SystemExit(f"unit tests of {', '.join(wrong)} do not pass on the project as it is:\n{output}")

    def pytest() -> None:
        if tests:
            ended, output = copies[-1].pytest(tests, seconds=None)
            if ended != PASSED:
                raise SystemExit(f"the tests do not pass on the project as it is:\n{output[-6000:]}")

    with ThreadPoolExecutor(COPIES) as pool:
        for running in [pool.submit(unit_tests), pool.submit(pytest)]:
            running.result()
    if models:
        for other in copies[1:]:
            other.take_warehouse_of(copies[0])


def _place(test: str) -> tuple[str, int]:
    """File, and place in it: tests that share a warehouse are run in the order in which they are written."""
    file, _, name = test.partition("::")
    return file, (PROJECT_ROOT / file).read_text(encoding="utf-8").index(f"def {name}(") if name else 0


def run(mutations: Sequence[Mutation]) -> list[Verdict]:
    """Judges all mutations, telling each as it is decided."""
    with tempfile.TemporaryDirectory(prefix="mutants-") as folder:
        copies = [Copy(Path(folder) / str(number)) for number in range(COPIES)]
        print(f"{len(mutations)} mutations; their tests on the project as it is ...", flush=True)
        check_before(copies, mutations)
        free: Queue[Copy] = Queue()
        for copy in copies:
            free.put(copy)

        def one(batch: Sequence[Mutation]) -> list[Verdict]:
            copy = free.get()
            try:
                verdicts = judge(copy, batch)
            finally:
                free.put(copy)
            for verdict in verdicts:
                print(verdict.line(), flush=True)
            return verdicts

        with ThreadPoolExecutor(COPIES) as pool:
            return [verdict for verdicts in pool.map(one, batches(mutations)) for verdict in verdicts]


def main() -> int:
    """Reads the command line; 0 if every mutation was caught or is said to be equivalent."""
    parser = argparse.ArgumentParser(description="Makes each mutation of the list and says which no test notices.")
    parser.add_argument("--only", action="append", metavar="ID", help="this mutation only; may be given again")
    parser.add_argument("--list", action="store_true", help="print the list and do nothing")
    arguments = parser.parse_args()
    mutations = load_mutations()
    if arguments.list:
        for item in mutations:
            print(f"{item.id}\n  {item.file}\n  {item.why}\n  {', '.join((*item.unit_tests, *item.tests))}")
        return 0
    if wrong := faults(mutations, PROJECT_ROOT):
        print("\n".join(wrong))
        return 2
    if arguments.only:
        if strangers := set(arguments.only) - {item.id for item in mutations}:
            print(f"no mutation is called {', '.join(sorted(strangers))}; --list names them all")
            return 2
        mutations = tuple(item for item in mutations if item.id in arguments.only)
    started = time.monotonic()
    verdicts = run(mutations)
    return report(verdicts, time.monotonic() - started)


def report(verdicts: Sequence[Verdict], seconds: float) -> int:
    """Prints what survived and why; 1 if a survivor is not explained."""
    wrong = [verdict for verdict in verdicts if verdict.is_fault]
    explained = [verdict for verdict in verdicts if verdict.outcome == "survived" and not verdict.is_fault]
    for verdict in wrong:
        print(f"\n{verdict.line()}\n  {verdict.mutation.file}: {verdict.mutation.why}")
        if verdict.outcome == "broken":
            print(verdict.output[-3000:])
    for verdict in verdicts:
        if verdict.outcome == "caught" and verdict.mutation.equivalent:
            print(f"{verdict.mutation.id} is said to be equivalent and was caught: take that back")
    caught = sum(verdict.outcome == "caught" for verdict in verdicts)
    print(
        f"\n{caught} of {len(verdicts)} mutations caught, {len(explained)} equivalent, "
        f"{len(wrong)} unexplained; {seconds / 60:.1f} minutes"
    )
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
