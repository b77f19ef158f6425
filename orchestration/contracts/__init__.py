"""What agencies promised to send, as typed objects.

The ground floor: every other room asks here for columns, formats, keys and rules. `load_feed_contracts` is the way in.
"""

from orchestration.contracts.earlier_deliveries import EARLIER_DELIVERY_RULES, ExcusedDeliveries, RowCountBounds
from orchestration.contracts.loader import load_feed_contract, load_feed_contracts
from orchestration.contracts.model import (
    CODE_LIST_ENDS,
    CODE_LISTS,
    FILE_EXTENSIONS,
    LIST_SEPARATOR,
    QUALIFIED_CODES,
    Classification,
    Column,
    ColumnChange,
    ColumnType,
    DeliveryFormat,
    FeedContract,
    FeedMode,
    LegalBasis,
    Party,
    ServiceLevel,
)
from orchestration.contracts.reader import ContractError
from orchestration.contracts.rules import (
    RULES_ABOUT_ROWS,
    ColumnRule,
    ColumnRuleKind,
    DeliveryRule,
    DeliveryRuleKind,
    Dimension,
    RowRule,
    Rule,
    Severity,
)

__all__ = [
    "CODE_LISTS",
    "CODE_LIST_ENDS",
    "EARLIER_DELIVERY_RULES",
    "FILE_EXTENSIONS",
    "LIST_SEPARATOR",
    "QUALIFIED_CODES",
    "RULES_ABOUT_ROWS",
    "Classification",
    "Column",
    "ColumnChange",
    "ColumnRule",
    "ColumnRuleKind",
    "ColumnType",
    "ContractError",
    "DeliveryFormat",
    "DeliveryRule",
    "DeliveryRuleKind",
    "Dimension",
    "ExcusedDeliveries",
    "FeedContract",
    "FeedMode",
    "LegalBasis",
    "Party",
    "RowCountBounds",
    "RowRule",
    "Rule",
    "ServiceLevel",
    "Severity",
    "load_feed_contract",
    "load_feed_contracts",
]
