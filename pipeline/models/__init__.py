"""What flows: the truth (opportunities, events, hand-offs, plan), how it came in, and what is derived from it."""

from pipeline.models.deals import EVENT_AMOUNT_SQL, Account, Event, Opportunity
from pipeline.models.derived import Flow, RecomputeRun, TouchedOpportunity
from pipeline.models.handoffs import HandOff
from pipeline.models.imports import ImportBatch, ImportChange, Upload
from pipeline.models.plan import ExchangeRate, PlanTarget
from pipeline.models.sources import DataSource, SourceMapping, SourcePull
from pipeline.models.structure import LossReason, Pipeline, Source, Stage, StageOwner, ids_by_key, later_owners

__all__ = [
    "EVENT_AMOUNT_SQL",
    "Account",
    "DataSource",
    "Event",
    "ExchangeRate",
    "Flow",
    "HandOff",
    "ImportBatch",
    "ImportChange",
    "LossReason",
    "Opportunity",
    "Pipeline",
    "PlanTarget",
    "RecomputeRun",
    "Source",
    "SourceMapping",
    "SourcePull",
    "Stage",
    "StageOwner",
    "TouchedOpportunity",
    "Upload",
    "ids_by_key",
    "later_owners",
]
