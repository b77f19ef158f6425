"""Which model ordinary runs load: models trained here, the ones that ship, and the one that is adopted.

Belongs here: the folder of models, its pointer, and what a model would do to the persons there are. Does not belong
here: the artefact (`matching/model.py`), how it is learnt (`training.py`).

A model decides who is one person, so a trained one decides nothing until somebody adopts it. `WAREHOUSE_MODELS_DIR`
holds one file for each model trained here and `adopted.json`, which names the one in use; without it, that is the one
that ships. Neither can be made again from what was delivered: back them up.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from orchestration.atomic import replacing
from orchestration.linkage.matching.model import (
    CURRENT_MODEL,
    LinkageModel,
    StaleModelError,
    UntrainedModelError,
    load_model,
    shipped_models,
)
from orchestration.sql_files import read_sql

ADOPTED_FILE = "adopted.json"
"""In the folder of models: which one ordinary runs load, since when."""

VERSION = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
"""What a version may be called: it names a file and stands in every row of links."""


@dataclass(frozen=True)
class KnownModel:
    """One model that could be adopted.

    Attributes:
        version: its name.
        is_adopted: ordinary runs load it.
        is_shipped: it came with the warehouse.
        provenance: when, on what and how it was trained.
        fault: why it cannot be used; None if it can.
    """

    version: str
    is_adopted: bool
    is_shipped: bool
    provenance: Mapping[str, Any]
    fault: str | None = None


@dataclass(frozen=True)
class PersonChanges:
    """What one set of links makes of the persons of another, over the records both know.

    Attributes:
        records: in both.
        persons_before, persons_after: among them.
        merged: persons after that hold records of several persons before.
        split: persons before whose records are with several persons after.
        records_moved: records whose company changes: they join, or are parted from, another record.
    """

    records: int
    persons_before: int
    persons_after: int
    merged: int
    split: int
    records_moved: int

    def lines(self) -> list[str]:
        """The changes as text."""
        if not (self.merged or self.split):
            return [f"nothing changes: {self.records:,} records are {self.persons_before:,} persons with either model"]
        return [
            f"{self.records:,} records are {self.persons_before:,} persons now and would be {self.persons_after:,}",
            f"merges: {self.merged:,} persons would be made up of several of today's",
            f"splits: {self.split:,} of today's persons would be parted",
            f"{self.records_moved:,} records would be one person with others than today",
        ]


def adopted_version(models_dir: Path) -> str:
    """Version of the model ordinary runs load."""
    pointer = models_dir / ADOPTED_FILE
    if not pointer.is_file():
        return CURRENT_MODEL
    version: str = json.loads(pointer.read_text(encoding="utf-8"))["version"]
    return version


def load_adopted(models_dir: Path) -> LinkageModel:
    """The model ordinary runs load; always fully trained.

    Raises:
        FileNotFoundError, UntrainedModelError, StaleModelError: as `find_model`.
    """
    return find_model(models_dir, adopted_version(models_dir))


def find_model(models_dir: Path, version: str) -> LinkageModel:
    """The model of that version, trained here or shipped.

    Raises:
        FileNotFoundError: no such model; lists those there are.
        UntrainedModelError: a level has no m or u.
        StaleModelError: the list of forenames has changed since.
    """
    trained = _trained(models_dir)
    if version in trained:
        return load_model(trained[version])
    if version in shipped_models():
        return load_model(version)
    known = ", ".join(sorted({*trained, *shipped_models()}))
    raise FileNotFoundError(
        f"no linkage model '{version}' in {models_dir} or among those that ship; there are: {known}. "
        "Restore its file from the backup, or choose another: warehouse linkage adopt VERSION."
    )


def known_models(models_dir: Path) -> list[KnownModel]:
    """Every model there is, those that ship first."""
    adopted = adopted_version(models_dir)
    trained = _trained(models_dir)
    found = []
    for version in (*(name for name in shipped_models() if name not in trained), *trained):
        is_shipped = version not in trained
        try:
            model = find_model(models_dir, version)
        except (UntrainedModelError, StaleModelError, ValueError, KeyError) as error:
            found.append(KnownModel(version, version == adopted, is_shipped, {}, str(error).splitlines()[0]))
        else:
            found.append(KnownModel(version, version == adopted, is_shipped, model.provenance))
    return found


def next_version(models_dir: Path) -> str:
    """A name no model has: that of the shipped one with the next number."""
    stem = CURRENT_MODEL.rpartition("-")[0]
    numbers = [
        int(name.rpartition("-")[2])
        for name in (*shipped_models(), *_trained(models_dir))
        if name.rpartition("-")[0] == stem and name.rpartition("-")[2].isdigit()
    ]
    return f"{stem}-{max(numbers) + 1}"


def check_version(models_dir: Path, version: str) -> None:
    """Refuse a name that a model cannot have, or that one has already: a version is one model for ever.

    Raises:
        ValueError: it cannot name a file.
        FileExistsError: there is a model of that name.
    """
    if not VERSION.fullmatch(version):
        raise ValueError(f"'{version}' cannot name a model; use letters, digits, dots, hyphens and underscores.")
    if version in {*shipped_models(), *_trained(models_dir)}:
        raise FileExistsError(
            f"there is a linkage model {version} already, and links that name it; train under another --version."
        )


def adopt(models_dir: Path, version: str) -> None:
    """Have ordinary runs load that model from now on. The next run links everything anew.

    Raises:
        FileNotFoundError, UntrainedModelError, StaleModelError: as `find_model`; the one in use stays.
    """
    model = find_model(models_dir, version)
    with replacing(models_dir / ADOPTED_FILE) as unfinished:
        content = {
            "version": version,
            "fingerprint": model.fingerprint,
            "adopted_at": datetime.now(UTC).isoformat(timespec="seconds"),
        }
        unfinished.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")


def compare_persons(before: pa.Table, after: pa.Table) -> PersonChanges:
    """What `after` makes of the persons of `before`; both hold record_id and person_id."""
    with duckdb.connect() as connection:
        connection.register("links_before", before)
        connection.register("links_after", after)
        row = connection.execute(read_sql(__file__, "person_changes")).fetchall()[0]
    return PersonChanges(*(int(value) for value in row))


def _trained(models_dir: Path) -> dict[str, Path]:
    paths: Iterable[Path] = sorted(models_dir.glob("*.json")) if models_dir.is_dir() else ()
    return {path.stem: path for path in paths if path.name != ADOPTED_FILE}
