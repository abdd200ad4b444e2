"""The windows every page is looked at in, wide and narrow, light and dark, and when what they show is complete."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page

# Colours do not depend on the width and room does not on the colours, so two of the four find nearly all.
in_every_window = pytest.mark.parametrize(
    ("width", "dark"),
    [
        pytest.param(1440, False, id="1440-light"),
        pytest.param(390, True, id="390-dark"),
        pytest.param(1440, True, id="1440-dark", marks=pytest.mark.slow),
        pytest.param(390, False, id="390-light", marks=pytest.mark.slow),
    ],
)

SWAPPING = ".htmx-request, .htmx-swapping, .htmx-settling, .htmx-added"


def swapped(page: Page) -> None:
    """Wait for what htmx fetches to stand in the page and be wired: the address changes before that."""
    page.wait_for_function("doing => !document.querySelector(doing)", arg=SWAPPING)
