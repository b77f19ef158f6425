"""Every path and switch of the warehouse, in one typed object read from the environment.

Belongs here: where things live and which engine runs. Does not belong here: anything an agency promised (that is in
its data contract) or any counting rule (that is in dbt).
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass, fields, replace
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Any, Self

from orchestration.memory import limit_in_bytes

PROJECT_ROOT = Path(__file__).resolve().parent.parent
"""Folder that holds `pyproject.toml`, `dbt_project/`, `data_contracts/` and `seeds/`."""


class Engine(StrEnum):
    """SQL engines the models run on."""

    DUCKDB = "duckdb"
    SPARK = "spark"


MEMORY_LIMIT = "60%"
"""DuckDB's share of the machine's memory where nothing else is said."""

_SWITCH = {"on": True, "off": False}
_NO_PATHS: dict[str, Callable[[Any], Any]] = {
    "engine": Engine, "pages": bool, "memory_limit": str, "as_known_on": lambda day: day,
}  # fmt: skip
"""What the settings that are no paths are made from."""


@dataclass(frozen=True)
class Settings:
    """Paths and switches of one warehouse. All paths are absolute.

    Attributes:
        landing_dir: files exactly as agencies delivered them (`WAREHOUSE_LANDING_DIR`).
        data_dir: everything the warehouse writes (`WAREHOUSE_DATA_DIR`).
        reference_dir: reference lists loaded as dbt seeds (`WAREHOUSE_REFERENCE_DIR`).
        site_contracts_dir: a site's own folder of contracts, laid over the shipped ones (`WAREHOUSE_CONTRACTS_DIR`);
            None where there is none.
        overrides_dir: decisions about who is one person, outside the project where they are real
            (`WAREHOUSE_OVERRIDES_DIR`).
        models_dir: linkage models trained here, and which is in use (`WAREHOUSE_MODELS_DIR`, default `models/` in the
            data directory).
        realdata_dir: real public data used by some tests (`WAREHOUSE_REALDATA_DIR`).
        keys_dir: pseudonym keys; outside `data_dir`, so that copying the data never copies the keys
            (`WAREHOUSE_KEYS_DIR`).
        truth_dir: who is who, where that is known: in a simulated world. Only accuracy is scored by it
            (`WAREHOUSE_TRUTH_DIR`, default `truth/` in the data directory).
        dagster_home: Dagster's own run and event storage (`DAGSTER_HOME`).
        engine: where the SQL runs (`WAREHOUSE_ENGINE`).
        pages: whether a publication gets its reports and its catalogue (`WAREHOUSE_PAGES`, `on` or `off`); a test that
            reads none of them need not wait for them.
        memory_limit: what DuckDB may take while models are built and people linked, before it spills to disk: a share
            of the machine's memory or a size (`WAREHOUSE_MEMORY_LIMIT`; `memory` has what it comes to).
        as_known_on: only extracts drawn by the end of this day are read (`WAREHOUSE_AS_KNOWN_ON`); None for all.
    """

    landing_dir: Path
    data_dir: Path
    reference_dir: Path
    overrides_dir: Path
    models_dir: Path
    realdata_dir: Path
    keys_dir: Path
    truth_dir: Path
    dagster_home: Path
    engine: Engine
    pages: bool = True
    memory_limit: str = MEMORY_LIMIT
    site_contracts_dir: Path | None = None
    as_known_on: date | None = None

    @classmethod
    def from_environment(cls, **overrides: Any) -> Self:
        """Settings from the environment; keyword arguments that are not None win over it.

        Relative paths are taken from the current directory, defaults from the project root.

        Raises:
            ValueError: `WAREHOUSE_ENGINE` is neither `duckdb` nor `spark`, `WAREHOUSE_PAGES` neither `on` nor `off`,
                `WAREHOUSE_MEMORY_LIMIT` no limit, or `WAREHOUSE_AS_KNOWN_ON` no day.
        """
        pages = os.environ.get("WAREHOUSE_PAGES", "on")
        if pages not in _SWITCH:
            raise ValueError(f"WAREHOUSE_PAGES is '{pages}'; set it to one of: {', '.join(_SWITCH)}.")
        engine_name = os.environ.get("WAREHOUSE_ENGINE", Engine.DUCKDB.value)
        try:
            engine = Engine(engine_name)
        except ValueError:
            choices = ", ".join(item.value for item in Engine)
            raise ValueError(f"WAREHOUSE_ENGINE is '{engine_name}'; set it to one of: {choices}.") from None
        data_dir = Path(overrides.get("data_dir") or _path("WAREHOUSE_DATA_DIR", PROJECT_ROOT / "data"))
        settings = cls(
            landing_dir=_path("WAREHOUSE_LANDING_DIR", PROJECT_ROOT / "landing"),
            data_dir=data_dir,
            reference_dir=_path("WAREHOUSE_REFERENCE_DIR", PROJECT_ROOT / "seeds" / "reference"),
            overrides_dir=_path("WAREHOUSE_OVERRIDES_DIR", PROJECT_ROOT / "seeds" / "overrides"),
            models_dir=_path("WAREHOUSE_MODELS_DIR", data_dir / "models"),
            realdata_dir=_path("WAREHOUSE_REALDATA_DIR", PROJECT_ROOT.parent / "shared" / "realdata"),
            keys_dir=_path("WAREHOUSE_KEYS_DIR", PROJECT_ROOT / ".warehouse" / "keys"),
            truth_dir=_path("WAREHOUSE_TRUTH_DIR", data_dir / "truth"),
            dagster_home=_path("DAGSTER_HOME", PROJECT_ROOT / ".warehouse" / "dagster"),
            engine=engine,
            pages=_SWITCH[pages],
            memory_limit=os.environ.get("WAREHOUSE_MEMORY_LIMIT") or MEMORY_LIMIT,
            site_contracts_dir=_optional_path("WAREHOUSE_CONTRACTS_DIR"),
            as_known_on=_optional_day("WAREHOUSE_AS_KNOWN_ON"),
        )
        known = {field.name for field in fields(cls)}
        changes = {name: value for name, value in overrides.items() if value is not None}
        if unknown := sorted(set(changes) - known):
            raise TypeError(f"unknown settings: {', '.join(unknown)}; known: {', '.join(sorted(known))}")
        absolute: dict[str, Any] = {name: _NO_PATHS.get(name, _absolute)(value) for name, value in changes.items()}
        settings = replace(settings, **absolute)
        limit_in_bytes(settings.memory_limit, whole=0)
        return settings

    def as_environment(self) -> dict[str, str]:
        """The environment variables that make `from_environment` (and dbt) see exactly these settings."""
        return {
            "WAREHOUSE_LANDING_DIR": str(self.landing_dir),
            "WAREHOUSE_DATA_DIR": str(self.data_dir),
            "WAREHOUSE_REFERENCE_DIR": str(self.reference_dir),
            "WAREHOUSE_CONTRACTS_DIR": str(self.site_contracts_dir or ""),
            "WAREHOUSE_OVERRIDES_DIR": str(self.overrides_dir),
            "WAREHOUSE_MODELS_DIR": str(self.models_dir),
            "WAREHOUSE_REALDATA_DIR": str(self.realdata_dir),
            "WAREHOUSE_KEYS_DIR": str(self.keys_dir),
            "WAREHOUSE_TRUTH_DIR": str(self.truth_dir),
            "WAREHOUSE_BUILD_DATABASE": str(self.build_database),
            "WAREHOUSE_ENGINE": self.engine.value,
            "WAREHOUSE_PAGES": "on" if self.pages else "off",
            "WAREHOUSE_MEMORY_LIMIT": self.memory_limit,
            "WAREHOUSE_AS_KNOWN_ON": str(self.as_known_on or ""),
            "DAGSTER_HOME": str(self.dagster_home),
        }

    @property
    def contracts_dir(self) -> Path:
        """Data contracts that ship: `feeds/<agency>/<feed>.odcs.yaml` and `products/`."""
        return PROJECT_ROOT / "data_contracts"

    @property
    def contract_folders(self) -> tuple[Path, ...]:
        """Where contracts of feeds are read from, each folder laid over the ones before it."""
        return (self.contracts_dir, self.site_contracts_dir) if self.site_contracts_dir else (self.contracts_dir,)

    @property
    def dbt_project_dir(self) -> Path:
        """The dbt project: all SQL."""
        return PROJECT_ROOT / "dbt_project"

    @property
    def raw_dir(self) -> Path:
        """Every row of every delivery as text, Parquet, content-addressed."""
        return self.data_dir / "raw"

    @property
    def gate_dir(self) -> Path:
        """Verdicts on deliveries and quarantined row numbers."""
        return self.data_dir / "gate"

    @property
    def linkage_dir(self) -> Path:
        """Which source records are one person."""
        return self.data_dir / "linkage"

    @property
    def build_dir(self) -> Path:
        """Working files of the build in progress; never read by users."""
        return self.data_dir / "build"

    @property
    def build_database(self) -> Path:
        """The private database dbt writes."""
        return self.build_dir / "warehouse.duckdb"

    @property
    def publications_dir(self) -> Path:
        """Complete publications, one folder each; `published_dir` points at the newest."""
        return self.data_dir / "publications"

    @property
    def published_dir(self) -> Path:
        """What people may read."""
        return self.data_dir / "published"

    @property
    def private_reports_dir(self) -> Path:
        """Lists with record keys for the agency they came from; never published."""
        return self.data_dir / "reports"

    @property
    def publication_record(self) -> Path:
        """What is published: build, linkage, key and content. Absent before the first publication."""
        return self.published_dir / "build.json"

    @property
    def published_database(self) -> Path:
        """The pseudonymous database analysts open."""
        return self.published_dir / "analyst.duckdb"


def _path(variable: str, default: Path) -> Path:
    return _absolute(os.environ.get(variable) or default)


def _optional_path(variable: str) -> Path | None:
    given = os.environ.get(variable)
    return _absolute(given) if given else None


def _optional_day(variable: str) -> date | None:
    given = os.environ.get(variable)
    try:
        return date.fromisoformat(given) if given else None
    except ValueError:
        raise ValueError(f"{variable} is '{given}'; set it to a day, as 2026-03-31, or to nothing.") from None


def _absolute(path: str | Path) -> Path:
    return Path(path).expanduser().absolute()
