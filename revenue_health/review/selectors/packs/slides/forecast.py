"""Where the period will land."""

from __future__ import annotations

from departments.formats import MoneyScale, grouped, interval_in_words
from departments.json_types import Json
from departments.translation import gettext_noop
from revenue_health.contribution.core.comparison import minor_units
from revenue_health.review.core.forecast_figures import Coverage
from revenue_health.review.core.slides import Bar, Chart, ChartKind, Column, ColumnKind, Role, Slide, Table
from revenue_health.review.selectors.forecast.biggest_lever import WORDS
from revenue_health.review.selectors.forecast.forecast_reader import range_hits_from_json
from revenue_health.review.selectors.headline import landing_sentence
from revenue_health.review.selectors.packs.slides.parts import landing_of, scale_of, total_bar

ROWS_SHOWN = 5
LISTED = 10


def forecast(content: Json) -> Slide | None:
    """Won so far, forecast with its interval, plan; and what holds it back most."""
    figures, currency = content["forecast"], content["currency"]
    if figures is None:
        return None
    names = ("won_so_far", "median", "p5", "p25", "p75", "p95", "target")
    amount = {name: minor_units(figures[name]) for name in names}
    ends = [(amount["p5"], amount["p95"]), (amount["p25"], amount["p75"])]
    # 12 to 13 for 90 % and for 50 % would be two intervals that look like one.
    ends += [(amount["p5"], amount["p25"]), (amount["p75"], amount["p95"])]
    scale = scale_of(amount.values(), currency, intervals=ends)
    label, held = content["period"]["label"], range_hits_from_json(figures.get("held"))
    low, high = interval_in_words(amount["p5"], amount["p95"], currency)
    return Slide(
        key="forecast",
        title=gettext_noop("Where it will land"),
        message=landing_sentence(landing_of(content), label, currency),
        unit=gettext_noop("{unit}, all of {label}; the whisker is the {range_name}").format(
            unit=scale.unit, label=label, range_name=held.range_name
        ),
        lines=(gettext_noop("It lands {range}.").format(range=held.sentence(low, high)),),
        chart=Chart(kind=ChartKind.BARS, scale=scale, bars=_bars(amount, scale)),
        tables=(_figures_table(amount, label, scale), *_constraints(content)),
        notes=(coverage_note(figures), *(f"{reason[:1].upper()}{reason[1:]}." for reason in figures["reasons"])),
    )


def _bars(amount: dict[str, int | None], scale: MoneyScale) -> tuple[Bar, ...]:
    rows = (
        (gettext_noop("Actual to date"), amount["won_so_far"], Role.ACTUAL, None, None),
        ("Landing", amount["median"], Role.FORECAST, amount["p5"], amount["p95"]),
        ("Plan", amount["target"], Role.PLAN, None, None),
    )
    return tuple(
        total_bar(name, value, role, scale, low=low, high=high)
        for name, value, role, low, high in rows
        if value is not None
    )


def _figures_table(amount: dict[str, int | None], label: str, scale: MoneyScale) -> Table:
    rows = (
        (gettext_noop("Actual to date"), amount["won_so_far"]),
        (gettext_noop("Landing, middle of the forecast"), amount["median"]),
        (gettext_noop("Outer range from"), amount["p5"]),
        (gettext_noop("Inner range from"), amount["p25"]),
        (gettext_noop("Inner range to"), amount["p75"]),
        (gettext_noop("Outer range to"), amount["p95"]),
        (gettext_noop("Plan, all of {label}").format(label=label), amount["target"]),
    )
    columns = (Column("Figure"), Column("Amount", ColumnKind.MONEY))
    return Table(title=gettext_noop("Forecast"), columns=columns, rows=rows, scale=scale)


def _constraints(content: Json) -> list[Table]:
    stages = {stage["address"]: stage["name"] for stage in content["names"]["stages"]}
    departments = content["names"]["departments"]
    rows = tuple(
        (
            stages.get(f"{constraint['pipeline']}:{constraint['stage']}", constraint["stage"]),
            departments.get(constraint["department"], constraint["department"].capitalize()),
            WORDS.get(constraint["kind"], constraint["kind"]),
            minor_units(constraint["gain"]),
        )
        for constraint in content["forecast"]["constraints"]
        if constraint["gain"] and constraint["gain"] > 0
    )[:LISTED]
    if not rows:
        return []
    columns = (Column("Stage"), Column("Department"), Column("Change"), Column("Gain", ColumnKind.MONEY))
    scale = scale_of([row[3] for row in rows], content["currency"])
    return [Table(title=gettext_noop("Biggest levers"), columns=columns, rows=rows, scale=scale, shown=ROWS_SHOWN)]


def coverage_note(figures: Json) -> str:
    """What is open beside what is missing to the plan, and how much that has to be; figures: the frozen forecast."""
    needed, had = figures["coverage"]["needed"], figures["coverage"]["had"]
    if needed is None or had is None:
        return gettext_noop("How much pipeline the rest of the plan needs is unknown.")
    median, target, won = figures["median"], figures["target"], figures["won_so_far"] or 0
    known = median is not None and target is not None
    expected = Coverage(needed=needed, had=had).by_forecast(
        missing=target - won if known else None, to_come=median - won if known else None
    )
    if expected is not None:
        return gettext_noop(
            "The open pipeline is {had} times what is missing; in earlier periods {needed} times was needed at this "
            "point, by the forecast {expected} times now."
        ).format(had=grouped(had, 1), needed=grouped(needed, 1), expected=grouped(expected, 1))
    return gettext_noop(
        "The open pipeline is {had} times what is missing; in earlier periods {needed} times was needed at this point."
    ).format(had=grouped(had, 1), needed=grouped(needed, 1))
