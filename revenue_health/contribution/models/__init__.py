"""What the contribution app keeps: scores that can be made again, and the leak register that cannot."""

from revenue_health.contribution.models.association import MeasurableAssociation
from revenue_health.contribution.models.register import Leak, LeakChange, LeakSighting
from revenue_health.contribution.models.scores import CutScore, ForecastSnapshot, GroupScore, PartyScore, ScoreRun
from revenue_health.contribution.models.track import PastForecast

__all__ = [
    "CutScore",
    "ForecastSnapshot",
    "GroupScore",
    "Leak",
    "LeakChange",
    "LeakSighting",
    "MeasurableAssociation",
    "PartyScore",
    "PastForecast",
    "ScoreRun",
]
