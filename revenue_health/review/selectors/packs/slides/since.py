"""What was said in the pack before, and what came of it."""

from __future__ import annotations

from departments.formats import money_in_words
from departments.json_types import Json
from departments.translation import gettext_noop
from revenue_health.contribution.core.comparison import minor_units
from revenue_health.review.core.slides import Column, ColumnKind, Row, Slide, Table
from revenue_health.review.selectors.packs.slides.parts import day, probability, scale_of

NOTE = gettext_noop(
    "Ask what was expected then, and what was done since. A forecast that moved is no mistake by itself."
)
_FORECAST = gettext_noop("Forecast {period}")
_BROUGHT_MORE = gettext_noop("{period} brought {now}, {change} more than the last pack expected.")
_BROUGHT_LESS = gettext_noop("{period} brought {now}, {change} less than the last pack expected.")
_ROSE = gettext_noop("{what} rose by {by} since the last pack, from {before} to {after}.")
_FELL = gettext_noop("{what} fell by {by} since the last pack, from {before} to {after}.")


def since_last_pack(content: Json) -> Slide | None:
    """The figures of the last pack beside those of now; of an earlier period, what was expected and what came."""
    last = content.get("last_pack")
    if last is None:
        return None
    same = last["period"] == content["period"]["label"]
    rows = _same_period(content, last) if same else _earlier_period(content, last)
    if not rows:
        return None
    scale = scale_of([amount for row in rows for amount in row[1:] if isinstance(amount, int)], content["currency"])
    then = gettext_noop("Said on {day}:").format(day=day(last["as_of"])) + f" {last['message']}"
    came = gettext_noop("Now") if same else gettext_noop("Came")
    columns = (
        Column("Figure"),
        Column("Then", ColumnKind.MONEY),
        Column(came, ColumnKind.MONEY),
        Column("Change", ColumnKind.MONEY),
    )
    return Slide(
        key="since-last-pack",
        title=gettext_noop("Since the last pack"),
        message=_message(last, rows, same, content["currency"]),
        unit=gettext_noop("{unit}, since {day}").format(unit=scale.unit, day=day(last["as_of"])),
        lines=(then, *_chances(content, last, same)),
        tables=(Table(title=gettext_noop("Then and now"), columns=columns, rows=rows, scale=scale),),
        notes=(NOTE,),
    )


def _same_period(content: Json, last: Json) -> tuple[Row, ...]:
    """To date, of the whole period, and department by department."""
    now, forecast = content["contributions"], content["forecast"]
    rows = [
        _change(gettext_noop("Plan to date"), last["target"], now["target"]),
        _change(gettext_noop("Actual to date"), last["actual"], now["actual"]),
        _change(_FORECAST.format(period=last["period"]), last["median"], forecast["median"] if forecast else None),
    ]
    earlier = {party["key"]: party for party in last["parties"]}
    rows += [
        _change(
            gettext_noop("{name}, share").format(name=party["name"]), earlier[party["key"]]["amount"], party["amount"]
        )
        for party in (now["parties"] if now["baseline"] else ())
        if party["key"] in earlier and party["kind"] == "department"
    ]
    return tuple(row for row in rows if row is not None)


def _earlier_period(content: Json, last: Json) -> tuple[Row, ...]:
    """Of a period that is over: what it was expected to bring, what it brought."""
    came = _came(content, last["period"])
    rows = [
        _change(_FORECAST.format(period=last["period"]), last["median"], came),
        _change(gettext_noop("Plan {period}").format(period=last["period"]), last["whole"], came),
    ]
    return tuple(row for row in rows if row is not None)


def _came(content: Json, period: str) -> float | None:
    """What an earlier period came to, as the track record of this review has it."""
    forecasts = content["track_record"]["forecasts"]
    return next((forecast["actual"] for forecast in forecasts if forecast["period"] == period), None)


def _change(name: str, then: float | None, now: float | None) -> Row | None:
    before, after = minor_units(then), minor_units(now)
    return None if before is None or after is None else (name, before, after, after - before)


def _message(last: Json, rows: tuple[Row, ...], same: bool, currency: str) -> str:
    name = _FORECAST.format(period=last["period"])
    row = next((row for row in rows if row[0] == name), rows[0])
    then, now, change = (amount if isinstance(amount, int) else 0 for amount in row[1:])
    what = gettext_noop("The forecast") if row[0] == name else str(row[0])
    if not same:
        text = _BROUGHT_MORE if change > 0 else _BROUGHT_LESS
        amounts = {"now": money_in_words(now, currency), "change": money_in_words(abs(change), currency)}
        return text.format(period=last["period"], **amounts)
    if not change:
        return gettext_noop("{what} is where it was: {now}.").format(what=what, now=money_in_words(now, currency))
    text = _ROSE if change > 0 else _FELL
    by, before, after = (money_in_words(amount, currency) for amount in (abs(change), then, now))
    return text.format(what=what, by=by, before=before, after=after)


def _chances(content: Json, last: Json, same: bool) -> tuple[str, ...]:
    forecast = content["forecast"]
    if not same or forecast is None or last["probability"] is None or forecast["probability"] is None:
        return ()
    then, now = probability(last["probability"]), probability(forecast["probability"])
    return (gettext_noop("The chance to reach the plan was {then}, it is {now} now.").format(then=then, now=now),)
