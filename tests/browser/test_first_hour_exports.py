"""From an empty installation to the review with exports of systems that nobody here wrote, in a real browser."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from pipeline.models import Event, Opportunity
from tests.browser.committed import committed
from tests.browser.test_first_hour import (
    Clicks,
    begun,
    empty_site,
    looked_at,
    review_opened,
    sent,
    taken_in,
    window,
)
from tests.pipeline.sources.uploads import HEADER

__all__ = ["empty_site", "window"]
pytestmark = [pytest.mark.browser, pytest.mark.django_db, pytest.mark.slow]


@dataclass(frozen=True, kw_only=True)
class Export:
    """A folder of real data: what is typed and chosen, what is shown before anything is imported, and its deals."""

    folder: str
    typed: dict[str, str] = field(default_factory=dict)
    chosen: dict[str, str] = field(default_factory=dict)
    warned: tuple[str, ...] = ()
    outcomes: tuple[str, ...] = ()
    deals: int


EXPORTS = (
    Export(
        folder="crm_sales_opportunities",
        # 1,480 rows name a product that the price list writes otherwise; nothing happened for years.
        warned=("GTXPro", "GTX Pro", "1,480", "last day of the data"),
        outcomes=("4,238 deals", "10,005,534", "2,473 deals", "2,089 deals"),
        deals=8800,
    ),
    Export(
        folder="salesforce_export",
        typed={"#missing-amount": "0"},
        chosen={"#source-rest": "Marketing"},
        warned=("recognised as an export of Salesforce",),
        deals=10,
    ),
    Export(
        folder="hubspot_export",
        typed={"#missing-amount": "0"},
        warned=("recognised as an export of HubSpot",),
        deals=44,
    ),
    Export(
        folder="bpic2012",
        # An offer that was declined or taken back is no lost application; work goes to the departments that did it.
        chosen={
            "O_CANCELLED is": "not used",
            "O_DECLINED is": "not used",
            "Department of W_Afhandelen leads": "Marketing",
            "Department of W_Beoordelen fraude": "Legal",
            "Department of W_Wijzigen contractgegevens": "Legal",
            "Department of W_Valideren aanvraag": "Finance",
        },
        warned=("13,087", "last day of the data"),
        outcomes=("2,246 deals", "35,290,338", "10,442 deals", "399 deals"),
        deals=13087,
    ),
)


@pytest.mark.real_data
@pytest.mark.parametrize("export", EXPORTS, ids=[export.folder for export in EXPORTS])
def test_an_export_becomes_a_review(window: Callable[[int], Page], real_data: Path, export: Export) -> None:
    page = window(1440)
    click = begun(page, sorted((real_data / export.folder).iterdir()))
    shown = page.inner_text("main")
    for selector, value in export.typed.items():
        page.fill(selector, value)
    for label, value in export.chosen.items():
        box = page.locator(label) if label.startswith("#") else page.get_by_label(label, exact=True)
        box.select_option(label=value)
        click.count += 1
    looked_at(page, click)
    shown += page.inner_text("main")
    assert [words for words in (*export.warned, *export.outcomes) if words not in shown] == []
    taken_in(page, click)
    assert committed(Opportunity.objects.count) == export.deals
    review_opened(page, click)


WEEKS = (
    "D1,Qualify,2026-02-02,,100,Ann,\nD2,Offer,2026-02-03,,200,Ann,\nD3,Offer,2026-02-04,,300,Bob,\nD4,Won,2026-02-05,2026-03-01,400,Bob,\n",
    "D1,Offer,2026-02-02,,150,Ann,\nD2,Won,2026-02-03,2026-03-10,200,Ann,\nD3,Offer,2026-02-04,,300,Bob,\nD4,Won,2026-02-05,2026-03-01,400,Bob,\n",
    "D1,Won,2026-02-02,2026-03-17,150,Ann,\nD2,Won,2026-02-03,2026-03-10,200,Ann,\nD3,Offer,2026-02-04,,300,Bob,\nD4,Won,2026-02-05,2026-03-01,400,Bob,\n",
)


def test_three_weekly_lists_become_a_history(window: Callable[[int], Page], tmp_path: Path) -> None:
    page = window(1440)
    click = Clicks(page)
    for number, week in enumerate(WEEKS):
        (tmp_path / str(number)).mkdir()
        file = tmp_path / str(number) / "deals.csv"
        file.write_text(HEADER + week)
        taken_at = f"2026-03-{6 + 7 * number:02}T17:00"
        if number:
            click("h1 a:last-of-type")
            sent(page, click, [file], taken_at)
        else:
            click = begun(page, [file], taken_at)
        looked_at(page, click)
        taken_in(page, click)
    events = Event.objects.order_by("opportunity__key", "occurred_at", "sequence")
    stages = committed(lambda: list(events.values_list("opportunity__key", "stage__key")))
    assert stages == [
        ("D1", "qualify"), ("D1", "offer"), ("D1", "won"), ("D2", "offer"), ("D2", "won"), ("D3", "offer"),
        ("D4", "qualify"), ("D4", "won"),
    ]  # fmt: skip
    expect(page.locator("p.message")).to_contain_text("review")
    review_opened(page, click)
