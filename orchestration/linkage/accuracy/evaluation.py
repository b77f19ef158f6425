"""How well this linkage does on any labelled file: learnt on the file without its labels, then scored with them.

Belongs here: evaluating a file from end to end, and saying the outcome in words. Does not belong here: reading the file
(`labelled.py`), or any step of linkage.

The records go through what every record goes through: standardised, gathered into profiles, blocked, compared,
resolved. Three things differ from an ordinary run, because a labelled file is a population of its own. m, u, the term
frequencies and the prior are learnt from the file (the justice model knows nothing of its columns); weak blocking
keys are tried too; and two records are linked when they are more likely one person than not (`EVEN_ODDS`), because
here a missed link weighs as much as a false one, while a justice record must not be laid at a stranger's door.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from orchestration.linkage.accuracy.against_truth import Accuracy, AccuracyReport, evaluate
from orchestration.linkage.accuracy.intervals import Rate
from orchestration.linkage.accuracy.labelled import LabelledFileError, LabelledRecords, read_labelled
from orchestration.linkage.learning.training import TrainingParameters, train_model
from orchestration.linkage.matching.blocking import WIDE_BLOCKING_RULES
from orchestration.linkage.matching.linking import LinkageResult, link_people
from orchestration.linkage.matching.model import LinkageModel, Thresholds

EVEN_ODDS = Thresholds(accept=1.0, cohesion=-5.0)
"""Linked at two to one."""

SAMPLED_PAIRS = 5e5
"""Pairs drawn to learn chance agreement from: enough for a level that one pair in ten thousand reaches."""


@dataclass(frozen=True)
class FileEvaluation:
    """Outcome of evaluating a labelled file.

    Attributes:
        file: the records and how they were read.
        model: learnt from them.
        result: the links.
        report: their accuracy.
    """

    file: LabelledRecords
    model: LinkageModel
    result: LinkageResult
    report: AccuracyReport

    @property
    def compared(self) -> tuple[str, ...]:
        """Names of the comparisons the model makes."""
        return tuple(comparison["output_column_name"] for comparison in self.model.settings["comparisons"])


def evaluate_file(
    path: Path, id_column: str, cluster_column: str, stated: Mapping[str, str] | None = None, seed: int = 1
) -> FileEvaluation:
    """Link the records of a labelled file and score the links.

    Args:
        path: CSV or Parquet.
        id_column: what tells records apart (several columns joined with `+`).
        cluster_column: what records of one person share.
        stated: our column -> column of the file, where its name does not say it.
        seed: of the sample that chance agreement is learnt from; the same seed gives the same outcome.

    Raises:
        LabelledFileError: says what is wrong with the file, where, and what to do.
    """
    file = read_labelled(path, id_column, cluster_column, stated)
    parameters = TrainingParameters(
        version=f"learnt from {path.name}",
        source=path.name,
        prior=None,
        seed=seed,
        sampled_pairs=SAMPLED_PAIRS,
        thresholds=EVEN_ODDS,
        blocking_rules=WIDE_BLOCKING_RULES,
        is_cautious=False,
    )
    try:
        model = train_model(file.records, parameters)
    except ValueError as error:
        raise LabelledFileError(
            f"{path}: nothing can be learnt from these records ({error}). "
            f"Columns compared: {', '.join(sorted(file.mapping))}. Map more of them with --map ours=theirs."
        ) from error
    result = link_people(file.records, model)
    return FileEvaluation(file, model, result, evaluate(result.links, file.truth))


def accuracy_lines(report: AccuracyReport) -> list[str]:
    """Precision, recall and F1 of pairs and clusters with their 95% intervals, as lines of a table."""
    lines = [f"{'':<10}{'':<11}{'value':>8}   {'95% interval':<18}counted"]
    for name, accuracy in (("pairs", report.pairs), ("clusters", report.clusters)):
        lines += [f"{name:<10}{measure:<11}{_shown(rate)}" for measure, rate in _rates(accuracy)]
    lines += [
        "",
        f"{report.true_persons:,} true persons, {report.linked_persons:,} linked persons, {report.records:,} records",
        f"over-merged (one linked person, several true ones): {report.over_merged:,}",
        f"under-merged (one true person, several linked ones): {report.under_merged:,}",
    ]
    return lines


def _rates(accuracy: Accuracy) -> tuple[tuple[str, Rate], ...]:
    return (("precision", accuracy.precision), ("recall", accuracy.recall), ("F1", accuracy.balance))


def _shown(rate: Rate) -> str:
    if not rate.count:
        return f"{'-':>8}   {'nothing to count':<18}"
    return f"{rate.value:>8.4f}   {f'{rate.low:.4f} to {rate.high:.4f}':<18}{rate.hits:,} of {rate.count:,}"
