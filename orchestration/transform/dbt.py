"""Calls dbt with the paths of one warehouse and keeps the parsed project: for dbt itself, and as the manifest that
Dagster's asset graph is made from.

dbt runs in this process. Starting it anew takes five CPU seconds and parsing the project ten; so it is parsed once for
each change of the project, with a stand-in where the data directory would be, and every run takes it from there.
"""

from __future__ import annotations

import hashlib
import json
import logging
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from orchestration.atomic import replacing
from orchestration.settings import PROJECT_ROOT, Engine, Settings

if TYPE_CHECKING:
    from dbt.cli.main import dbtRunner
    from dbt.contracts.graph.manifest import Manifest

DBT_PROJECT_DIR = PROJECT_ROOT / "dbt_project"
MANIFEST_PATH = DBT_PROJECT_DIR / "target" / "manifest.json"
"""The manifest Dagster definitions are loaded from: the shape of the project, the same for every warehouse."""

LINEAGE_DIR = MANIFEST_PATH.with_name("lineage")
"""Where what was read of the project's SQL is kept beside it."""

SHIPPED_LISTS = "reference"
"""Name inside the dbt project of the reference lists that ship (a link to `seeds/reference/`)."""

_FINGERPRINT_PATH = MANIFEST_PATH.with_suffix(".fingerprint")
_PARSED_DIR = MANIFEST_PATH.with_name("parsed")
_ANY_DATA_DIR = "/data-directory-of-this-warehouse"
"""Stands in the kept project where sources name their files; each run puts its own data directory there."""

_PROJECT_SUFFIXES = frozenset({".sql", ".yml", ".yaml", ".csv", ".md"})


class DbtError(RuntimeError):
    """dbt ended with an error; the message holds what it said."""


@contextmanager
def dbt_environment_set(settings: Settings, **changes: str) -> Iterator[None]:
    """Gives this process the environment dbt reads its project and profile with; puts back what was there."""
    before = dict(os.environ)
    os.environ.update(dbt_environment(settings) | changes)
    try:
        yield
    finally:
        for name in set(os.environ) - set(before):
            del os.environ[name]
        os.environ.update(before)


def dbt_environment(settings: Settings) -> dict[str, str]:
    """The environment dbt runs in: this process's own, plus the warehouse's paths and dbt's own switches."""
    return {
        **os.environ,
        **settings.as_environment(),
        "WAREHOUSE_SEED_PATH": seed_path(settings.reference_dir),
        "DBT_PROFILES_DIR": str(DBT_PROJECT_DIR),
        "DBT_LOG_PATH": str(dbt_log_file(settings).parent),
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


def dbt_log_file(settings: Settings) -> Path:
    """What dbt said of the builds of this warehouse."""
    return settings.build_dir / "dbt_logs" / "dbt.log"


def load_dbt() -> type[dbtRunner]:
    """dbt's entry point: two seconds of imports that only a run and a changed project need."""
    handlers = list(logging.root.handlers)
    from dbt.cli.main import dbtRunner

    logging.root.handlers[:] = handlers  # the tracker dbt comes with would have every library's log on the terminal
    return dbtRunner


def dbt_arguments(settings: Settings, target_path: Path) -> list[str]:
    """Where dbt finds the project and leaves what it makes; for any of its commands, after the command's name.

    Its log says which nodes ran and what went wrong. What each of them executed is below `target_path`; writing every
    statement to the log as well took a fifth of dbt's own time.
    """
    return [
        "--project-dir", str(DBT_PROJECT_DIR),
        "--profiles-dir", str(DBT_PROJECT_DIR),
        "--target", dbt_target_name(settings),
        "--target-path", str(target_path),
        "--log-path", str(dbt_log_file(settings).parent),
        "--log-level-file", "info",
    ]  # fmt: skip


def prepare_manifest(settings: Settings) -> Path:
    """Makes sure the kept project and its manifest are those of the project as it is now; parses only after a change.

    Returns:
        Path of `manifest.json`.

    Raises:
        DbtError: the project does not parse.
    """
    fingerprint = project_fingerprint(settings)
    parsed = _parsed_path(settings, fingerprint)
    if (
        parsed.exists()
        and MANIFEST_PATH.exists()
        and _FINGERPRINT_PATH.exists()
        and _FINGERPRINT_PATH.read_text(encoding="ascii") == fingerprint
    ):
        return MANIFEST_PATH
    with tempfile.TemporaryDirectory(prefix="warehouse-dbt-") as target_path:
        _parse(settings, Path(target_path))
        for source, path in (("partial_parse.msgpack", parsed), ("manifest.json", MANIFEST_PATH)):
            _write(path, (Path(target_path) / source).read_bytes())
    _write(_FINGERPRINT_PATH, fingerprint.encode("ascii"))
    for path in _PARSED_DIR.glob("*.msgpack"):
        if not path.name.startswith(parsed.name[:_SHORT]):
            path.unlink(missing_ok=True)
    return MANIFEST_PATH


_SHORT = 16


def _parsed_path(settings: Settings, fingerprint: str) -> Path:
    """The kept project: of these project files, with these reference lists."""
    lists = seed_path(settings.reference_dir).rpartition("/")[2]
    return _PARSED_DIR / f"{fingerprint[:_SHORT]}-{lists}.msgpack"


def _parse(settings: Settings, target_path: Path) -> None:
    errors: list[str] = []

    def hear(message: Any) -> None:
        if message.info.level == "error":
            errors.append(message.info.msg)

    with dbt_environment_set(settings, WAREHOUSE_DATA_DIR=_ANY_DATA_DIR):
        outcome = load_dbt()(callbacks=[hear]).invoke(["--quiet", "parse", *dbt_arguments(settings, target_path)])
    if not outcome.success:
        said = "\n".join(dict.fromkeys([*errors, str(outcome.exception or "")]))
        raise DbtError(f"dbt could not parse {DBT_PROJECT_DIR}:\n{said.strip()[-4000:]}")


def _write(path: Path, content: bytes) -> None:
    with replacing(path) as temporary:
        temporary.write_bytes(content)


def parsed_project(settings: Settings) -> Manifest:
    """The project as dbt holds it once parsed, with the sources of this warehouse: a value of its own for every run,
    which notes in it what it has compiled.

    Raises:
        DbtError: the project had to be parsed, and does not parse.
    """
    from dbt.contracts.graph.manifest import Manifest
    from dbt.parser.manifest import extended_mashumuro_decoder

    prepare_manifest(settings)
    content = _parsed_path(settings, project_fingerprint(settings)).read_bytes()
    project: Any = Manifest.from_msgpack(content, decoder=extended_mashumuro_decoder)
    for source in project.sources.values():
        source.relation_name = (source.relation_name or "").replace(_ANY_DATA_DIR, str(settings.data_dir)) or None
        for meta in (source.meta, source.source_meta, source.config.meta):
            for name, value in meta.items():
                if isinstance(value, str):
                    meta[name] = value.replace(_ANY_DATA_DIR, str(settings.data_dir))
    project.build_flat_graph()
    return cast("Manifest", project)


def write_manifest(settings: Settings, target_path: Path) -> Path:
    """The manifest of the kept project with the sources of this warehouse, as `manifest.json` beside what dbt compiles.

    dbt would write it anew after every command, with the SQL compiled meanwhile, which lies beside it in files.
    """
    prepare_manifest(settings)
    content = MANIFEST_PATH.read_bytes().replace(
        _ANY_DATA_DIR.encode(), json.dumps(str(settings.data_dir))[1:-1].encode()
    )
    path = target_path / "manifest.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    _write(path, content)
    return path


def project_fingerprint(settings: Settings) -> str:
    """SHA-256 over dbt's versions and every file that shapes the project: name and content, of seed data name only."""
    versions = [metadata.version(package) for package in ("dbt-core", "dbt-duckdb")]
    digest = hashlib.sha256("|".join([dbt_target_name(settings), *versions]).encode())
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
