"""How a year of weeks ends is asked only where the fiscal year is of weeks, in a real browser, without a script."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.test_first_hour import Clicks, account_made, empty_site, window

__all__ = ["empty_site", "window"]
pytestmark = [pytest.mark.browser, pytest.mark.django_db]


def test_the_end_of_a_year_of_weeks_is_a_choice_only_where_it_counts(window: Callable[[int], Page]) -> None:
    page = window(390)
    account_made(page, Clicks(page))
    page.goto("/settings/")
    weekday, named = page.locator("[name=fiscal_year_end_weekday]"), page.locator("[name=fiscal_year_named_after]")
    expect(weekday).to_be_hidden()
    expect(named).to_be_visible()  # it counts for calendar months, too
    page.select_option("[name=fiscal_periods]", "4-4-5")
    expect(weekday).to_be_visible()
    page.select_option("[name=fiscal_periods]", "months")
    expect(weekday).to_be_hidden()
