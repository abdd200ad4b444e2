"""What the figures rest on: how much of the truth was recorded, and when."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta

from django.db.models import Count, F, Q

from departments.models import Company
from pipeline.models import Event, Opportunity, RecomputeRun
from pipeline.run_cache import cached
from pipeline.selectors.leaks.leaks import DealFilter, leaks_of
from revenue_health.contribution.selectors.comparison.periods import ComparisonPeriods

LATE_AFTER = timedelta(days=1)
"""An event recorded more than this after it happened is a late entry."""


@dataclass(frozen=True, kw_only=True)
class Quality:
    """Counts behind the verdicts of one period. Losses in cents; `assumed` are those without a recorded reason,
    charged to no department. Late entries are events of the period; deals are all that are recorded."""

    lost_amount: int
    lost_count: int
    assumed_amount: int
    assumed_count: int
    events: int
    late_events: int
    deals: int
    without_source: int
    without_account: int

    def to_dict(self) -> dict[str, int]:
        """The counts by name."""
        return asdict(self)


def part(count: int, total: int) -> float | None:
    """A share from 0 to 1; None of nothing."""
    return count / total if total else None


def quality_of(*, run: RecomputeRun, company: Company, periods: ComparisonPeriods) -> Quality:
    """Figures of one run never change, so they are kept with it."""

    def compute() -> Quality:
        leaks = leaks_of(run=run, company=company, deal_filter=DealFilter(period=periods.period))
        start, end = (datetime.fromtimestamp(periods.steps[at], UTC) for at in (0, -1))
        late = Q(recorded_at__gt=F("occurred_at") + LATE_AFTER)
        of_period = Event.objects.filter(occurred_at__gte=start, occurred_at__lt=end, recorded_at__lte=run.as_of)
        events = of_period.aggregate(every=Count("pk"), late=Count("pk", filter=late))
        deals = Opportunity.objects.aggregate(
            every=Count("pk"),
            source=Count("pk", filter=Q(source=None)),
            account=Count("pk", filter=Q(account=None)),
        )
        return Quality(
            lost_amount=sum(cell.lost.amount for cell in leaks.cells),
            lost_count=sum(cell.lost.count for cell in leaks.cells),
            assumed_amount=sum(cell.assumed.amount for cell in leaks.cells),
            assumed_count=sum(cell.assumed.count for cell in leaks.cells),
            events=events["every"],
            late_events=events["late"],
            deals=deals["every"],
            without_source=deals["source"],
            without_account=deals["account"],
        )

    return cached(run, f"quality-{periods.key}".replace("|", ":"), compute)
