"""What was said in the pack before, and what came of it."""

from __future__ import annotations

from departments.formats import money_in_words
from departments.json_types import Json
from revenue_health.contribution.core.comparison import minor_units
from revenue_health.review.core.slides import Column, ColumnKind, Row, Slide, Table
from revenue_health.review.selectors.packs.slides.parts import day, probability, scale_of

NOTE = "Ask what was expected then, and what was done since. A forecast that moved is no mistake by itself."


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
    then = f"Said on {day(last['as_of'])}: {last['message']}"
    columns = (
        Column("Figure"),
        Column("Then", ColumnKind.MONEY),
        Column("Now" if same else "Came", ColumnKind.MONEY),
        Column("Change", ColumnKind.MONEY),
    )
    return Slide(
        key="since-last-pack",
        title="Since the last pack",
        message=_message(last, rows, same, content["currency"]),
        unit=f"{scale.unit}, since {day(last['as_of'])}",
        lines=(then, *_chances(content, last, same)),
        tables=(Table(title="Then and now", columns=columns, rows=rows, scale=scale),),
        notes=(NOTE,),
    )


def _same_period(content: Json, last: Json) -> tuple[Row, ...]:
    """To date, of the whole period, and department by department."""
    now, forecast = content["contributions"], content["forecast"]
    rows = [
        _row("Plan to date", last["target"], now["target"]),
        _row("Actual to date", last["actual"], now["actual"]),
        _row(f"Forecast {last['period']}", last["median"], forecast["median"] if forecast else None),
    ]
    earlier = {party["key"]: party for party in last["parties"]}
    rows += [
        _row(f"{party['name']}, share", earlier[party["key"]]["amount"], party["amount"])
        for party in now["parties"]
        if party["key"] in earlier and party["kind"] == "department"
    ]
    return tuple(row for row in rows if row is not None)


def _earlier_period(content: Json, last: Json) -> tuple[Row, ...]:
    """Of a period that is over: what it was expected to bring, what it brought."""
    came = _came(content, last["period"])
    rows = [
        _row(f"Forecast {last['period']}", last["median"], came),
        _row(f"Plan {last['period']}", last["whole"], came),
    ]
    return tuple(row for row in rows if row is not None)


def _came(content: Json, period: str) -> float | None:
    """What an earlier period came to, as the track record of this review has it."""
    return next((one["actual"] for one in content["track_record"]["forecasts"] if one["period"] == period), None)


def _row(name: str, then: float | None, now: float | None) -> Row | None:
    before, after = minor_units(then), minor_units(now)
    return None if before is None or after is None else (name, before, after, after - before)


def _message(last: Json, rows: tuple[Row, ...], same: bool, currency: str) -> str:
    name = f"Forecast {last['period']}"
    row = next((row for row in rows if row[0] == name), rows[0])
    then, now, change = (amount if isinstance(amount, int) else 0 for amount in row[1:])
    what = "The forecast" if row[0] == name else str(row[0])
    if not same:
        verb = "more" if change > 0 else "less"
        expected = f"{last['period']} brought {money_in_words(now, currency)}"
        return f"{expected}, {money_in_words(abs(change), currency)} {verb} than the last pack expected."
    if not change:
        return f"{what} is where it was: {money_in_words(now, currency)}."
    verb = "rose" if change > 0 else "fell"
    by, before, after = (money_in_words(amount, currency) for amount in (abs(change), then, now))
    return f"{what} {verb} by {by} since the last pack, from {before} to {after}."


def _chances(content: Json, last: Json, same: bool) -> tuple[str, ...]:
    forecast = content["forecast"]
    if not same or forecast is None or last["probability"] is None or forecast["probability"] is None:
        return ()
    then, now = probability(last["probability"]), probability(forecast["probability"])
    return (f"The chance to reach the plan was {then}, it is {now} now.",)
