"""How a step says what it is doing.

Belongs here: the type alone, since every room takes one. Does not belong here: where the lines go (Dagster's log, the
terminal).
"""

from __future__ import annotations

from collections.abc import Callable

Reporter = Callable[[str], None]
"""Receives one line."""
