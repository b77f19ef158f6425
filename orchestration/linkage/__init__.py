"""One `person_id` for each human being, across every agency's records (Splink), with the error measured.

run_linkage(settings)         reads the build database, writes data/linkage/
link_people(records, model)   the same, from table to table
train_model(records, ...)     learns a model; ordinary runs load the one in `models/`
evaluate(links, truth)        precision, recall and F1 where the truth is known
"""

from orchestration.linkage.accuracy.against_truth import Accuracy, AccuracyReport, evaluate
from orchestration.linkage.accuracy.intervals import Rate
from orchestration.linkage.accuracy.truth import read_truth
from orchestration.linkage.learning.training import TrainingParameters, train_model
from orchestration.linkage.link import run_linkage
from orchestration.linkage.matching.linking import LinkageResult, link_people
from orchestration.linkage.matching.model import (
    CURRENT_MODEL,
    LinkageModel,
    StaleModelError,
    UntrainedModelError,
    load_model,
    save_model,
)
from orchestration.linkage.matching.overrides import Decision, Override, OverridesError, read_overrides
from orchestration.linkage.matching.summary import LinkageSummary

__all__ = [
    "CURRENT_MODEL",
    "Accuracy",
    "AccuracyReport",
    "Decision",
    "LinkageModel",
    "LinkageResult",
    "LinkageSummary",
    "Override",
    "OverridesError",
    "Rate",
    "StaleModelError",
    "TrainingParameters",
    "UntrainedModelError",
    "evaluate",
    "link_people",
    "load_model",
    "read_overrides",
    "read_truth",
    "run_linkage",
    "save_model",
    "train_model",
]
