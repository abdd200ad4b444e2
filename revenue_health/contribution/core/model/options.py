"""What the model may assume: the defensible other ways to calculate the same shares, for whoever compares them."""

from dataclasses import dataclass
from enum import StrEnum


class Fit(StrEnum):
    """How the period's waits are read from its hand-ons (see `fits`)."""

    MIXTURE = "mixture"
    """Holds begun before the period have hazards of their own, told apart from the others by geometry."""
    MEMORYLESS = "memoryless"
    """One hazard for holds of every age, in both spans."""
    CLOCK = "clock"
    """The baseline's waits on another time scale; the rest of a hold in progress runs at the new pace."""
    HAZARD = "hazard"
    """Holds in progress take the new hazard of their age."""


@dataclass(frozen=True, kw_only=True)
class ModelOptions:
    """fit: how waits are read. load: what more arrivals did to waits goes to who brings more. origin: losses that only
    one origin's deals have more of go to that origin. inflation: amounts that their writer takes back were no demand.
    """

    fit: Fit = Fit.MIXTURE
    load: bool = True
    origin: bool = True
    inflation: bool = True


DEFAULT = ModelOptions()
"""What every page shows."""
