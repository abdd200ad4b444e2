"""What changed in the open pipeline since the last review."""

from __future__ import annotations

from departments.formats import MoneyScale, counted, money_in_words
from departments.json_types import Json
from departments.translation import gettext_noop
from pipeline.core.buckets import BUCKETS
from revenue_health.contribution.core.comparison import minor_units
from revenue_health.review.core.slides import Bar, Chart, ChartKind, Column, ColumnKind, Role, Slide, Table, Tone
from revenue_health.review.selectors.packs.slides.parts import day, scale_of, total_bar


def changes(content: Json) -> Slide | None:
    """Open pipeline then, what came and went, open pipeline now; None where the run keeps no history to compare."""
    figures, currency = content["review"]["changes"], content["currency"]
    if figures is None:
        return None
    then, now = minor_units(figures["then"]["amount"]) or 0, minor_units(figures["now"]["amount"]) or 0
    moved = [bucket for bucket in figures["buckets"] if bucket["difference"]]
    scale = scale_of([minor_units(bucket["difference"]) for bucket in moved] or [now], currency)
    since = content["review"]["since"]
    return Slide(
        key="changes",
        title=gettext_noop("Since {day}").format(day=day(since)),
        message=_message(then, now, moved, currency),
        unit=gettext_noop("{unit} of open pipeline; idle deals make no difference").format(unit=scale.unit),
        chart=Chart(kind=ChartKind.WATERFALL, scale=scale, bars=_bars(then, now, moved, scale)),
        tables=(_table(then, now, figures, scale),),
        notes=tuple(f"{bucket['name']}: {bucket['meaning']}" for bucket in moved),
    )


def _message(then: int, now: int, moved: list[Json], currency: str) -> str:
    change = now - then
    grew = gettext_noop("The open pipeline grew by {change} to {now}")
    shrank = gettext_noop("The open pipeline shrank by {change} to {now}")
    amounts = {"change": money_in_words(abs(change), currency), "now": money_in_words(now, currency)}
    text = (grew if change > 0 else shrank).format(**amounts)
    if change == 0:
        text = gettext_noop("The open pipeline is {now}, as before").format(now=money_in_words(now, currency))
    lost = next((bucket for bucket in moved if bucket["key"] == "lost"), None)
    won = next((bucket for bucket in moved if bucket["key"] == "won"), None)
    clauses = [
        (gettext_noop("{amount} won") if bucket is won else gettext_noop("{amount} lost")).format(
            amount=money_in_words(abs(minor_units(bucket["difference"]) or 0), currency)
        )
        for bucket in (won, lost)
        if bucket
    ]
    return f"{text}; {', '.join(clauses)}." if clauses else f"{text}."


def _bars(then: int, now: int, moved: list[Json], scale: MoneyScale) -> tuple[Bar, ...]:
    bars, at = [total_bar(gettext_noop("Open then"), then, Role.ACTUAL, scale)], then
    for bucket in moved:
        amount = minor_units(bucket["difference"]) or 0
        impact = Tone(BUCKETS[bucket["key"]].impact)
        bars.append(
            Bar(
                name=bucket["name"],
                start=at,
                amount=amount,
                impact=impact,
                mark={Tone.GOOD: "▲", Tone.BAD: "▼"}.get(impact, ""),
                role=Role.STEP,
                text=scale.write(amount),
            )
        )
        at += amount
    return (*bars, total_bar(gettext_noop("Open now"), now, Role.ACTUAL, scale))


def _table(then: int, now: int, figures: Json, scale: MoneyScale) -> Table:
    money, number = ColumnKind.MONEY, ColumnKind.NUMBER
    buckets = (
        (
            bucket["name"],
            minor_units(bucket["difference"]),
            bucket["deals_difference"],
            f"{counted(bucket['deals'], 'deal')}: {bucket['meaning']}",
        )
        for bucket in figures["buckets"]
    )
    return Table(
        title=gettext_noop("What changed"),
        columns=(
            Column("What"),
            Column("Difference", money),
            Column("Deals", number),
            Column(gettext_noop("Which deals")),
        ),
        rows=((gettext_noop("Open then"), then, figures["then"]["deals"], ""), *buckets),
        total=(gettext_noop("Open now"), now, figures["now"]["deals"], counted(figures["now"]["deals"], "deal")),
        summed=True,
        scale=scale,
    )
