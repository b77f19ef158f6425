"""What the answers to a reviewed sample say of the linkage: precision and recall of its pairs, with intervals.

Belongs here: reading a filled-in sample, refusing one that cannot be scored, and the estimates. Does not belong here:
drawing it (`sample.py`).

Precision is over all pairs of profiles the linkage put together, recall over all pairs that were compared or put
together. Each stratum's share of matches stands for all its pairs. The variance is that of a stratified sample, with
shares drawn one answer towards either side (a stratum without a match still may hold one), and none from a stratum
judged whole; Wilson's interval is taken at the sample size that would be as uncertain (`accuracy/intervals.py`).
"""

from __future__ import annotations

import csv
import json
import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Self

from orchestration.atomic import replacing
from orchestration.linkage.accuracy.intervals import wilson
from orchestration.linkage.accuracy.rows import ALL, AccuracyRow, Source
from orchestration.linkage.matching.model import LinkageModel
from orchestration.settings import Settings

REVIEW_FOLDER = "review"
"""In the linkage folder; private."""

RESULT_FILE = "result.json"

ANSWERS = ("decision", "second_decision")
"""Columns to fill in: the reviewer's answer, and, if there is one, a second reviewer's."""

DRAWN = ("pair", "stratum", "pairs_in_stratum", "pairs_drawn", "is_linked", "record_1", "record_2", "model", "build")
"""Columns that say how the pair was drawn; the score rests on them."""

SAME, DIFFERENT, UNSURE = "same", "different", "unsure"

FAULTS_SHOWN = 10


class ReviewError(ValueError):
    """A filled-in sample cannot be scored; the message names file, row and column, and what to do."""


@dataclass(frozen=True)
class Estimate:
    """A share estimated from a sample, with its 95% interval."""

    value: float
    low: float
    high: float

    def __str__(self) -> str:
        """`0.9871 (0.9850 to 0.9890)`."""
        return f"{self.value:.4f} ({self.low:.4f} to {self.high:.4f})"


@dataclass(frozen=True)
class ReviewResult:
    """What a review found.

    Attributes:
        model_version, model_fingerprint: of the model that linked.
        precision, recall: of pairs of profiles.
        judged: pairs with an answer.
        unsure: pairs the reviewer could not tell; they count in neither.
        kappa: agreement of two reviewers beyond chance (Cohen); None with one reviewer.
    """

    model_version: str
    model_fingerprint: str
    precision: Estimate
    recall: Estimate
    judged: int
    unsure: int
    kappa: float | None

    @classmethod
    def from_dict(cls, content: Mapping[str, object]) -> Self:
        """The result that `write_result` wrote."""
        estimates = {name: Estimate(**content[name]) for name in ("precision", "recall")}  # type: ignore[arg-type]
        return cls(**{**content, **estimates})  # type: ignore[arg-type]

    def rows(self) -> Iterator[AccuracyRow]:
        """The estimates as rows of the evidence."""
        kappa = "" if self.kappa is None else f", two reviewers, kappa {self.kappa:.2f}"
        why = f"{self.judged:,} pairs judged, {self.unsure:,} of them unsure{kappa}"
        for name, estimate in (("precision", self.precision), ("recall", self.recall)):
            value, low, high = (round(number, 8) for number in (estimate.value, estimate.low, estimate.high))
            yield AccuracyRow(Source.REVIEW, name, ALL, ALL, "pairs", None, None, value, low, high, None, why)


@dataclass(frozen=True)
class _Judged:
    """One stratum's answers."""

    pairs: int
    drawn: int
    is_linked: bool
    same: int
    different: int

    @property
    def answered(self) -> int:
        return self.same + self.different

    @property
    def matches(self) -> float:
        """Matches in the whole stratum, as estimated."""
        return self.pairs * self.same / self.answered

    @property
    def cautious_matches(self) -> float:
        """The same from a share drawn towards one half, unless the stratum was judged whole."""
        if self.answered == self.pairs:
            return self.matches
        return self.pairs * (self.same + 1) / (self.answered + 2)

    @property
    def variance(self) -> float:
        """Of the estimated matches."""
        share = self.cautious_matches / self.pairs
        return self.pairs**2 * (1 - self.answered / self.pairs) * share * (1 - share) / self.answered


def score_review(path: Path) -> ReviewResult:
    """Score a filled-in sample.

    Raises:
        FileNotFoundError: no such file.
        ReviewError: it is not whole, not filled in, or was changed where it must not be.
    """
    rows = _read(path)
    strata = _strata(path, rows)
    precision = _precision(path, [stratum for stratum in strata.values() if stratum.is_linked])
    recall = _recall(path, strata.values())
    answers = [row["decision"] for _, row in rows]
    return ReviewResult(
        model_version=rows[0][1]["model"],
        model_fingerprint=rows[0][1]["build"],
        precision=precision,
        recall=recall,
        judged=len(rows),
        unsure=answers.count(UNSURE),
        kappa=_kappa([(row["decision"], row["second_decision"]) for _, row in rows if row["second_decision"]]),
    )


def _read(path: Path) -> list[tuple[int, dict[str, str]]]:
    """Rows with their line in the file."""
    if not path.is_file():
        raise FileNotFoundError(f"{path} is not there; draw a sample with `warehouse linkage sample`.")
    with path.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.DictReader(file)
        if missing := [name for name in (*ANSWERS, *DRAWN) if name not in (reader.fieldnames or ())]:
            raise ReviewError(f"{path} has no column {', '.join(missing)}; fill in the file that was drawn, whole.")
        rows = [
            (number, {name: _cell(name, cell) for name, cell in row.items() if name})
            for number, row in enumerate(reader, start=2)
        ]
    if not rows:
        raise ReviewError(f"{path} holds no pair.")
    faults = [fault for number, row in rows for fault in _faults(number, row)]
    if faults:
        further = f"\n  and {len(faults) - FAULTS_SHOWN:,} more" if len(faults) > FAULTS_SHOWN else ""
        raise ReviewError(
            f"{path} cannot be scored:\n  "
            + "\n  ".join(faults[:FAULTS_SHOWN])
            + further
            + f"\nAnswer every pair with {SAME}, {DIFFERENT} or {UNSURE}; leave the other columns as they were drawn."
        )
    return rows


def _cell(column: str, cell: str | None) -> str:
    """A cell without blanks around it; answers in lower case."""
    text = (cell or "").strip()
    return text.lower() if column in ANSWERS else text


def _faults(number: int, row: Mapping[str, str]) -> Iterator[str]:
    """What is wrong with a row, a sentence for each column."""
    if not row["decision"]:
        yield f"row {number}, column decision: not filled in"
    for column in ANSWERS:
        if row[column] not in ("", SAME, DIFFERENT, UNSURE):
            yield f"row {number}, column {column}: '{row[column]}'"
    for column in ("pairs_in_stratum", "pairs_drawn"):
        if not row[column].isdigit() or int(row[column]) < 1:
            yield f"row {number}, column {column}: '{row[column]}' is not a count"
    if row["is_linked"] not in ("yes", "no"):
        yield f"row {number}, column is_linked: '{row['is_linked']}' is neither yes nor no"
    for column in ("stratum", "model", "build"):
        if not row[column]:
            yield f"row {number}, column {column}: empty"


def _strata(path: Path, rows: Iterable[tuple[int, Mapping[str, str]]]) -> dict[str, _Judged]:
    counted: dict[str, list[tuple[int, Mapping[str, str]]]] = {}
    first: Mapping[str, str] | None = None
    pairs: set[str] = set()
    for number, row in rows:
        first = first or row
        if (row["model"], row["build"]) != (first["model"], first["build"]):
            raise ReviewError(f"{path} row {number}, column build: from another build; score each sample by itself.")
        if row["pair"] in pairs:
            raise ReviewError(f"{path} row {number}, column pair: '{row['pair']}' is there twice.")
        pairs.add(row["pair"])
        counted.setdefault(row["stratum"], []).append((number, row))
    strata = {}
    for name, members in counted.items():
        number, one = members[0]
        said = {(row["pairs_in_stratum"], row["pairs_drawn"], row["is_linked"]) for _, row in members}
        if len(said) > 1:
            raise ReviewError(
                f"{path} row {number}, column pairs_in_stratum: rows of stratum '{name}' disagree on how it was drawn."
            )
        if len(members) != int(one["pairs_drawn"]):
            raise ReviewError(
                f"{path} row {number}, column pairs_drawn: {one['pairs_drawn']} pairs of stratum '{name}' were drawn, "
                f"{len(members)} are in the file. A pair that is left out is no answer: judge it, or write {UNSURE}."
            )
        answers = [row["decision"] for _, row in members]
        strata[name] = _Judged(
            pairs=int(one["pairs_in_stratum"]),
            drawn=len(members),
            is_linked=one["is_linked"] == "yes",
            same=answers.count(SAME),
            different=answers.count(DIFFERENT),
        )
        if not strata[name].answered:
            raise ReviewError(
                f"{path} row {number}, column decision: every pair of stratum '{name}' is {UNSURE}; nothing can be "
                "said of it. Ask somebody who may see the files."
            )
    return strata


def _precision(path: Path, linked: list[_Judged]) -> Estimate:
    pairs = sum(stratum.pairs for stratum in linked)
    if not pairs:
        raise ReviewError(f"{path} holds no linked pair, so there is no precision to estimate.")
    value = sum(stratum.matches for stratum in linked) / pairs
    cautious = sum(stratum.cautious_matches for stratum in linked) / pairs
    return _estimate(value, cautious, sum(stratum.variance for stratum in linked) / pairs**2)


def _recall(path: Path, strata: Iterable[_Judged]) -> Estimate:
    """A ratio of two estimates: matches linked over all matches; its variance by the first-order expansion."""
    known = list(strata)
    linked = sum(stratum.matches for stratum in known if stratum.is_linked)
    every = sum(stratum.matches for stratum in known)
    if not every:
        raise ReviewError(f"{path}: no pair was judged {SAME}, so there is no recall to estimate.")
    cautious_linked = sum(stratum.cautious_matches for stratum in known if stratum.is_linked)
    cautious_missed = sum(stratum.cautious_matches for stratum in known if not stratum.is_linked)
    total = cautious_linked + cautious_missed
    variance = (
        cautious_missed**2 * sum(stratum.variance for stratum in known if stratum.is_linked)
        + cautious_linked**2 * sum(stratum.variance for stratum in known if not stratum.is_linked)
    ) / total**4
    return _estimate(linked / every, cautious_linked / total, variance)


def _estimate(value: float, cautious: float, variance: float) -> Estimate:
    """Wilson's interval at the number of independent answers that would be as uncertain as the sample."""
    if variance <= 0:
        return Estimate(value, value, value)
    low, high = wilson(value, cautious * (1 - cautious) / variance)
    return Estimate(value, min(low, value), max(high, value))


def _kappa(answers: list[tuple[str, str]]) -> float | None:
    """Cohen's kappa of two reviewers over the pairs both judged."""
    if not answers:
        return None
    agreed = sum(one == other for one, other in answers) / len(answers)
    by_chance = sum(
        sum(one == answer for one, _ in answers) * sum(other == answer for _, other in answers)
        for answer in (SAME, DIFFERENT, UNSURE)
    ) / len(answers) ** 2  # fmt: skip
    return 1.0 if math.isclose(by_chance, 1.0) else (agreed - by_chance) / (1 - by_chance)


def write_result(settings: Settings, result: ReviewResult) -> Path:
    """Keep the result for the next build to publish; no answer and no record is in it."""
    path = settings.linkage_dir / REVIEW_FOLDER / RESULT_FILE
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with replacing(path) as unfinished:
        unfinished.write_text(json.dumps(asdict(result), indent=1) + "\n", encoding="utf-8")
    return path


def review_rows(settings: Settings, model: LinkageModel) -> list[AccuracyRow]:
    """What the last review found of this very model; nothing where none was made, or another model has come since."""
    path = settings.linkage_dir / REVIEW_FOLDER / RESULT_FILE
    if not path.is_file():
        return []
    result = ReviewResult.from_dict(json.loads(path.read_text(encoding="utf-8")))
    return list(result.rows()) if result.model_fingerprint == model.fingerprint else []
