"""The windows every page is looked at in, wide and narrow, light and dark, and when what they show is complete."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page

ALL = {"390-dark": (390, True), "1440-light": (1440, False), "1440-dark": (1440, True), "390-light": (390, False)}


def _windows(always: int) -> pytest.MarkDecorator:
    slow = [[], [pytest.mark.slow]]
    windows = [
        pytest.param(*window, id=name, marks=slow[place >= always]) for place, (name, window) in enumerate(ALL.items())
    ]
    return pytest.mark.parametrize(("width", "dark"), windows)


# Colours do not depend on the width and room does not on the colours, so two of the four find nearly all. The pages
# that hold every component are looked at in these two; all other pages, built from the same, in the narrowest.
in_every_window = _windows(2)
in_narrow_window = _windows(1)

SWAPPING = ".htmx-request, .htmx-swapping, .htmx-settling, .htmx-added"


def swapped(page: Page) -> None:
    """Wait for what htmx fetches to stand in the page and be wired: the address changes before that."""
    page.wait_for_function("doing => !document.querySelector(doing)", arg=SWAPPING)
