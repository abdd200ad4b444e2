"""What every page needs besides its own content: the company, the shown run and its age, what the reader may do."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from django.http import HttpRequest
from django.utils import timezone

from departments.access import may_manage_data, may_see_company, may_see_departments, user_roles
from departments.models import Company, Department, find_company
from pipeline.custody_store import CustodyStoreMissing
from pipeline.models import RecomputeRun
from pipeline.selectors.data import runs
from pipeline.selectors.plan.data_range import StaleData, age_text, data_range_of, stale_data

_ATTRIBUTE = "_revenue_health_site"


@dataclass
class SiteContext:
    """Computed once a request, however many views and templates use it. `now` is its only clock reading."""

    request: HttpRequest
    now: datetime

    @cached_property
    def company(self) -> Company | None:
        return find_company()

    @cached_property
    def currency(self) -> str:
        return self.company.reporting_currency if self.company else ""

    @cached_property
    def _newest_run(self) -> RecomputeRun | None:
        """The run begun last: nearly always it is the one that is shown, and nothing has failed since."""
        return runs.newest_run()

    @cached_property
    def run(self) -> RecomputeRun | None:
        newest = self._newest_run
        return newest if newest is None or newest.status == RecomputeRun.Status.DONE else runs.latest_run()

    @cached_property
    def failed(self) -> RecomputeRun | None:
        # Nothing can have failed after a run that is both the newest and the one shown.
        return None if self._newest_run == self.run else runs.last_failed_after(self.run)

    @cached_property
    def freshness(self) -> runs.Freshness:
        return runs.freshness(run=self.run, now=self.now)

    @cached_property
    def has_outdated_method(self) -> bool:
        """Whether the figures wait for a recompute after an upgrade."""
        return runs.has_outdated_method(self.run)

    @cached_property
    def age(self) -> str:
        """How old the figures are, in words."""
        hours = self.freshness.age_hours
        return "" if hours is None else age_text(hours / 24)

    @cached_property
    def stale_data(self) -> StaleData | None:
        """Set if the newest event is so old that every page must say so first."""
        if self.run is None or self.company is None:
            return None
        try:
            data_range = data_range_of(run=self.run, company=self.company)
        except CustodyStoreMissing:
            return None  # the page itself says that the files are missing
        return stale_data(data_range, run=self.run, today=self.local(self.now).date())

    @cached_property
    def as_of_local(self) -> datetime | None:
        """The instant the figures know, in the company's time zone."""
        return self.local(self.run.as_of) if self.run else None

    @cached_property
    def may_manage_data(self) -> bool:
        return may_manage_data(self.request.user)

    @cached_property
    def may_see_company(self) -> bool:
        return may_see_company(self.request.user)

    @cached_property
    def closed(self) -> frozenset[str]:
        """Keys of the departments whose detail the visitor may not open: they are named without a link."""
        user = self.request.user
        if may_see_departments(user):
            return frozenset()
        internal = Department.objects.filter(kind=Department.Kind.INTERNAL)
        return frozenset(internal.exclude(pk__in=user_roles(user).member_of).values_list("key", flat=True))

    def local(self, instant: datetime) -> datetime:
        return instant.astimezone(self.company.zone) if self.company else instant


def site_context(request: HttpRequest) -> SiteContext:
    """The request's site context, created at first use."""
    site: SiteContext | None = getattr(request, _ATTRIBUTE, None)
    if site is None:
        site = SiteContext(request=request, now=timezone.now())
        setattr(request, _ATTRIBUTE, site)
    return site
