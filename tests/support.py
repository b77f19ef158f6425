"""Helpers shared by tests that run the real command on a simulated world."""

from __future__ import annotations

import os
import subprocess
import sys
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from orchestration.publish import latest_publication
from orchestration.settings import Settings


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
    def at(cls, folder: Path, landing_dir: Path, keys_dir: Path, reference_dir: Path | None = None) -> Warehouse:
        """A warehouse under `folder`; warehouses that are compared share their keys."""
        return cls(
            Settings.from_environment(
                landing_dir=landing_dir,
                data_dir=folder / "data",
                keys_dir=keys_dir,
                dagster_home=folder / "dagster",
                reference_dir=reference_dir,
            )
        )

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

        The history of person ids and the revisions are of the builds, not of the deliveries (architecture:
        idempotence): they say what differs from the publication before, and a first build has none before it.
        """
        publication = latest_publication(self.settings)
        assert publication is not None
        remembers = {"conformed.person_id_history", "marts.revisions"}
        return {name: content.fingerprint for name, content in publication.tables.items() if name not in remembers}

    def query(self, sql: str) -> list[tuple[Any, ...]]:
        """Rows of the published database."""
        with closing(duckdb.connect(str(self.settings.published_database.resolve()), read_only=True)) as connection:
            return connection.execute(sql).fetchall()

    def build_query(self, sql: str) -> list[tuple[Any, ...]]:
        """Rows of the private build database."""
        with closing(duckdb.connect(str(self.settings.build_database), read_only=True)) as connection:
            return connection.execute(sql).fetchall()
