"""The account a linkage gives of itself: in numbers, in one line, and what a person should look at.

Belongs here: what linking did, as a value, and how it is put. Does not belong here: linking (`link.py`).
"""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict, dataclass, field
from typing import Any

from orchestration.linkage.matching.blocking import BlockingCount
from orchestration.linkage.matching.changes import Changes
from orchestration.linkage.matching.clusters import Resolution
from orchestration.linkage.matching.overrides import OVERRIDES_FILE, Outcome, OverrideOutcome
from orchestration.linkage.person_id_history import Generation


@dataclass(frozen=True)
class LinkageSummary:
    """What one linkage did.

    Attributes:
        model_version: model that scored.
        model_fingerprint: of everything in it that a score or a cluster depends on.
        records: person records linked.
        profiles: different ways of writing them down.
        persons: people found.
        neutralised: column -> records whose value was shared by more people than is plausible.
        blocking: what each blocking rule brought together.
        pairs_scored: pairs of profiles compared.
        resolution: links, groups, conflicts.
        records_by_method: join method -> records.
        largest_person: most records of one person.
        seconds: step -> time taken.
        history: what it does to the ids of the last published linkage; None outside a warehouse.
        overrides: what became of each decision.
        changes: records that were new, changed or gone, where only they were linked; what was blocked, scored and
            resolved is then that part. None where everything was linked.
        linked_anew: why everything was linked, in a few words; None where it was not, or outside a warehouse.
    """

    model_version: str
    model_fingerprint: str
    records: int
    profiles: int
    persons: int
    neutralised: dict[str, int]
    blocking: tuple[BlockingCount, ...]
    pairs_scored: int
    resolution: Resolution
    records_by_method: dict[str, int]
    largest_person: int
    seconds: dict[str, float] = field(default_factory=dict)
    history: Generation | None = None
    overrides: tuple[OverrideOutcome, ...] = ()
    changes: Changes | None = None
    linked_anew: str | None = None

    def as_dict(self) -> dict[str, Any]:
        """The summary as plain JSON values."""
        return asdict(self)

    def sentence(self) -> str:
        """The outcome in one line for a log or a terminal."""
        extent = f"all linked: {self.linked_anew}; " if self.linked_anew else ""
        if self.changes:
            named = (("new", self.changes.new), ("changed", self.changes.changed), ("gone", self.changes.gone))
            extent = ", ".join(f"{count:,} {name}" for name, count in named) + "; "
        return (
            f"{self.records:,} person records are {self.persons:,} persons (model {self.model_version}; {extent}"
            f"{self.pairs_scored:,} pairs compared in {sum(self.seconds.values()):.1f} s)"
        )

    def warnings(self) -> list[str]:
        """What a person should look at, one sentence each; no sentence holds personal data."""
        warnings = [self.history.note] if self.history and self.history.note else []
        stale = [override for override in self.overrides if override.outcome is Outcome.STALE]
        for override in stale:
            missing = "both records are" if len(override.missing_records) == 2 else "one of the records is"
            warnings.append(
                f"{OVERRIDES_FILE} line {override.line} ({override.decision}) has no effect: {missing} not delivered, "
                "or no longer. Withdraw the line, or correct its key."
            )
        for count in self.blocking:
            if count.skipped_profiles:
                warnings.append(
                    f"blocking rule '{count.rule}' left out {count.skipped_profiles:,} profiles whose key is shared by "
                    f"up to {count.largest_block:,}; other rules may still compare them."
                )
        return warnings

    def metadata(self) -> dict[str, int | float | str]:
        """The outcome as named values for the orchestrator's record of the run."""
        decisions = Counter(str(override.outcome) for override in self.overrides)
        return {
            "model_version": self.model_version,
            "model_fingerprint": self.model_fingerprint,
            "records": self.records,
            "profiles": self.profiles,
            "persons": self.persons,
            "linked": "what changed" if self.changes else f"all: {self.linked_anew}",
            **({f"records {name}": count for name, count in asdict(self.changes).items()} if self.changes else {}),
            "pairs_scored": self.pairs_scored,
            "links": self.resolution.links,
            "groups_rebuilt": self.resolution.groups_rebuilt,
            "largest_person": self.largest_person,
            "seconds": round(sum(self.seconds.values()), 2),
            **{f"overrides {outcome}": decisions[str(outcome)] for outcome in Outcome},
            **{f"pairs by {count.rule}": count.comparisons for count in self.blocking},
            **{f"values neutralised: {name}": count for name, count in self.neutralised.items() if count},
            **({f"ids {change}": rows for change, rows in self.history.changes.items()} if self.history else {}),
        }
