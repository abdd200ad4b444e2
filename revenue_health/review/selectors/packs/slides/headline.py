"""The first slide: how far from plan, and who explains it."""

from __future__ import annotations

from departments.formats import MoneyScale, grouped
from revenue_health.contribution.selectors.comparison.sentences import minor
from revenue_health.review.selectors.packs.slides.parts import Json, column, scale_json, scale_of, slide, table, when


def headline(content: Json) -> Json:
    """The message of the review and its few totals."""
    currency = content["currency"]
    told = content["review"]["headline"]
    rows = _rows(content)
    bars = _bars(content)
    scale = scale_of((row[1] for row in rows), currency, intervals=((bar["low"], bar["high"]) for bar in bars))
    return slide(
        "headline",
        "Where we stand",
        told["message"],
        unit=f"{scale.unit}, {when(content)}",
        lines=told["under"],
        chart={"kind": "bars", "scale": scale_json(scale), "bars": [written(bar, scale) for bar in bars]},
        tables=[
            table("In figures", [column("Figure"), column("Amount", "money"), column("In words")], rows, scale=scale)
        ],
        notes=["Say the sentence as it stands. What cannot be told is not said: ask for what would settle it instead."],
    )


def _rows(content: Json) -> list[tuple[str, int | None, str]]:
    figures, forecast = content["contributions"], content["forecast"]
    target, actual = minor(figures["target"]), minor(figures["actual"]) or 0
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
        rows.append((f"Forecast, all of {content['period']['label']}", minor(forecast["median"]), words))
    return rows


def _bars(content: Json) -> list[Json]:
    """Plan and actual to date with what lies between them, and the whole period's forecast and plan where it runs."""
    figures, forecast, label = content["contributions"], content["forecast"], content["period"]["label"]
    suffix = " to date" if content["running"] else ""
    target, actual = figures["target"], figures["actual"]
    bars = [total_bar(f"Plan{suffix}", target, "plan"), total_bar(f"Actual{suffix}", actual, "actual")]
    if target is not None and actual is not None:
        bars.append(_difference(minor(target) or 0, minor(actual) or 0))
    if forecast is not None:
        bars.append(total_bar(f"Forecast {label}", forecast["median"], "forecast", forecast["p5"], forecast["p95"]))
        bars.append(total_bar(f"Plan {label}", forecast["target"], "plan"))
    return [bar for bar in bars if bar["amount"] is not None]


def _difference(target: int, actual: int) -> Json:
    """From the end of the plan's bar to the end of actual's."""
    gap = actual - target
    return {
        "name": "Difference",
        "start": target,
        "amount": gap,
        "low": None,
        "high": None,
        "impact": "bad" if gap < 0 else "good",
        "mark": "",
        "role": "step",
    }


def total_bar(name: str, amount: float | None, role: str, low: float | None = None, high: float | None = None) -> Json:
    """A bar from zero; amounts in whole units, the interval where it has one."""
    return {
        "name": name,
        "amount": minor(amount),
        "low": minor(low),
        "high": minor(high),
        "impact": "ink",
        "mark": "",
        "role": role,
    }


def written(bar: Json, scale: MoneyScale) -> Json:
    """A bar with its label; a step between two totals carries its sign."""
    step = bar["role"] == "step"
    return bar | {"text": scale.signed(bar["amount"]) if step else scale.write(bar["amount"])}


def probability(chance: float) -> str:
    """A chance in words that never claims certainty."""
    if chance < 0.01:
        return "under 1 %"
    return "over 99 %" if chance > 0.99 else f"{chance:.0%}".replace("%", " %")
