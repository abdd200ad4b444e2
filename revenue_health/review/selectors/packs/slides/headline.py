"""The first slide: where the period lands, how far it is from plan, and who moved it."""

from __future__ import annotations

from departments.formats import MoneyScale, grouped
from departments.json_types import Json
from departments.translation import gettext_noop
from revenue_health.contribution.core.comparison import minor_units
from revenue_health.review.core.slides import Bar, Chart, ChartKind, Column, ColumnKind, Role, Slide, Table, Tone
from revenue_health.review.selectors.packs.slides.parts import probability, scale_of, total_bar, when

SAY = gettext_noop(
    "Say the sentence as it stands. Do not claim what is not known: ask for what would settle it instead."
)
COLUMNS = (Column("Figure"), Column("Amount", ColumnKind.MONEY), Column(gettext_noop("In words")))


def headline(content: Json) -> Slide:
    """The message of the review and its few totals."""
    review, rows = content["review"], _rows(content)
    interval = _forecast_interval(content)
    scale = scale_of((row[1] for row in rows), content["currency"], intervals=[interval])
    return Slide(
        key="headline",
        title=gettext_noop("Where we stand"),
        message=review["headline"]["message"],
        unit=f"{scale.unit}, {when(content)}",
        chart=Chart(kind=ChartKind.BARS, scale=scale, bars=_bars(content, interval, scale)),
        tables=(Table(title=gettext_noop("In figures"), columns=COLUMNS, rows=rows, scale=scale),),
        # The next slide shows what the smaller sentences say: here they would fill a second page.
        notes=(*review["headline"]["under"], SAY),
    )


def _forecast_interval(content: Json) -> tuple[int | None, int | None]:
    forecast = content["forecast"]
    return (None, None) if forecast is None else (minor_units(forecast["p5"]), minor_units(forecast["p95"]))


def _rows(content: Json) -> tuple[tuple[str, int | None, str], ...]:
    figures, forecast = content["contributions"], content["forecast"]
    target, actual = minor_units(figures["target"]), minor_units(figures["actual"]) or 0
    rows: list[tuple[str, int | None, str]] = []
    if target is not None:
        rows.append(("Plan", target, when(content)))
    rows.append(("Actual", actual, when(content)))
    if target is not None:
        share = (
            gettext_noop("{percent} % of plan").format(percent=grouped(100 * (actual - target) / target))
            if target
            else ""
        )
        rows.append(("Difference", actual - target, share))
    if forecast is not None:
        chance = forecast["probability"]
        chance_text = (
            "" if chance is None else gettext_noop("{chance} chance to reach plan").format(chance=probability(chance))
        )
        rows.append(
            (
                gettext_noop("Forecast, all of {label}").format(label=content["period"]["label"]),
                minor_units(forecast["median"]),
                chance_text,
            )
        )
    return tuple(rows)


def _bars(content: Json, interval: tuple[int | None, int | None], scale: MoneyScale) -> tuple[Bar, ...]:
    """Where the whole period lands and its plan, then plan and actual to date, each with what lies between them."""
    figures, forecast, label = content["contributions"], content["forecast"], content["period"]["label"]
    running = content["running"]
    plan = gettext_noop("Plan to date") if running else gettext_noop("Plan")
    came = gettext_noop("Actual to date") if running else gettext_noop("Actual")
    target, actual = minor_units(figures["target"]), minor_units(figures["actual"])
    bars = []
    if forecast is not None:
        low, high = interval
        median, whole = minor_units(forecast["median"]), minor_units(forecast["target"])
        if median is not None:
            bars.append(
                total_bar(
                    gettext_noop("Landing {period}").format(period=label),
                    median,
                    Role.FORECAST,
                    scale,
                    low=low,
                    high=high,
                )
            )
        if whole is not None:
            bars.append(total_bar(gettext_noop("Plan {period}").format(period=label), whole, Role.PLAN, scale))
            if median is not None:
                bars.append(_difference(whole, median, scale))
    if target is not None:
        bars.append(total_bar(plan, target, Role.PLAN, scale))
    if actual is not None:
        bars.append(total_bar(came, actual, Role.ACTUAL, scale))
    if target is not None and actual is not None:
        bars.append(_difference(target, actual, scale))
    return tuple(bars)


def _difference(target: int, actual: int, scale: MoneyScale) -> Bar:
    """From the end of the plan's bar to the end of what came or will come, with its sign."""
    gap = actual - target
    impact = Tone.BAD if gap < 0 else Tone.GOOD
    return Bar(
        name=gettext_noop("Difference"), start=target, amount=gap, impact=impact, role=Role.STEP, text=scale.signed(gap)
    )
