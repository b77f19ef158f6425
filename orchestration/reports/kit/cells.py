"""Values of a query's result as a reader sees them, on a terminal and on a page alike."""

from __future__ import annotations

from typing import Any

import pyarrow as pa

CELL_WIDTH = 60


def cell_text(value: Any) -> str:
    """One value in at most `CELL_WIDTH` characters on one line; empty if null, three decimals at most."""
    if value is None:
        return ""
    if isinstance(value, float):
        text = f"{value:,.3f}".rstrip("0").rstrip(".")
    elif isinstance(value, int) and not isinstance(value, bool):
        text = str(value)
    else:
        text = " ".join(str(value).split())
    return text if len(text) <= CELL_WIDTH else text[: CELL_WIDTH - 1] + "…"


def is_number(arrow_type: pa.DataType) -> bool:
    """Whether values of the type are set to the right."""
    return bool(pa.types.is_integer(arrow_type) or pa.types.is_floating(arrow_type) or pa.types.is_decimal(arrow_type))
