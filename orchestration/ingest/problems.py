"""What can be wrong with a landed file as a whole, said so that its sender can act.

Belongs here: the two small types problems travel in, and the exception for a file that cannot be read. Does not
belong here: what follows from a problem (the gate decides that from the contract's severity).

Messages never quote values from a file: a file with shifted columns or no header would put names into a report.
"""

from __future__ import annotations

from dataclasses import dataclass

from orchestration.contracts import DeliveryRuleKind, FeedContract


@dataclass(frozen=True, order=True)
class Problem:
    """One broken delivery rule: the contract's code for it and what exactly was found."""

    rule_code: str
    message: str


def problem_with(contract: FeedContract, kind: DeliveryRuleKind, message: str) -> Problem:
    """A problem under the code the feed's contract has for its kind of rule."""
    return Problem(contract.delivery_rule(kind).code, message)


@dataclass(frozen=True, order=True)
class UnplacedFile:
    """Something in the landing folder that is no delivery.

    Attributes:
        path: relative to the landing folder.
        reason_code: short code of why.
        message: what was found and what was expected.
    """

    path: str
    reason_code: str
    message: str


class UnreadableError(Exception):
    """A file that cannot be read as its contract says.

    Attributes:
        kind: the delivery rule it breaks.
        message: where it went wrong and what to do.
        is_of_line: whether it is a line that is wrong: the others may be read without it.
    """

    def __init__(
        self, message: str, kind: DeliveryRuleKind = DeliveryRuleKind.UNREADABLE, *, is_of_line: bool = False
    ) -> None:
        super().__init__(message)
        self.kind = kind
        self.message = message
        self.is_of_line = is_of_line
