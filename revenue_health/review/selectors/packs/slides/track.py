"""How good the forecast was on past days, beside what a company would use instead."""

from __future__ import annotations

from departments.formats import grouped
from departments.json_types import Json
from departments.translation import gettext_noop
from revenue_health.contribution.core.track.bias_words import bias_words
from revenue_health.contribution.selectors.track.track_record import NAMES
from revenue_health.review.core.slides import Column, ColumnKind, Slide, Table

_HELD = gettext_noop("The range held what came in {held} of {count}.")
_HELD_LESS = gettext_noop("The range held what came in {held} of {count}, so it is not called a 90 % range.")


def track(content: Json) -> Slide | None:
    """Errors by day of the quarter; None for packs that were frozen without a track record, or before there is one."""
    record = content.get("track_record")
    if not record or not record["summary"]:
        return None
    whole = record["summary"]
    best = whole["best_naive"]
    message = gettext_noop("The forecast was off by {error} on average over {count} past days").format(
        error=_percent(whole["median_error"]), count=whole["forecasts"]
    )
    if best:
        rule = gettext_noop("the best simple rule ({rule}) by {error}")
        message += f"; {rule.format(rule=_rule(best), error=_percent(whole['naive'][best]))}"
    lines = [_sentence(day, summary) for day, summary in record["by_day"].items()]
    held = round(whole["coverage90"] * whole["forecasts"])
    text = _HELD if record["nine_in_ten"] else _HELD_LESS
    return Slide(
        key="track",
        title=gettext_noop("How good the forecast was"),
        message=f"{message}.",
        unit=gettext_noop("% of what came, with what was known on that day of the quarter"),
        lines=(*lines, text.format(held=held, count=whole["forecasts"])),
        tables=(_table(record),),
        notes=(
            gettext_noop(
                "Every past forecast is made as it would have been made then, from what was recorded by then."
            ),
        ),
    )


def _table(record: Json) -> Table:
    names = [name for name in NAMES if name in record["summary"]["naive"]]
    columns = (
        Column("Day"),
        Column("Forecasts", ColumnKind.NUMBER),
        Column("Forecast", ColumnKind.NUMBER, "%", 1),
        Column(gettext_noop("Too high or low")),
        *(Column(NAMES[name], ColumnKind.NUMBER, "%", 1) for name in names),
        Column("Held", ColumnKind.NUMBER, "%"),
    )
    rows = [(gettext_noop("Day {day}").format(day=day), summary) for day, summary in record["by_day"].items()] + [
        (gettext_noop("All"), record["summary"])
    ]
    return Table(
        title=gettext_noop("Mean error by day of the quarter"),
        columns=columns,
        rows=tuple(
            (
                title,
                summary["forecasts"],
                100 * summary["median_error"],
                bias_words(summary["bias"]),
                *(_error(summary, name) for name in names),
                100 * summary["coverage90"],
            )
            for title, summary in rows
        ),
    )


def _error(summary: Json, name: str) -> float | None:
    return 100 * summary["naive"][name] if name in summary["naive"] else None


def _sentence(day: str, summary: Json) -> str:
    """One day of the quarter beside the simple rule that did best on that day, and how often the range held."""
    error, best = _percent(summary["median_error"]), summary["best_naive"]
    count, held = summary["forecasts"], round(summary["coverage90"] * summary["forecasts"])
    if not best:
        text = gettext_noop(
            "On day {day} the forecast was off by {error} on average; the range held {held} of {count}."
        )
        return text.format(day=day, error=error, held=held, count=count)
    text = gettext_noop(
        "On day {day} the forecast was off by {error} on average, the best simple rule ({rule}) by {other}; the range "
        "held {held} of {count}."
    )
    other = _percent(summary["naive"][best])
    return text.format(day=day, error=error, rule=_rule(best), other=other, held=held, count=count)


def _rule(name: str) -> str:
    return NAMES[name][0].lower() + NAMES[name][1:]


def _percent(share: float) -> str:
    return f"{grouped(100 * share, 1 if share < 0.1 else 0)} %"
