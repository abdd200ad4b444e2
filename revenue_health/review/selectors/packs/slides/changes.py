"""What changed in the open pipeline since the last review."""

from __future__ import annotations

from departments.formats import MoneyScale, counted, money_in_words
from revenue_health.contribution.selectors.comparison.sentences import minor
from revenue_health.review.selectors.packs.slides.headline import total_bar, written
from revenue_health.review.selectors.packs.slides.parts import Json, column, day, scale_json, scale_of, slide, table

GOOD, BAD = ("new", "won", "up", "pulled_in", "reopened"), ("lost", "down", "pushed_out")
"""By impact: what is won leaves the open pipeline too, and is no loss."""


def changes(content: Json) -> Json | None:
    """Open pipeline then, what came and went, open pipeline now; None where the run keeps no history to compare."""
    found, currency = content["review"]["changes"], content["currency"]
    if found is None:
        return None
    then, now = minor(found["then"]["amount"]) or 0, minor(found["now"]["amount"]) or 0
    moved = [bucket for bucket in found["buckets"] if bucket["difference"]]
    scale = scale_of([minor(bucket["difference"]) for bucket in moved] or [now], currency)
    since = content["review"]["since"]
    return slide(
        "changes",
        f"Since {day(since)}",
        _message(then, now, moved, currency),
        unit=f"{scale.unit} of open pipeline; idle deals make no difference",
        chart={"kind": "waterfall", "scale": scale_json(scale), "bars": _bars(then, now, moved, scale)},
        tables=[_table(then, now, found, scale)],
        notes=[f"{bucket['name']}: {bucket['meaning']}" for bucket in moved],
    )


def _message(then: int, now: int, moved: list[Json], currency: str) -> str:
    change = now - then
    side = "grew by" if change > 0 else "shrank by"
    text = f"The open pipeline {side} {money_in_words(abs(change), currency)} to {money_in_words(now, currency)}"
    if change == 0:
        text = f"The open pipeline is {money_in_words(now, currency)}, as before"
    lost = next((bucket for bucket in moved if bucket["key"] == "lost"), None)
    won = next((bucket for bucket in moved if bucket["key"] == "won"), None)
    said = [
        f"{money_in_words(abs(minor(bucket['difference']) or 0), currency)} {bucket['key']}"
        for bucket in (won, lost)
        if bucket
    ]
    return f"{text}; {', '.join(said)}." if said else f"{text}."


def _bars(then: int, now: int, moved: list[Json], scale: MoneyScale) -> list[Json]:
    bars, at = [written(total_bar("Open then", then / 100, "actual"), scale)], then
    for bucket in moved:
        amount = minor(bucket["difference"]) or 0
        impact = "good" if bucket["key"] in GOOD else "bad" if bucket["key"] in BAD else "soft"
        mark = {"good": "▲", "bad": "▼"}.get(impact, "")
        bars.append(
            {"name": bucket["name"], "start": at, "amount": amount, "low": None, "high": None, "impact": impact,
             "mark": mark, "role": "step", "text": scale.write(amount)}
        )  # fmt: skip
        at += amount
    return [*bars, written(total_bar("Open now", now / 100, "actual"), scale)]


def _table(then: int, now: int, found: Json, scale: MoneyScale) -> Json:
    columns = [column("What"), column("Difference", "money"), column("Deals", "number"), column("Which deals")]
    rows: list[list[object]] = [["Open then", then, found["then"]["deals"], ""]]
    rows += [
        [
            bucket["name"],
            minor(bucket["difference"]),
            bucket["deals_difference"],
            f"{counted(bucket['deals'], 'deal')}: {bucket['meaning']}",
        ]
        for bucket in found["buckets"]
    ]
    total = ["Open now", now, found["now"]["deals"], counted(found["now"]["deals"], "deal")]
    return table("What changed", columns, rows, scale=scale, total=total, summed=True)
