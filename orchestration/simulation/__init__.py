"""A simulated justice system that writes its agencies' deliveries, with the truth kept aside.

`simulate` is the way in. Nothing the pipeline runs imports this room; only accuracy scoring reads the truth it writes.
"""

from orchestration.simulation.delivery_files import DeliveryParameters
from orchestration.simulation.dirt_plan import DirtParameters
from orchestration.simulation.errors import SimulationError
from orchestration.simulation.model import WorldParameters
from orchestration.simulation.simulator import SimulationSummary, simulate

__all__ = [
    "DeliveryParameters",
    "DirtParameters",
    "SimulationError",
    "SimulationSummary",
    "WorldParameters",
    "simulate",
]
