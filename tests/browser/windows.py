"""The windows every page is looked at in: wide and narrow, light and dark."""

from __future__ import annotations

import pytest

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
