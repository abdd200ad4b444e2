"""Deals to complete: what deals lack, by owner, each count a link to the deals themselves."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_GET

from departments.access import may_see_company, require
from departments.formats import counted, money_scale
from departments.models import Company
from departments.web.rendering import page_render
from pipeline.custody_store import CustodyStoreMissing
from pipeline.models import RecomputeRun
from pipeline.page.site_context import site_context
from pipeline.selectors.deals.look_alikes import look_alike_accounts
from pipeline.selectors.deals.quality import BY_KEY, LACKS, Lack, LackCount, OwnerLacks, quality
from pipeline.selectors.overview import structure_names
from pipeline.selectors.sources.excluded_rows import excluded_rows

TEMPLATE = "pipeline/deals/quality.html"


@dataclass(frozen=True, kw_only=True)
class LackCell:
    """How many deals lack something; `address` lists them, empty where the list cannot be narrowed to them."""

    count: LackCount
    address: str


@dataclass(frozen=True, kw_only=True)
class LackRow:
    """What all deals lack of one thing; `knows_money` is false where it is the money that is lacking."""

    lack: Lack
    cell: LackCell
    knows_money: bool


@dataclass(frozen=True, kw_only=True)
class OwnerRow:
    """What one owner has to complete, in the order of LACKS."""

    owner: str
    deals: int
    amount: int
    cells: tuple[LackCell, ...]


@dataclass(frozen=True, kw_only=True)
class OutsideStage:
    """A stage whose owner is no department of the company; `address` lists the open deals in it."""

    name: str
    owner: str
    address: str


@require_GET
def quality_page(request: HttpRequest) -> HttpResponse:
    """The whole list of work."""
    require(request, may_see_company(request.user))
    site = site_context(request)
    if site.run is None or site.company is None:
        return page_render(request, TEMPLATE, {"site": site, "nothing": True}, partial="page")
    try:
        context = {"site": site, **_context(site.run, site.company)}
    except CustodyStoreMissing as problem:
        context = {"site": site, "store_missing": str(problem)}
    return page_render(request, TEMPLATE, context, partial="page")


def _context(run: RecomputeRun, company: Company) -> dict[str, object]:
    quality_of_deals = quality(run=run, today=run.day_in(company.zone))
    rows = [
        LackRow(lack=lack, cell=LackCell(count=count, address=lack_address(lack.key)), knows_money=lack.key != "amount")
        for lack, count in zip(LACKS, quality_of_deals.total.lacks, strict=True)
    ]
    return {
        "rows": rows,
        "lacks": LACKS,
        "owners": [_owner_row(owner) for owner in quality_of_deals.owners],
        "more": quality_of_deals.more,
        "stages": _outside_stages(),
        "scale": money_scale([row.cell.count.amount for row in rows], company.reporting_currency),
        "title": counted(quality_of_deals.total.deals, "thing"),
        "total": quality_of_deals.total.deals,
        "excluded_rows": excluded_rows(),
        "look_alikes": look_alike_accounts(run=run),
    }


def _owner_row(owner: OwnerLacks) -> OwnerRow:
    # The list of deals can be narrowed to those of nobody by one of these only.
    cells = tuple(
        LackCell(
            count=count,
            address=lack_address(lack.key, owner=owner.owner) if owner.owner or lack.key == "owner" else "",
        )
        for lack, count in zip(LACKS, owner.lacks, strict=True)
    )
    return OwnerRow(owner=owner.owner, deals=owner.deals, amount=owner.amount, cells=cells)


def lack_address(key: str, *, owner: str = "") -> str:
    """The list of the deals that lack something, of one owner or of all."""
    parameters = {"state": BY_KEY[key].state, "lacks": key, "owner": owner}
    query = urlencode({name: value for name, value in parameters.items() if value})
    return f"{reverse('pipeline:opportunities')}?{query}"


def _outside_stages() -> list[OutsideStage]:
    structure = structure_names()
    several = len(structure.pipelines) > 1
    return [
        OutsideStage(
            name=f"{stage.pipeline_name}: {stage.name}" if several else stage.name,
            owner=stage.owner_name,
            address=f"{reverse('pipeline:opportunities')}?{urlencode({'state': 'open', 'stage': stage.address})}",
        )
        for stage in structure.stages.values()
        if not structure.departments[stage.owner].internal
    ]
