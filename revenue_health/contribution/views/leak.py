"""One leak: how it went, the deals behind it, who has it and what they did about it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from departments.access import (
    may_assign,
    may_commit,
    may_edit_scorecard,
    may_see_company,
    may_see_department,
    require,
)
from departments.formats import money_in_words, money_scale, single_units
from departments.models import Membership, User
from departments.web.double_submission import submitted_once
from departments.web.rendering import page_render
from departments.web.requests import signed_in_user
from pipeline.custody_store import CustodyStoreMissing
from pipeline.page.site_context import SiteContext, site_context
from pipeline.selectors.overview import structure_names
from revenue_health.contribution.charts.leak_weeks import weeks_chart
from revenue_health.contribution.core.comparison import MINOR_UNITS
from revenue_health.contribution.models import Leak
from revenue_health.contribution.selectors.comparison.evidence import Evidence, evidence_of
from revenue_health.contribution.selectors.comparison.periods import ComparisonError
from revenue_health.contribution.selectors.register.leak_costs import register_periods
from revenue_health.contribution.selectors.register.rows import LeakRow, leak_changes, leak_row, sightings_of
from revenue_health.contribution.services.register import RegisterError, leak_assign, leak_status_set
from revenue_health.contribution.views.register import costs_of

TEMPLATE = "contribution/leak.html"
TALL = 120


if TYPE_CHECKING:
    _UserChoice = forms.ModelChoiceField[User]
else:
    _UserChoice = forms.ModelChoiceField


class _People(_UserChoice):
    """People by their names."""

    def label_from_instance(self, obj: User) -> str:
        return obj.get_full_name() or obj.get_username()


class OwnerForm(forms.Form):
    """Who is responsible for it: anybody who works here."""

    owner = _People(
        User.objects.filter(is_active=True)
        .exclude(memberships__role=Membership.Role.BOARD)
        .filter(memberships__isnull=False)
        .distinct()
        .order_by("username"),
        required=False,
        to_field_name="username",
        empty_label=gettext_lazy("Nobody"),
    )


@require_GET
def leak_page(request: HttpRequest, pk: int) -> HttpResponse:
    """History, sightings, deals, comments, and the doors to change it."""
    row = _row_or_404(request, pk)
    return _leak_page(request, row)


@require_POST
def assign(request: HttpRequest, pk: int) -> HttpResponse:
    """Assign it to somebody: executives and analysts."""
    row = _row_or_404(request, pk)
    require(request, may_assign(request.user))
    form = OwnerForm(request.POST)
    if not form.is_valid():
        return _leak_page(request, row, error=_("There is nobody of that name. Nothing was changed."), status=422)
    leak_assign(leak=pk, owner=form.cleaned_data["owner"], user=signed_in_user(request), now=timezone.now())
    messages.success(request, _("Owner saved."))
    return redirect("contribution:leak", pk)


@require_POST
@submitted_once
def status(request: HttpRequest, pk: int) -> HttpResponse:
    """What the department says of it: head and deputy."""
    row = _row_or_404(request, pk)
    require(request, may_edit_scorecard(request.user, row.department_id))
    chosen, reason = request.POST.get("status", ""), request.POST.get("reason", "")
    try:
        leak_status_set(leak=pk, status=chosen, reason=reason, user=signed_in_user(request), now=timezone.now())
    except RegisterError as problem:
        return _leak_page(
            request,
            row,
            error=_("{problem} Nothing was changed.").format(problem=problem),
            chosen=chosen,
            reason=reason,
            status=422,
        )
    messages.success(request, _("Status saved: {chosen}.").format(chosen=chosen))
    return redirect("contribution:leak", pk)


def _row_or_404(request: HttpRequest, pk: int) -> LeakRow:
    require(request, may_see_company(request.user))
    row = leak_row(leak=pk)
    if row is None:
        raise Http404
    return row


def _leak_page(
    request: HttpRequest, row: LeakRow, *, error: str = "", chosen: str = "", reason: str = "", status: int = 200
) -> HttpResponse:
    site = site_context(request)
    sightings = sightings_of(leak=row.id)
    costs = costs_of(sightings, site)
    scale = money_scale([row.amount, *(sighting.amount or 0 for sighting in sightings)], site.currency)
    may_say = may_edit_scorecard(request.user, row.department_id) and row.status != Leak.Status.RECOVERED
    context = {
        "site": site,
        "row": row,
        "scale": scale,
        "half": money_in_words(row.half, site.currency),
        "weeks": list(zip(costs, sightings, strict=True))[::-1],
        "chart": weeks_chart(costs, height=TALL, write=scale.write),
        "changes": leak_changes(leak=row.id),
        "owner_form": OwnerForm(initial={"owner": row.owner_username}) if may_assign(request.user) else None,
        "choices": [(value, Leak.Status(value).label) for value in Leak.BY_PEOPLE] if may_say else [],
        "error": error,
        "said": chosen,
        "reason": reason,
        "promise": _promise(row, site.currency) if may_commit(request.user, row.department_id) else "",
        **_deals(request, row, site),
    }
    return page_render(request, TEMPLATE, context, partial="page", status=status)


def three_digits(amount: float) -> int:
    """An amount as a person would promise it: 512,556 is 513,000."""
    return int(float(f"{amount:.3g}"))


def _promise(row: LeakRow, currency: str) -> str:
    """Where to promise something about it: the form, filled in with what it costs, to three digits."""
    values = {
        "department": row.department_key,
        "subject": row.subject,
        "text": _("Stop the leak: {where}").format(where=row.where),
        "expected_effect": three_digits(max(row.amount, 0) / MINOR_UNITS),
        "expected_unit": currency,
        "expected_from": _("Cost of leak {id} at the time of the commitment").format(id=row.id),
    }
    return reverse("departments:commitment_new", query=values)


def _deals(request: HttpRequest, row: LeakRow, site: SiteContext) -> dict[str, object]:
    """The deals behind it, for who may see the department's detail."""
    if not may_see_department(request.user, row.department_id) or site.run is None or site.company is None:
        return {}
    deals: list[Evidence] = []
    label = ""
    try:
        periods = register_periods(run=site.run, company=site.company)
        label = periods.period.label
        by_factor = evidence_of(
            run=site.run, periods=periods, party=row.department_key, stage=row.stage_id, factors=(row.factor,)
        )
        deals = by_factor.get(row.factor, [])
    except (ComparisonError, CustodyStoreMissing) as problem:
        return {"no_deals": str(problem)}
    return {
        "deals": deals,
        "deals_of": label,
        "single": single_units(site.currency),
        "structure": structure_names(),
        "sees_deals": True,
    }
