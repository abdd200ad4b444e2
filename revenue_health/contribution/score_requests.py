"""Computations that people request from a worker: requested once, whichever page asks, and their progress."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib import messages
from django.core.cache import cache
from django.http import HttpRequest, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _

from pipeline.models import RecomputeRun
from pipeline.page.site_context import site_context
from revenue_health.contribution.filters import ComparisonFilters, parse_filters
from revenue_health.contribution.models import ScoreRun
from revenue_health.contribution.selectors.comparison.scores import pending_groups
from revenue_health.contribution.tasks import scores_requested

REQUEST_SECONDS = 30
"""For so long a request counts as one that a worker is about to take; then it may be made again."""


@dataclass(frozen=True, kw_only=True)
class ComparisonWait:
    """A comparison that is not computed yet. begun: a worker is at it, and has done so many groups of deals of all;
    requested: a moment ago; error: why the last attempt failed."""

    begun: bool
    done: int
    total: int
    requested: bool
    error: str

    @property
    def lasts(self) -> bool:
        """Whether the page is to look again by itself."""
        return self.begun or self.requested


def compute_comparison(request: HttpRequest, *, page: str) -> HttpResponseRedirect:
    """Request the comparison in the form, and go to `page` (the name of a URL), which shows it when it is done."""
    site = site_context(request)
    address = reverse(page)
    if site.run is not None and site.company is not None:
        filters = parse_filters(request.POST, run=site.run, company=site.company)
        label = filters.period.label
        address += filters.address()
        if not filters.errors and request_once(_comparison_job(site.run, filters)):
            scores_requested.delay(site.run.pk, label, filters.baseline)
            messages.info(
                request, _("{label} is being calculated; the page shows it when it is done.").format(label=label)
            )
    return HttpResponseRedirect(address)


def comparison_wait(*, run: RecomputeRun, filters: ComparisonFilters, score_run: ScoreRun | None) -> ComparisonWait:
    """How far a comparison is that has no figures yet; score_run: of it, None where no worker has begun."""
    begun = score_run is not None and score_run.status == ScoreRun.Status.STARTED
    total = score_run.groups.count() if score_run and begun else 0
    return ComparisonWait(
        begun=begun,
        done=total - len(pending_groups(score_run)) if score_run and begun else 0,
        total=total,
        requested=is_requested(_comparison_job(run, filters)),
        error=score_run.error if score_run else "",
    )


def request_once(job: str) -> bool:
    """Whether nobody requested the job in the last REQUEST_SECONDS; from now on somebody did."""
    return cache.add(_cache_key(job), True, REQUEST_SECONDS)  # add() lets one of two clicks through


def is_requested(job: str) -> bool:
    """Whether somebody requested the job in the last REQUEST_SECONDS."""
    return bool(cache.get(_cache_key(job)))


def forecast_job(run: RecomputeRun) -> str:
    """Names the forecast of a run among requests."""
    return f"forecast:{run.pk}"


def _comparison_job(run: RecomputeRun, filters: ComparisonFilters) -> str:
    return f"scores:{run.pk}:{filters.periods.key}"


def _cache_key(job: str) -> str:
    return f"requested:{job}".replace("|", ":")
