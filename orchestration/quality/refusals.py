"""Which refused deliveries still await a correction, and which delivery made the others good.

Belongs here: the rule, as a pure function of the deliveries of one feed. Does not belong here: reading gate files
(`standing`), why a delivery was refused (`verdicts`). The model `delivery_corrections` states the same rule in SQL for
those who read marts; a test holds the two together.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from orchestration.contracts import FeedContract, FeedMode


@dataclass(frozen=True)
class JudgedDelivery:
    """A delivery with its verdict, as far as this question needs it.

    Attributes:
        extract_date: None if the file's name was not understood.
        file_sequence: number of the file within the extract date.
        partition_key: force and month of a feed that is a snapshot per partition; None elsewhere.
        reason_codes: codes of the rules that decided the verdict.
        reasons: the same in words.
    """

    delivery_id: str
    file_name: str
    sha256: str | None
    extract_date: date | None
    file_sequence: int | None
    partition_key: str | None
    is_rejected: bool
    reason_codes: tuple[str, ...] = ()
    reasons: str = ""


@dataclass(frozen=True)
class Refusal:
    """A rejected delivery, and the accepted one that made it good, if any."""

    feed: str
    delivery: JudgedDelivery
    corrected_by: JudgedDelivery | None

    @property
    def is_outstanding(self) -> bool:
        """Whether the agency still has to send something."""
        return self.corrected_by is None


def refusals(contract: FeedContract, deliveries: Iterable[JudgedDelivery]) -> tuple[Refusal, ...]:
    """Every rejected delivery of a feed, oldest first, each with the earliest accepted delivery that corrects it.

    What corrects depends on how deliveries of the feed add up:

    * snapshot: an accepted delivery of the same or a later extract date, for it replaces all that came before;
    * snapshot per partition: the same, of the same force and month;
    * increment: an accepted delivery of the same extract date, for no other brings the missing rows;
    * always: the same bytes accepted under a name that could be understood.

    Within one extract date a file corrects those numbered up to its own number, never a later one. The answer depends
    on the set of deliveries alone, not on their order.
    """
    known = sorted(deliveries, key=_age)
    accepted = [item for item in known if not item.is_rejected]
    return tuple(
        Refusal(
            feed=contract.key,
            delivery=item,
            corrected_by=next((other for other in accepted if _corrects(contract.mode, other, item)), None),
        )
        for item in known
        if item.is_rejected
    )


def _corrects(mode: FeedMode, accepted: JudgedDelivery, refused: JudgedDelivery) -> bool:
    if refused.sha256 is not None and accepted.sha256 == refused.sha256:
        return True
    if refused.extract_date is None or accepted.extract_date is None:
        return False
    if accepted.partition_key != refused.partition_key:
        return False
    if mode is FeedMode.INCREMENT and accepted.extract_date != refused.extract_date:
        return False
    return _place(accepted) >= _place(refused)


def _place(delivery: JudgedDelivery) -> tuple[date, int]:
    return delivery.extract_date or date.max, delivery.file_sequence or 0


def _age(delivery: JudgedDelivery) -> tuple[date, int, str]:
    return *_place(delivery), delivery.delivery_id
