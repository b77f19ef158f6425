"""The one error a user of the simulation may see."""

from __future__ import annotations


class SimulationError(ValueError):
    """The simulation cannot be made as asked; the message says what to change."""
