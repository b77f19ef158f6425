"""The level of accuracy a model is held to: what was recorded of it, what it reaches now, and whether that will do.

Belongs here: the record beside the reference people, measuring anew when model or code has changed, and the verdict.
Does not belong here: measuring (`reference_people.py`), or what a refusal stops (`assets.py`).

A release records a model's accuracy on the reference people: `reference/<version>.json` for a model that ships,
`levels/<version>.json` in the folder of models for one trained here. A build whose model and code
are those of the record needs no measuring. For any other the accuracy is measured once, and kept in the linkage folder
for as long as model, code and people stay the same.
"""

from __future__ import annotations

import ast
import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version as installed_version
from pathlib import Path
from typing import Any, Self

from orchestration.atomic import replacing
from orchestration.linkage.accuracy.causes import examples, reasons, wrong_persons
from orchestration.linkage.accuracy.reference_people import (
    ReferencePeople,
    measure,
    reference_folder,
    reference_people,
    threshold_curve,
)
from orchestration.linkage.accuracy.rows import ALL, AccuracyRow
from orchestration.linkage.matching.model import LinkageModel, shipped_models
from orchestration.linkage.source_files import room_files
from orchestration.settings import Settings

LEAST = {("precision", "pairs"): 0.995, ("recall", "pairs"): 0.95}
"""What no linkage may fall below, whatever is recorded: the targets of the warehouse at ordinary error."""

HELD = (("precision", "pairs"), ("recall", "pairs"), ("precision", "clusters"), ("recall", "clusters"))
"""Measures that must not fall below the lower end of their recorded interval."""

MEASURED_FOLDER = "measured"
"""In the linkage folder: what was measured and not recorded."""

LEVELS_FOLDER = "levels"
"""In the folder of models."""

_MEASURING = ("accuracy/", "review/", "assets.py", "evidence.py", "person_id_history.py")
"""Sub-rooms and modules that decide no link."""


@dataclass(frozen=True)
class Level:
    """Accuracy of one model under one state of the code on one set of reference people.

    Attributes:
        model_version: of the model.
        model_fingerprint: of all in it that a score or a cluster depends on.
        code_digest: of the code that links.
        people_digest: of the reference people.
        description: of the reference people.
        rows: what was measured.
        examples: patterns of errors, as `causes.Example.as_dict` gives them; empty where only the rows were
            measured.
    """

    model_version: str
    model_fingerprint: str
    code_digest: str
    people_digest: str
    description: str
    rows: tuple[AccuracyRow, ...]
    examples: tuple[dict[str, Any], ...] = ()

    @property
    def key(self) -> str:
        """Of everything the rows depend on."""
        return f"{self.model_fingerprint}-{self.code_digest}-{self.people_digest}"

    def row(self, measure_name: str, unit: str) -> AccuracyRow:
        """A measure over everybody."""
        return next(row for row in self.rows if (row.measure, row.breakdown, row.unit) == (measure_name, ALL, unit))

    def as_dict(self) -> dict[str, Any]:
        """The level as plain JSON values."""
        return {**self.__dict__, "rows": [list(row) for row in self.rows], "examples": list(self.examples)}

    @classmethod
    def from_dict(cls, content: dict[str, Any]) -> Self:
        """The level that `as_dict` wrote."""
        rows = tuple(AccuracyRow(*row) for row in content["rows"])
        return cls(**{**content, "rows": rows, "examples": tuple(content["examples"])})


class LinkageBelowLevelError(RuntimeError):
    """The linkage is less right than recorded, or than it must be; the message says by how much and what to do."""


@cache
def code_digest() -> str:
    """First 16 hex digits of the SHA-256 of the code that links, comments and docstrings left out, and its libraries.

    Every file of the room counts but those that only measure: a new one cannot be forgotten.
    """
    digest = hashlib.sha256()
    for name, path in room_files():
        if not name.startswith(_MEASURING):
            text = path.read_text(encoding="utf-8")
            digest.update(name.encode() + (_meaning(text) if path.suffix == ".py" else text).encode())
    digest.update(f"{installed_version('splink')} {installed_version('duckdb')}".encode())
    return digest.hexdigest()[:16]


def _meaning(source: str) -> str:
    tree = ast.parse(source)
    for node in ast.walk(tree):
        body = getattr(node, "body", None)
        if isinstance(body, list):
            node.body = [  # type: ignore[attr-defined]
                part for part in body if not (isinstance(part, ast.Expr) and isinstance(part.value, ast.Constant))
            ]
    return ast.unparse(tree)


def level_file(version: str, models_dir: Path) -> Path:
    """Where the level of a model is recorded: with the code if it ships, else in the folder of models."""
    folder = reference_folder() if version in shipped_models() else models_dir / LEVELS_FOLDER
    return folder / f"{version}.json"


def recorded_level(version: str, models_dir: Path) -> Level | None:
    """The level recorded of a model at its release; None where none was."""
    path = level_file(version, models_dir)
    return Level.from_dict(json.loads(path.read_text(encoding="utf-8"))) if path.is_file() else None


def measure_level(model: LinkageModel, people: ReferencePeople, in_full: bool = False) -> Level:
    """Measure a model under the code as it stands.

    Args:
        model: to be measured.
        people: to be linked.
        in_full: with the curve over thresholds, reasons and examples, which takes fifteen times as long.
    """
    _, rows = measure(model, people)
    shown: list[dict[str, Any]] = []
    if in_full:
        wrong = wrong_persons(model, people)
        rows = (*_with_reasons(rows, reasons(wrong, people.groups)), *threshold_curve(model, people))
        shown = [example.as_dict() for example in examples(wrong)]
    return Level(
        model.version, model.fingerprint, code_digest(), people.digest, people.description, tuple(rows), tuple(shown)
    )


def _with_reasons(rows: Sequence[AccuracyRow], why: dict[tuple[bool, str, str], str]) -> tuple[AccuracyRow, ...]:
    """Each measure with why people are merged, in pieces or, for whole clusters, either."""
    merged, in_pieces = (True,), (False,)
    kinds = {
        ("precision", "pairs"): merged,
        ("over_merged_persons", "persons"): merged,
        ("recall", "pairs"): in_pieces,
        ("under_merged_persons", "persons"): in_pieces,
        ("precision", "clusters"): (*in_pieces, *merged),
        ("recall", "clusters"): (*in_pieces, *merged),
    }
    return tuple(
        row._replace(
            reason=" ".join(
                f"{'Merged' if is_merged else 'In pieces'}: {why[is_merged, row.breakdown, row.breakdown_value]}"
                for is_merged in kinds.get((row.measure, row.unit), ())
                if (is_merged, row.breakdown, row.breakdown_value) in why
            )
            or None
        )
        for row in rows
    )


def record_level(model: LinkageModel, models_dir: Path) -> Path:
    """Measure a model in full and record the level for its release; the file written."""
    level = measure_level(model, reference_people(), in_full=True)
    path = level_file(model.version, models_dir)
    with replacing(path) as unfinished:
        unfinished.write_text(_as_json(level), encoding="utf-8")
    return path


def level_now(settings: Settings, model: LinkageModel) -> Level:
    """The level of a model under the code as it stands: as recorded, as measured before, or measured now and kept."""
    people = reference_people()
    key = f"{model.fingerprint}-{code_digest()}-{people.digest}"
    recorded = recorded_level(model.version, settings.models_dir)
    if recorded and recorded.key == key:
        return recorded
    folder = settings.linkage_dir / MEASURED_FOLDER
    path = folder / f"{key}.json"
    if path.is_file():
        return Level.from_dict(json.loads(path.read_text(encoding="utf-8")))
    level = measure_level(model, people)
    with replacing(path) as unfinished:
        unfinished.write_text(_as_json(level), encoding="utf-8")
    for older in folder.glob("*.json"):
        if older != path:
            older.unlink()
    return level


def published_level(settings: Settings, model: LinkageModel) -> Level:
    """What is told of a model: what was recorded at its release, in full, while it is the same model.

    That the code as it stands does no worse is what the check is for.
    """
    recorded = recorded_level(model.version, settings.models_dir)
    return recorded if recorded and recorded.model_fingerprint == model.fingerprint else level_now(settings, model)


def check_level(now: Level, recorded: Level | None) -> None:
    """Refuse a linkage that is less right than it was recorded to be, or than it must be.

    A measure fell if it is below the lower end of its recorded 95% interval.

    Raises:
        LinkageBelowLevelError: names every measure that fell, its recorded level, and what to do.
    """
    fallen = []
    for name, unit in HELD:
        row = now.row(name, unit)
        value, least = row.value or 0.0, LEAST.get((name, unit), 0.0)
        if value < least:
            fallen.append(f"{name} of {unit} is {value:.4f}; the least it may be is {least}")
        elif recorded:
            before = recorded.row(name, unit)
            if value < (before.ci_low or 0.0):
                fallen.append(
                    f"{name} of {unit} is {value:.4f}; recorded was {before.value:.4f} ({before.ci_low:.4f} to "
                    f"{before.ci_high:.4f})"
                )
    if fallen:
        raise LinkageBelowLevelError(
            f"Linkage model {now.model_version} (fingerprint {now.model_fingerprint}) links less rightly than it must, "
            f"measured on the reference people ({now.description}):\n  "
            + "\n  ".join(fallen)
            + "\nNothing is published with it. Go back to the released model and code, or find what changed with "
            "'warehouse linkage check'. A lower level that is meant is a release: 'warehouse linkage check --record'."
        )


def check_linkage(settings: Settings, model: LinkageModel) -> Level:
    """Check the linkage a build uses; its level.

    Raises:
        LinkageBelowLevelError: it is less right than recorded, or than it must be.
    """
    level = level_now(settings, model)
    check_level(level, recorded_level(model.version, settings.models_dir))
    return level


def _as_json(level: Level) -> str:
    """JSON with one row to a line, so that a change of level can be read in a comparison of versions."""
    content = level.as_dict()
    lists = {name: content.pop(name) for name in ("rows", "examples")}
    head = json.dumps(content, indent=1)[:-2]
    parts = [
        f' "{name}": [\n  ' + ",\n  ".join(json.dumps(item) for item in items) + "\n ]" if items else f' "{name}": []'
        for name, items in lists.items()
    ]
    return head + ",\n" + ",\n".join(parts) + "\n}\n"
