"""However the same deliveries arrive, whatever is killed, the published content is the same."""

from __future__ import annotations

import os
import random
import shutil
import signal
import threading
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pytest

from orchestration.console.person_history import person_history
from orchestration.console.progress import STAGES
from orchestration.settings import PROJECT_ROOT
from tests.support import Warehouse, World, made_once

SUMMARY = """
select (select sum(searches) from marts.stop_search), (select count(*) from marts.remand_episodes),
    (select sum(defendants_sentenced) from marts.court_sentencing), (select count(*) from conformed.encounters),
    (select count(*) from conformed.persons)
"""
"""Figures of several tables; a mixture of two builds would show in them."""

PERSON_OF_RECORD = "select record_id, person_id from conformed.person_records"


def deliver(files: list[Path], source: Path, target: Path) -> None:
    for file in files:
        destination = target / file.relative_to(source)
        destination.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(file, destination)


def delivered_files(landing_dir: Path) -> list[Path]:
    return sorted(path for path in landing_dir.rglob("*") if path.is_file())


def without_manifests(files: list[Path]) -> list[Path]:
    return [file for file in files if not file.name.endswith(".manifest.json")]


def duplicated(file: Path) -> Path:
    """The same file under another name the landing rules allow."""
    stem, dot, suffixes = file.name.partition(".")
    return file.with_name(f"{stem}_99{dot}{suffixes}")


def own_reference_lists(folder: Path) -> None:
    """The lists that ship with one offence more, which no delivery names."""
    shutil.copytree(PROJECT_ROOT / "seeds" / "reference", folder)
    with (folder / "offences.csv").open("a", encoding="utf-8") as file:
        file.write("ZZ99999,An offence of the user's own list,CS,summary_non_motoring,0,N\n")


@pytest.fixture(scope="module")
def first_half(world: World, keys_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> Warehouse:
    """A random half of the deliveries, without any stop and search, built under a user's own reference lists."""

    def make(folder: Path) -> None:
        own_reference_lists(folder / "reference")
        chance = random.Random(5)
        files = delivered_files(world.landing_dir)
        half = [file for file in files if "stop_search" not in file.parts and chance.random() < 0.5]
        deliver(half, world.landing_dir, folder / "landing")
        warehouse_in(folder).run()

    def warehouse_in(folder: Path) -> Warehouse:
        return Warehouse.at(folder, folder / "landing", keys_dir, folder / "reference", pages=False)

    return warehouse_in(made_once(tmp_path_factory, "first_half", make))


class Reader(threading.Thread):
    """Opens the published database over and over and writes down every figure and every error it meets."""

    def __init__(self, warehouse: Warehouse) -> None:
        super().__init__(daemon=True)
        self.path = warehouse.settings.published_database
        self.seen: set[tuple[object, ...]] = set()
        self.errors: list[str] = []
        self.done = threading.Event()

    def __enter__(self) -> Reader:
        self.start()
        return self

    def __exit__(self, *raised: object) -> None:
        self.done.set()
        self.join()

    def run(self) -> None:
        held = duckdb.connect(str(self.path.resolve()), read_only=True)
        with closing(held):
            first = held.execute(SUMMARY).fetchall()[0]
            while not self.done.wait(0.2):
                try:
                    if held.execute(SUMMARY).fetchall()[0] != first:
                        self.errors.append("the database held open changed")
                    with closing(duckdb.connect(str(self.path.resolve()), read_only=True)) as fresh:
                        self.seen.add(fresh.execute(SUMMARY).fetchall()[0])
                except (duckdb.Error, OSError) as error:
                    self.errors.append(str(error))


KILLED_AFTER = (None, *(title for _, title in STAGES[:-1]))
"""Stages after which a build is killed: at its first sign of life, and after every stage but the last."""

ROUNDS = [
    pytest.param(KILLED_AFTER[start::2], id=f"round {start + 1}", marks=pytest.mark.xdist_group(f"kills {start + 1}"))
    for start in range(2)
]
"""The kills, dealt out to two warehouses; each is killed later every time, and in the end finishes."""

in_one_round = pytest.mark.parametrize("finished", ROUNDS[:1], indirect=True)
"""For what costs something and that no kill bears on."""


def kill_after(warehouse: Warehouse, stage_title: str | None) -> None:
    """Starts a build and kills it, and dbt with it, when a stage is reported done (None: at its first sign of life)."""
    process = warehouse.start()
    assert process.stderr is not None
    watchdog = threading.Timer(240, os.killpg, (process.pid, signal.SIGKILL))  # a build that hangs fails the test
    watchdog.start()
    for line in process.stderr:
        if stage_title is None or stage_title in line:
            break
    else:
        watchdog.cancel()
        raise AssertionError(f"the build ended, or hung, before '{stage_title}' was reported")
    watchdog.cancel()
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    process.stderr.close()


@dataclass(frozen=True)
class Finished:
    """A warehouse that published half the deliveries, received all of them and some twice, was killed, and finished.

    Attributes:
        changed_by: titles of the stages after which a kill had changed what is published.
        before: the figures of `SUMMARY` of its first publication.
        reader: who read all the while.
    """

    warehouse: Warehouse
    changed_by: tuple[str | None, ...]
    before: tuple[object, ...]
    reader: Reader


@pytest.fixture(scope="module", params=ROUNDS)
def finished(
    request: pytest.FixtureRequest, first_half: Warehouse, world: World, tmp_path_factory: pytest.TempPathFactory
) -> Finished:
    warehouse = first_half.copy(tmp_path_factory.mktemp("in_pieces"))
    landing = warehouse.settings.landing_dir
    deliver(delivered_files(world.landing_dir), world.landing_dir, landing)
    repeated = [file for file in without_manifests(delivered_files(landing)) if "stop_search" not in file.parts]
    for file in random.Random(6).sample(repeated, 20):
        shutil.copy(file, duplicated(file))
    published = warehouse.fingerprints()
    before = warehouse.query(SUMMARY)[0]
    changed_by: list[str | None] = []
    with Reader(warehouse) as reader:
        for title in request.param:
            kill_after(warehouse, title)
            if warehouse.fingerprints() != published:
                changed_by.append(title)
        warehouse.run()
    return Finished(warehouse, tuple(changed_by), before, reader)


def test_pieces_in_any_order_twice_and_killed_give_the_same_content(built: Warehouse, finished: Finished) -> None:
    assert finished.warehouse.fingerprints() == built.fingerprints()


def test_readers_never_notice_a_kill(finished: Finished) -> None:
    assert finished.changed_by == ()
    assert finished.reader.errors == []
    assert finished.before in finished.reader.seen
    assert finished.reader.seen <= {finished.before, finished.warehouse.query(SUMMARY)[0]}


@in_one_round
def test_every_person_of_the_first_half_is_found_again_through_the_history(
    finished: Finished, first_half: Warehouse
) -> None:
    records_of: dict[str, set[str]] = {}
    for record, person in first_half.query(PERSON_OF_RECORD):
        records_of.setdefault(person, set()).add(record)
    now = dict(finished.warehouse.query(PERSON_OF_RECORD))
    today = {person: {now[record] for record in records if record in now} for person, records in records_of.items()}
    assert sum(today[person] != {person} for person in today) > 10, "too few changes to show anything"
    for person, expected in today.items():
        assert set(person_history(finished.warehouse.settings, person, since_build=1).today) == expected


@in_one_round
def test_a_users_own_reference_lists_are_the_ones_used_and_stay_as_they_are(finished: Finished) -> None:
    warehouse = finished.warehouse
    used = warehouse.build_query("select title from reference.offences where cjs_offence_code = 'ZZ99999'")
    assert used == [("An offence of the user's own list",)]
    assert warehouse.build_query("select min(force_code) from reference.police_forces") == [("01",)]
    shipped = PROJECT_ROOT / "seeds" / "reference"
    for path in warehouse.settings.reference_dir.iterdir():
        if path.name != "offences.csv":
            assert path.read_bytes() == (shipped / path.name).read_bytes(), path.name
