"""Raw to gate: what may enter, row by row and delivery by delivery, by the rules of the contracts.

Belongs here: asking the rules, verdicts, quarantine, the ledger over them. Does not belong here: the rules themselves
(`contracts`), mending data (the agency does).
"""

from orchestration.quality.errors import ConservationError, GateError, ReferenceListError, RuleFault
from orchestration.quality.gate import GateSummary, RejectedDelivery, gate_feed
from orchestration.quality.ledger import LedgerTotals, ledger_totals
from orchestration.quality.verdicts import Verdict

__all__ = [
    "ConservationError",
    "GateError",
    "GateSummary",
    "LedgerTotals",
    "ReferenceListError",
    "RejectedDelivery",
    "RuleFault",
    "Verdict",
    "gate_feed",
    "ledger_totals",
]
