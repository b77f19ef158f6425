"""Helpers shared by tests that run the real command on a simulated world."""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import pytest

from orchestration.publish import latest_publication
from orchestration.settings import Settings

REMEMBERED = frozenset({"conformed.person_id_history", "marts.revisions"})
"""Published tables that are of the builds, not of the deliveries (architecture: idempotence): they say what differs
from the publication before, and a first build has none before it."""


def made_once(tmp_path_factory: pytest.TempPathFactory, name: str, make: Callable[[Path], object]) -> Path:
    """The folder `name` of this run of tests, filled by `make` in the first of its processes that asks.

    The others wait for it. Where `make` fails, they fail at once with the same words, and do not try again.
    """
    root = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        root = root.parent  # each process has a folder of its own below that of the run
    folder, ended = root / name, root / f"{name}.ended"
    with (root / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not ended.exists():
            try:
                make(folder)
            except BaseException as error:
                ended.write_text(f"{error}" or type(error).__name__, encoding="utf-8")
                raise
            ended.touch()
        if fault := ended.read_text(encoding="utf-8"):
            raise AssertionError(f"'{name}' could not be made, as another test found:\n{fault}")
    return folder


@dataclass(frozen=True)
class World:
    """One simulated world on disk: what agencies delivered, and the truth behind it."""

    landing_dir: Path
    truth_dir: Path


@dataclass(frozen=True)
class Warehouse:
    """One warehouse in a folder of its own, worked through the command as a user would."""

    settings: Settings

    @classmethod
    def at(
        cls, folder: Path, landing_dir: Path, keys_dir: Path, reference_dir: Path | None = None, *, pages: bool = True
    ) -> Warehouse:
        """A warehouse under `folder`; those that are compared share their keys. Pages cost: a test that reads none of
        them does without."""
        return cls(
            Settings.from_environment(
                landing_dir=landing_dir,
                data_dir=folder / "data",
                keys_dir=keys_dir,
                dagster_home=folder / "dagster",
                reference_dir=reference_dir,
                pages=pages,
            )
        )

    def copy(self, folder: Path) -> Warehouse:
        """The same warehouse in another folder, deliveries and all, to be changed; keys and lists are shared."""
        shutil.copytree(self.settings.data_dir, folder / "data", symlinks=True)
        shutil.copytree(self.settings.landing_dir, folder / "landing")
        settings = self.settings
        return Warehouse.at(folder, folder / "landing", settings.keys_dir, settings.reference_dir, pages=settings.pages)

    def environment(self) -> dict[str, str]:
        return {**os.environ, **self.settings.as_environment(), "COLUMNS": "160"}

    def command(self, *arguments: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        """Runs `warehouse …` and fails the test with its output if it fails."""
        finished = subprocess.run(
            [sys.executable, "-m", "orchestration.cli", *arguments],
            env=self.environment(),
            capture_output=True,
            text=True,
            check=False,
        )
        if check and finished.returncode != 0:
            raise AssertionError(f"warehouse {' '.join(arguments)} failed:\n{finished.stdout}\n{finished.stderr}")
        return finished

    def run(self) -> None:
        """Builds and publishes."""
        self.command("run")

    def start(self) -> subprocess.Popen[str]:
        """Starts a build in a process group of its own and returns at once."""
        return subprocess.Popen(
            [sys.executable, "-m", "orchestration.cli", "run"],
            env=self.environment(),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )

    def fingerprints(self) -> dict[str, str]:
        """Content of every published table that the deliveries decide, run-time columns left out.

        Tables in `REMEMBERED` are left out too.
        """
        publication = latest_publication(self.settings)
        assert publication is not None
        return {name: content.fingerprint for name, content in publication.tables.items() if name not in REMEMBERED}

    def query(self, sql: str) -> list[tuple[Any, ...]]:
        """Rows of the published database."""
        with closing(duckdb.connect(str(self.settings.published_database.resolve()), read_only=True)) as connection:
            return connection.execute(sql).fetchall()

    def build_query(self, sql: str) -> list[tuple[Any, ...]]:
        """Rows of the private build database."""
        with closing(duckdb.connect(str(self.settings.build_database), read_only=True)) as connection:
            return connection.execute(sql).fetchall()
