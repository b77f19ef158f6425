"""What can go wrong with the gate itself, as against with the data.

Belongs here: the exceptions of this room. Bad data is never an exception: it is a verdict.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class RuleFault:
    """A rule that could not be asked, and what happened."""

    rule_code: str
    message: str


class GateError(RuntimeError):
    """Rules of a feed could not be evaluated. Deliveries not judged before are held: not passed, not refused.

    Attributes:
        feed: `agency/feed`.
        faults: the rules and what happened.
        held_files: file names of the deliveries that wait.
    """

    def __init__(self, feed: str, faults: Sequence[RuleFault], held_files: Sequence[str], written_in: str) -> None:
        self.feed = feed
        self.faults = tuple(faults)
        self.held_files = tuple(held_files)
        rules = "; ".join(f"{fault.rule_code}: {fault.message}" for fault in self.faults[:5])
        shown = ", ".join(self.held_files[:5]) + (" …" if len(self.held_files) > 5 else "")
        super().__init__(
            f"{feed}: {len(self.faults)} rule(s) could not be evaluated ({rules}). {len(self.held_files)} "
            f"delivery(ies) held until this is mended: {shown}. Mend the rule in "
            f"{written_in} or the list it names, then run again."
        )


class ConservationError(RuntimeError):
    """Rows went missing or came from nowhere between two stages: a fault of the warehouse, never of a sender."""


class ReferenceListError(RuntimeError):
    """A reference list a contract names is not there or has no such column."""
