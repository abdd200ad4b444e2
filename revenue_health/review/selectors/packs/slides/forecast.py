"""Where the period will land."""

from __future__ import annotations

from departments.formats import MoneyScale, grouped, interval_in_words, money_in_words
from revenue_health.contribution.selectors.comparison.sentences import minor
from revenue_health.review.selectors.packs.slides.headline import probability, total_bar, written
from revenue_health.review.selectors.packs.slides.parts import Json, column, scale_json, scale_of, slide, table

SHOWN = 5
KEPT = 10


def forecast(content: Json) -> Json | None:
    """Won so far, forecast with its interval, plan; and what holds it back most."""
    figures, currency = content["forecast"], content["currency"]
    if figures is None:
        return None
    names = ("won_so_far", "median", "p5", "p25", "p75", "p95", "target")
    amount = {name: minor(figures[name]) for name in names}
    ends = [(amount["p5"], amount["p95"]), (amount["p25"], amount["p75"])]
    # 12 to 13 for 90 % and for 50 % would be two intervals that look like one.
    ends += [(amount["p5"], amount["p25"]), (amount["p75"], amount["p95"])]
    scale = scale_of(amount.values(), currency, intervals=ends)
    label = content["period"]["label"]
    message = f"{label} is expected at {money_in_words(amount['median'], currency)}"
    if figures["probability"] is not None:
        message += f"; the plan is reached with a probability of {probability(figures['probability'])}"
    low, high = interval_in_words(amount["p5"], amount["p95"], currency)
    return slide(
        "forecast",
        "Where it will land",
        f"{message}.",
        unit=f"{scale.unit}, all of {label}; the whisker is the 90 % interval",
        lines=[f"Nine times in ten it lands between {low} and {high}."],
        chart={"kind": "bars", "scale": scale_json(scale), "bars": _bars(figures, scale)},
        tables=[_figures_table(amount, label, scale), *_constraints(content)],
        notes=[_coverage(figures), *(f"{reason[:1].upper()}{reason[1:]}." for reason in figures["reasons"])],
    )


def _bars(figures: Json, scale: MoneyScale) -> list[Json]:
    rows = [
        ("Won so far", figures["won_so_far"], "actual", None, None),
        ("Forecast", figures["median"], "forecast", figures["p5"], figures["p95"]),
        ("Plan", figures["target"], "plan", None, None),
    ]
    return [
        written(total_bar(name, value, role, low, high), scale)
        for name, value, role, low, high in rows
        if value is not None
    ]


def _figures_table(amount: dict[str, int | None], label: str, scale: MoneyScale) -> Json:
    rows = [
        ["Won so far", amount["won_so_far"]],
        ["Forecast, middle", amount["median"]],
        ["90 % interval from", amount["p5"]],
        ["50 % interval from", amount["p25"]],
        ["50 % interval to", amount["p75"]],
        ["90 % interval to", amount["p95"]],
        [f"Plan, all of {label}", amount["target"]],
    ]
    return table("Forecast", [column("Figure"), column("Amount", "money")], rows, scale=scale)


def _constraints(content: Json) -> list[Json]:
    stages = {stage["address"]: stage["name"] for stage in content["names"]["stages"]}
    departments = content["names"]["departments"]
    rows = [
        [
            stages.get(f"{one['pipeline']}:{one['stage']}", one["stage"]),
            departments.get(one["department"], one["department"].capitalize()),
            one["kind"],
            minor(one["gain"]),
        ]
        for one in content["forecast"]["constraints"]
        if one["gain"] and one["gain"] > 0
    ][:KEPT]
    if not rows:
        return []
    columns = [column("Stage"), column("Department"), column("A tenth less"), column("Gain", "money")]
    scale = scale_of([row[3] for row in rows], content["currency"])
    return [table("What holds it back most", columns, rows, scale=scale, shown=SHOWN)]


def _coverage(figures: Json) -> str:
    needed, had = figures["coverage"]["needed"], figures["coverage"]["had"]
    if needed is None or had is None:
        return "What pipeline is needed for the rest of the plan cannot be said."
    return (
        f"The open pipeline is {grouped(had, 1)} times what is missing; in earlier periods {grouped(needed, 1)} times "
        "was needed at this point."
    )
