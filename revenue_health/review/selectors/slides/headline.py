"""The first slide: how far from plan, and who explains it."""

from __future__ import annotations

from departments.formats import MoneyScale, grouped
from revenue_health.review.selectors.slides.parts import Json, cents, column, scale_json, scale_of, slide, table, when


def headline(content: Json) -> Json:
    """The message of the review and its few totals."""
    currency = content["currency"]
    told = content["review"]["headline"]
    rows = _rows(content)
    scale = scale_of((row[1] for row in rows), currency)
    return slide(
        "headline",
        "Where we stand",
        told["message"],
        unit=f"{scale.unit}, {when(content)}",
        lines=told["under"],
        chart={"kind": "bars", "scale": scale_json(scale), "bars": _bars(content, scale)},
        tables=[
            table("In figures", [column("Figure"), column("Amount", "money"), column("In words")], rows, scale=scale)
        ],
        notes=["Say the sentence as it stands. What cannot be told is not said: ask for what would settle it instead."],
    )


def _rows(content: Json) -> list[tuple[str, int | None, str]]:
    figures, forecast = content["contributions"], content["forecast"]
    target, actual = cents(figures["target"]), cents(figures["actual"]) or 0
    rows: list[tuple[str, int | None, str]] = []
    if target is not None:
        rows.append(("Plan", target, when(content)))
    rows.append(("Actual", actual, when(content)))
    if target is not None:
        share = f"{grouped(100 * (actual - target) / target)} % of plan" if target else ""
        rows.append(("Difference", actual - target, share))
    if forecast is not None:
        chance = forecast["probability"]
        words = "" if chance is None else f"plan reached with a probability of {probability(chance)}"
        rows.append((f"Forecast, all of {content['period']['label']}", cents(forecast["median"]), words))
    return rows


def _bars(content: Json, scale: MoneyScale) -> list[Json]:
    """Plan and actual to date, and the whole period's forecast and plan where it still runs."""
    figures, forecast, label = content["contributions"], content["forecast"], content["period"]["label"]
    rows = [("Plan to date" if content["running"] else "Plan", figures["target"], "plan", None, None)]
    rows += [("Actual to date" if content["running"] else "Actual", figures["actual"], "actual", None, None)]
    if forecast is not None:
        rows += [(f"Forecast {label}", forecast["median"], "forecast", forecast["p5"], forecast["p95"])]
        rows += [(f"Plan {label}", forecast["target"], "plan", None, None)]
    return [
        total_bar(name, value, role, scale, low, high) for name, value, role, low, high in rows if value is not None
    ]


def total_bar(
    name: str, amount: float, role: str, scale: MoneyScale, low: float | None = None, high: float | None = None
) -> Json:
    """A bar from zero; amounts in whole units, the interval where it has one."""
    return {
        "name": name,
        "amount": cents(amount),
        "low": cents(low),
        "high": cents(high),
        "impact": "ink",
        "mark": "",
        "role": role,
        "text": scale.write(cents(amount)),
    }


def probability(chance: float) -> str:
    """A chance in words that never claims certainty."""
    if chance < 0.01:
        return "under 1 %"
    return "over 99 %" if chance > 0.99 else f"{chance:.0%}".replace("%", " %")
