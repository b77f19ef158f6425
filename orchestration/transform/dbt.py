"""Calls dbt with the paths of one warehouse and keeps the manifest that Dagster's asset graph is made from."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from orchestration.settings import PROJECT_ROOT, Engine, Settings

DBT_PROJECT_DIR = PROJECT_ROOT / "dbt_project"
MANIFEST_PATH = DBT_PROJECT_DIR / "target" / "manifest.json"
"""The manifest Dagster definitions are loaded from: the shape of the project, the same for every warehouse."""

SHIPPED_LISTS = "reference"
"""Name inside the dbt project of the reference lists that ship (a link to `seeds/reference/`)."""

_FINGERPRINT_PATH = MANIFEST_PATH.with_suffix(".fingerprint")
_PROJECT_SUFFIXES = frozenset({".sql", ".yml", ".yaml", ".csv", ".md"})


class DbtError(RuntimeError):
    """dbt ended with an error; the message holds the last lines it printed."""


def dbt_environment(settings: Settings) -> dict[str, str]:
    """The environment dbt runs in: this process's own, plus the warehouse's paths and dbt's own switches."""
    return {
        **os.environ,
        **settings.as_environment(),
        "WAREHOUSE_SEED_PATH": seed_path(settings.reference_dir),
        "DBT_PROFILES_DIR": str(DBT_PROJECT_DIR),
        "DBT_LOG_PATH": str(settings.build_dir / "dbt_logs"),
        "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
        "DBT_VERSION_CHECK": "false",
    }


def seed_path(reference_dir: Path) -> str:
    """The reference lists as dbt must be told them: a name inside the dbt project.

    dbt writes the artefact of every seed to its target folder joined with the seed's path; an absolute path joins to
    itself, and the list would be overwritten. So a folder other than the one that ships is reached through a link.
    """
    if reference_dir.resolve() == (PROJECT_ROOT / "seeds" / "reference").resolve():
        return SHIPPED_LISTS
    name = hashlib.sha256(str(reference_dir.resolve()).encode()).hexdigest()[:12]
    link = DBT_PROJECT_DIR / ".seeds" / name
    link.parent.mkdir(exist_ok=True)
    if not link.is_symlink():
        temporary = link.with_name(f"{name}.{os.getpid()}")
        temporary.symlink_to(reference_dir.resolve(), target_is_directory=True)
        temporary.replace(link)
    return f".seeds/{name}"


def dbt_target_name(settings: Settings) -> str:
    """Name of the dbt target for the warehouse's engine."""
    return {Engine.DUCKDB: "duckdb", Engine.SPARK: "spark"}[settings.engine]


def dbt_target_path(settings: Settings) -> Path:
    """Folder for dbt's compiled SQL, run results and the manifest of the build in progress."""
    return settings.build_dir / "dbt_target"


def dbt_executable() -> str:
    """The dbt installed beside this Python, whatever PATH says."""
    beside = Path(sys.executable).with_name("dbt")
    return str(beside) if beside.exists() else "dbt"


def prepare_manifest(settings: Settings) -> Path:
    """Makes sure the manifest describes the project as it is now; parses only when a project file has changed.

    Returns:
        Path of `manifest.json`.

    Raises:
        DbtError: the project does not parse.
    """
    fingerprint = project_fingerprint(settings)
    if (
        MANIFEST_PATH.exists()
        and _FINGERPRINT_PATH.exists()
        and _FINGERPRINT_PATH.read_text(encoding="ascii") == fingerprint
    ):
        return MANIFEST_PATH
    command = [dbt_executable(), "--quiet", "parse", "--project-dir", str(DBT_PROJECT_DIR)]
    # Parsed where the build will run, so that the build finds the parsed project and does not parse it again.
    target_path = dbt_target_path(settings)
    command += ["--target", dbt_target_name(settings), "--target-path", str(target_path)]
    finished = subprocess.run(command, env=dbt_environment(settings), capture_output=True, text=True, check=False)
    if finished.returncode != 0:
        raise DbtError(f"dbt could not parse {DBT_PROJECT_DIR}:\n{(finished.stdout + finished.stderr)[-4000:]}")
    MANIFEST_PATH.parent.mkdir(exist_ok=True)
    for path, content in (
        (MANIFEST_PATH, (target_path / "manifest.json").read_bytes()),
        (_FINGERPRINT_PATH, fingerprint.encode("ascii")),
    ):
        temporary = path.with_name(f"{path.name}.{os.getpid()}")
        temporary.write_bytes(content)
        temporary.replace(path)
    return MANIFEST_PATH


def project_fingerprint(settings: Settings) -> str:
    """SHA-256 over the names and contents of every file that shapes the dbt project (seed data by name only)."""
    digest = hashlib.sha256(dbt_target_name(settings).encode())
    for path in _project_files(settings):
        digest.update(path.name.encode())
        if path.suffix != ".csv":
            digest.update(path.read_bytes())
    return digest.hexdigest()


def _project_files(settings: Settings) -> Iterator[Path]:
    for root in (DBT_PROJECT_DIR, settings.reference_dir):
        for path in sorted(root.rglob("*")):
            inside = path.relative_to(root).parts
            if path.suffix in _PROJECT_SUFFIXES and inside[0] not in {"target", "logs", "reference", ".seeds"}:
                yield path
