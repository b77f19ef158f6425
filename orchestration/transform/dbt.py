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
from orchestration.contracts import load_feed_contracts
from orchestration.contracts.dbt_staging import dbt_files
from orchestration.memory import memory_limit
from orchestration.settings import PROJECT_ROOT, Engine, Settings

if TYPE_CHECKING:
    from dbt.cli.main import dbtRunner
    from dbt.contracts.graph.manifest import Manifest

DBT_PROJECT_DIR = PROJECT_ROOT / "dbt_project"

SHIPPED_LISTS = "reference"
"""Name inside the dbt project of the reference lists that ship (a link to `seeds/reference/`)."""

BENCHMARKS = "benchmarks"
"""Name inside the dbt project of the official figures (a link to `seeds/benchmarks/`); the same for every site."""

_SITES = ".sites"
"""Folder in the dbt project, never kept in its history: the project as each site's own contracts make it."""

_MADE = frozenset({"target", "logs", SHIPPED_LISTS, BENCHMARKS, ".seeds", _SITES})
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
        "WAREHOUSE_SEED_PATH": seed_path(settings.reference_dir, project_dir(settings)),
        "WAREHOUSE_DUCKDB_MEMORY": memory_limit(settings.memory_limit),
        "DBT_PROFILES_DIR": str(project_dir(settings)),
        "DBT_LOG_PATH": str(dbt_log_file(settings).parent),
        "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
        "DBT_VERSION_CHECK": "false",
    }


def project_dir(settings: Settings) -> Path:
    """The dbt project of a warehouse: the one that ships or, where a site's own contracts are laid over it, the site's
    (`prepare_manifest` makes it)."""
    if settings.site_contracts_dir is None:
        return DBT_PROJECT_DIR
    name = hashlib.sha256(str(settings.site_contracts_dir.resolve()).encode()).hexdigest()[:12]
    return DBT_PROJECT_DIR / _SITES / name


def manifest_path(settings: Settings) -> Path:
    """The manifest Dagster's definitions are loaded from: the shape of the project, the same for every warehouse that
    has the same contracts."""
    return project_dir(settings) / "target" / "manifest.json"


def lineage_dir(settings: Settings) -> Path:
    """Where what was read of the project's SQL is kept beside it."""
    return manifest_path(settings).with_name("lineage")


def prepare_project(settings: Settings) -> Path:
    """Makes sure a site's dbt project is the one that ships with everything its contracts decide; returns its folder.

    Files that are right are left alone, so that it costs little where nothing has changed.

    Raises:
        ContractError: a contract of the site cannot be used.
    """
    project = project_dir(settings)
    if settings.site_contracts_dir is None:
        return project
    content = {path.relative_to(DBT_PROJECT_DIR): path.read_bytes() for path in _project_files(DBT_PROJECT_DIR)}
    made = dbt_files(load_feed_contracts(*settings.contract_folders), DBT_PROJECT_DIR)
    content |= {path.relative_to(DBT_PROJECT_DIR): text.encode("utf-8") for path, text in made.items()}
    for inside, wanted in content.items():
        if not (project / inside).exists() or (project / inside).read_bytes() != wanted:
            _write(project / inside, wanted)
    for path in list(_project_files(project)):
        if path.relative_to(project) not in content:
            path.unlink()
    _link(project / SHIPPED_LISTS, PROJECT_ROOT / "seeds" / "reference")
    _link(project / BENCHMARKS, PROJECT_ROOT / "seeds" / "benchmarks")
    return project


def seed_path(reference_dir: Path, project: Path = DBT_PROJECT_DIR) -> str:
    """The reference lists as dbt must be told them: a name inside the dbt project.

    dbt writes the artefact of every seed to its target folder joined with the seed's path; an absolute path joins to
    itself, and the list would be overwritten. So a folder other than the one that ships is reached through a link.
    """
    if reference_dir.resolve() == (PROJECT_ROOT / "seeds" / "reference").resolve():
        return SHIPPED_LISTS
    name = hashlib.sha256(str(reference_dir.resolve()).encode()).hexdigest()[:12]
    _link(project / ".seeds" / name, reference_dir.resolve())
    return f".seeds/{name}"


def _link(link: Path, folder: Path) -> None:
    link.parent.mkdir(parents=True, exist_ok=True)
    if not link.is_symlink():
        temporary = link.with_name(f"{link.name}.{os.getpid()}")
        temporary.symlink_to(folder, target_is_directory=True)
        temporary.replace(link)


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
        "--project-dir", str(project_dir(settings)),
        "--profiles-dir", str(project_dir(settings)),
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
    prepare_project(settings)
    manifest = manifest_path(settings)
    kept_fingerprint = manifest.with_suffix(".fingerprint")
    fingerprint = project_fingerprint(settings)
    parsed = _parsed_path(settings, fingerprint)
    if (
        parsed.exists()
        and manifest.exists()
        and kept_fingerprint.exists()
        and kept_fingerprint.read_text(encoding="ascii") == fingerprint
    ):
        return manifest
    with tempfile.TemporaryDirectory(prefix="warehouse-dbt-") as target_path:
        _parse(settings, Path(target_path))
        for source, path in (("partial_parse.msgpack", parsed), ("manifest.json", manifest)):
            _write(path, (Path(target_path) / source).read_bytes())
    _write(kept_fingerprint, fingerprint.encode("ascii"))
    for path in parsed.parent.glob("*.msgpack"):
        if not path.name.startswith(parsed.name[:_SHORT]):
            path.unlink(missing_ok=True)
    return manifest


_SHORT = 16


def _parsed_path(settings: Settings, fingerprint: str) -> Path:
    """The kept project: of these project files, with these reference lists."""
    lists = seed_path(settings.reference_dir).rpartition("/")[2]
    return manifest_path(settings).with_name("parsed") / f"{fingerprint[:_SHORT]}-{lists}.msgpack"


def _parse(settings: Settings, target_path: Path) -> None:
    errors: list[str] = []

    def hear(message: Any) -> None:
        if message.info.level == "error":
            errors.append(message.info.msg)

    with dbt_environment_set(settings, WAREHOUSE_DATA_DIR=_ANY_DATA_DIR):
        outcome = load_dbt()(callbacks=[hear]).invoke(["--quiet", "parse", *dbt_arguments(settings, target_path)])
    if not outcome.success:
        said = "\n".join(dict.fromkeys([*errors, str(outcome.exception or "")]))
        raise DbtError(f"dbt could not parse {project_dir(settings)}:\n{said.strip()[-4000:]}")


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
    content = (
        prepare_manifest(settings)
        .read_bytes()
        .replace(_ANY_DATA_DIR.encode(), json.dumps(str(settings.data_dir))[1:-1].encode())
    )
    path = target_path / "manifest.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    _write(path, content)
    return path


def project_fingerprint(settings: Settings) -> str:
    """SHA-256 over dbt's versions and every file that shapes the project: name and content, of seed data name only."""
    versions = [metadata.version(package) for package in ("dbt-core", "dbt-duckdb")]
    digest = hashlib.sha256("|".join([dbt_target_name(settings), *versions]).encode())
    benchmarks = PROJECT_ROOT / "seeds" / "benchmarks"
    roots = (project_dir(settings), settings.reference_dir, benchmarks)
    for path in (file for root in roots for file in _project_files(root)):
        digest.update(path.name.encode())
        if path.suffix != ".csv":
            digest.update(path.read_bytes())
    return digest.hexdigest()


def _project_files(root: Path) -> Iterator[Path]:
    for path in sorted(root.rglob("*")):
        if path.suffix in _PROJECT_SUFFIXES and path.relative_to(root).parts[0] not in _MADE:
            yield path
