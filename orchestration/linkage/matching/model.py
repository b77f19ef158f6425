"""The linkage model: one versioned artefact that holds everything a score or a cluster depends on.

Belongs here: the artefact's type, its file, and the check that every level was trained. Does not belong here: how
it is learnt (`learning/training.py`) or used (`scoring.py`).

Because the artefact holds the term frequencies and the prior as well as m and u, a pair of profiles scores the same in
every run of one model version, whatever other records are present. A new version is a release.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from importlib.resources import files
from pathlib import Path
from typing import Any, Self

from orchestration.linkage.matching.blocking import BlockingRule
from orchestration.linkage.matching.names import names_digest
from orchestration.linkage.matching.records import SharingLimits

CURRENT_MODEL = "justice-1"
"""Version of the model that ships, a file of that name in `models/`: ordinary runs load it until another is adopted
(`learning/adoption.py`)."""


class UntrainedModelError(ValueError):
    """A comparison level has no trained m or u: predicting would use defaults nobody chose."""


class StaleModelError(ValueError):
    """Something a score depends on has changed since the model was trained."""


@dataclass(frozen=True)
class TermFrequencies:
    """How common each value of a column is among profiles.

    Attributes:
        values: value -> share of profiles, for values seen often enough for the share to mean something.
        default: share taken for any other value.
    """

    values: Mapping[str, float]
    default: float


@dataclass(frozen=True)
class Thresholds:
    """Where a score becomes a decision. Weights are log2 of the odds of a match, the prior included.

    Attributes:
        accept: two profiles are linked when their weight is at least this.
        cohesion: two groups of profiles are joined by a link only if the mean weight of all the pairs between them
            is at least this.
    """

    accept: float
    cohesion: float


@dataclass(frozen=True)
class LinkageModel:
    """A trained model.

    Attributes:
        version: name of the artefact; stands in every row of the linkage output.
        settings: Splink settings with m and u for every level and the prior.
        term_frequencies: by column.
        blocking_rules: which pairs are compared.
        limits: how widely a value may be shared before it is evidence of nothing.
        thresholds: where a score becomes a decision.
        names_digest: of the list of forenames it was trained with.
        splink_version: version of the library that trained it.
        is_cautious: whether the rules apply by which a score above the threshold is not enough (`rules.NOT_ENOUGH`),
            and the one about twins: they are about justice records.
            They guard against what justice records are full of, fathers and sons of one name; other files do without.
        provenance: when, on what and how it was trained.
    """

    version: str
    settings: Mapping[str, Any]
    term_frequencies: Mapping[str, TermFrequencies]
    blocking_rules: tuple[BlockingRule, ...]
    limits: SharingLimits
    thresholds: Thresholds
    names_digest: str
    splink_version: str
    is_cautious: bool = True
    provenance: Mapping[str, Any] = field(default_factory=dict)

    def assert_trained(self) -> None:
        """Refuse a model that Splink would complete with defaults (it only warns).

        Raises:
            UntrainedModelError: names every level without m or u, and says how to train.
        """
        missing = []
        for comparison in self.settings["comparisons"]:
            for level in comparison["comparison_levels"]:
                if level.get("is_null_level"):
                    continue
                for parameter in ("m_probability", "u_probability"):
                    value = level.get(parameter)
                    if not isinstance(value, int | float) or not 0 < value <= 1:
                        label = level.get("label_for_charts", level["sql_condition"])
                        missing.append(f"{comparison['output_column_name']}: '{label}' has {parameter} {value!r}")
        for column in self._adjusted_columns():
            if column not in self.term_frequencies:
                missing.append(f"{column}: no term frequencies")
        if missing:
            raise UntrainedModelError(
                f"linkage model {self.version} is not fully trained:\n  "
                + "\n  ".join(missing)
                + "\nTrain one on records that hold these columns: warehouse linkage train."
            )

    def assert_current(self) -> None:
        """Refuse a model trained with another list of forenames: its scores would not be its own.

        Raises:
            StaleModelError: says what changed and what to do.
        """
        if self.names_digest != names_digest():
            raise StaleModelError(
                f"linkage model {self.version} was trained with another nicknames.csv (digest {self.names_digest}, now "
                f"{names_digest()}). A change to the list is a new model version: warehouse linkage train."
            )

    def _adjusted_columns(self) -> set[str]:
        return {
            level["tf_adjustment_column"]
            for comparison in self.settings["comparisons"]
            for level in comparison["comparison_levels"]
            if level.get("tf_adjustment_column")
        }

    def as_dict(self) -> dict[str, Any]:
        """The artefact as plain JSON values."""
        return {
            "version": self.version,
            "splink_version": self.splink_version,
            "names_digest": self.names_digest,
            "provenance": dict(self.provenance),
            "thresholds": asdict(self.thresholds),
            "limits": asdict(self.limits),
            "is_cautious": self.is_cautious,
            "blocking_rules": [{**asdict(rule), "keys": list(rule.keys)} for rule in self.blocking_rules],
            "settings": dict(self.settings),
            "term_frequencies": {
                column: {"default": table.default, "values": dict(sorted(table.values.items()))}
                for column, table in self.term_frequencies.items()
            },
        }

    @classmethod
    def from_dict(cls, content: Mapping[str, Any]) -> Self:
        """The model that `as_dict` wrote."""
        return cls(
            version=content["version"],
            splink_version=content["splink_version"],
            names_digest=content["names_digest"],
            provenance=content["provenance"],
            thresholds=Thresholds(**content["thresholds"]),
            limits=SharingLimits(**content["limits"]),
            is_cautious=content.get("is_cautious", True),
            blocking_rules=tuple(
                BlockingRule(**{**rule, "keys": tuple(rule["keys"])}) for rule in content["blocking_rules"]
            ),
            settings=content["settings"],
            term_frequencies={
                column: TermFrequencies(values=table["values"], default=table["default"])
                for column, table in content["term_frequencies"].items()
            },
        )

    @property
    def fingerprint(self) -> str:
        """First 16 hex digits of the SHA-256 of everything a score or a cluster depends on."""
        content = {name: value for name, value in self.as_dict().items() if name not in ("version", "provenance")}
        return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()[:16]


def shipped_models() -> tuple[str, ...]:
    """Versions of the models in this package."""
    folder = files("orchestration.linkage") / "models"
    return tuple(sorted(item.name.removesuffix(".json") for item in folder.iterdir() if item.name.endswith(".json")))


def load_model(version_or_path: str | Path = CURRENT_MODEL) -> LinkageModel:
    """The model of that version in this package, or in that file; always fully trained.

    Raises:
        FileNotFoundError: no such artefact; lists those there are.
        UntrainedModelError: a level has no m or u.
        StaleModelError: the list of forenames has changed since.
    """
    if isinstance(version_or_path, Path):
        text = version_or_path.read_text(encoding="utf-8")
    else:
        artefact = files("orchestration.linkage") / "models" / f"{version_or_path}.json"
        if not artefact.is_file():
            raise FileNotFoundError(
                f"no linkage model '{version_or_path}'; there are: {', '.join(shipped_models()) or 'none'}."
            )
        text = artefact.read_text(encoding="utf-8")
    model = LinkageModel.from_dict(json.loads(text))
    model.assert_trained()
    model.assert_current()
    return model


def save_model(model: LinkageModel, folder: Path) -> Path:
    """Write `<folder>/<version>.json` in one rename; the path.

    Raises:
        UntrainedModelError: a level has no m or u; nothing is written.
    """
    model.assert_trained()
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{model.version}.json"
    unfinished = path.with_suffix(".json.unfinished")
    unfinished.write_text(json.dumps(model.as_dict(), indent=1, sort_keys=False) + "\n", encoding="utf-8")
    unfinished.replace(path)
    return path
