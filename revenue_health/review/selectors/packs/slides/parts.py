"""What the builders of slides share: the unit of a slide's money, bars of totals, days and periods in words."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from departments.formats import MoneyScale, document_scale
from departments.json_types import Json
from departments.translation import gettext_noop
from revenue_health.contribution.core.comparison import minor_units
from revenue_health.contribution.core.ledger import Landing
from revenue_health.review.core.slides import Bar, Role
from revenue_health.review.selectors.forecast.forecast_reader import range_hits_from_json
from revenue_health.review.selectors.packs.cells import day_text


def scale_of(
    amounts: Iterable[int | None], currency: str, *, intervals: Iterable[tuple[int | None, int | None]] = ()
) -> MoneyScale:
    """The unit and the digits of a slide, which is read from five metres; the ends of no interval look the same."""
    return document_scale(amounts, currency, intervals=intervals)


def total_bar(
    name: str, amount: int, role: Role, scale: MoneyScale, *, low: int | None = None, high: int | None = None
) -> Bar:
    """A bar from zero, in minor units, with the interval where it has one."""
    return Bar(name=name, amount=amount, low=low, high=high, role=role, text=scale.write(amount))


def day(when: date | str) -> str:
    """A day, or an ISO date or instant, as a slide writes it: `19 Nov 2026`."""
    return day_text(date.fromisoformat(when[:10]) if isinstance(when, str) else when)


def when(content: Json) -> str:
    """`2026-Q4 to date`."""
    label = str(content["period"]["label"])
    return gettext_noop("{period} to date").format(period=label) if content["running"] else label


def probability(chance: float) -> str:
    """A chance in words that never claims certainty."""
    if chance < 0.01:
        return gettext_noop("under 1 %")
    return gettext_noop("over 99 %") if chance > 0.99 else f"{chance:.0%}".replace("%", " %")


def landing_of(content: Json) -> Landing | None:
    """Where the period of a frozen review was heading; None where the night forecast nothing for it."""
    figures = content.get("forecast")
    if figures is None or figures["median"] is None:
        return None
    return Landing(
        expected=minor_units(figures["median"]) or 0,
        low=minor_units(figures["p5"]) or 0,
        high=minor_units(figures["p95"]) or 0,
        plan=minor_units(figures["target"]),
        probability=figures["probability"],
        range_name=range_hits_from_json(figures.get("held")).range_name,
    )
