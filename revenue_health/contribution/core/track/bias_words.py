"""On which side of what came forecasts were, in words: nobody has to know what a sign stands for."""

from __future__ import annotations

from departments.formats import grouped
from departments.translation import gettext as _


def bias_words(bias: float) -> str:
    """`1.8 % too high`. bias: mean signed distance from what came, as a part of it; above zero too high."""
    percent = grouped(100 * abs(bias), 1)
    if percent == grouped(0.0, 1):
        return _("neither")
    text = _("{percent} % too high") if bias > 0 else _("{percent} % too low")
    return text.format(percent=percent)
