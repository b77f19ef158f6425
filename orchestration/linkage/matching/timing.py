"""How long each step of linkage took.

Belongs here: the clock. Does not belong here: steps.
"""

from __future__ import annotations

import time


class Clock:
    """Seconds of each step; a step that comes again adds up."""

    def __init__(self) -> None:
        """Start now."""
        self.seconds: dict[str, float] = {}
        self._last = time.perf_counter()

    def mark(self, step: str) -> None:
        """The step that began at the last mark is done."""
        now = time.perf_counter()
        self.seconds[step] = round(self.seconds.get(step, 0.0) + now - self._last, 3)
        self._last = now
