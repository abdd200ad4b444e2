"""Plan to actual, and the shares with their intervals."""

from __future__ import annotations

from departments.formats import MoneyScale, money_in_words
from revenue_health.contribution.selectors.figures import FACTORS, STRATEGY
from revenue_health.contribution.selectors.words import MARKS, listed, verdict_sentence
from revenue_health.review.selectors.slides.parts import (
    Json,
    cents,
    column,
    scale_json,
    scale_of,
    slide,
    table,
    when,
)

IMPACTS = {"contributes": "good", "contaminates": "bad"}


def bridge(content: Json) -> Json:
    """The waterfall from plan (or baseline) over every party to actual; it adds up to the cent."""
    figures, currency = content["contributions"], content["currency"]
    start, steps, actual = bridge_steps(figures)
    scale = scale_of(
        [step["amount"] for step in steps], currency, intervals=((step["low"], step["high"]) for step in steps)
    )
    first = "Plan" if figures["target"] is not None else "Baseline"
    bars = [_total(first, start, "plan", scale)]
    at = start
    for step in steps:
        bars.append({**step, "start": at, "role": "step", "text": scale.write(step["amount"])})
        at += step["amount"]
    bars.append(_total("Actual", actual, "actual", scale))
    return slide(
        "bridge",
        f"{first} to actual",
        _bridge_message(steps, currency, actual - start, first),
        unit=f"{scale.unit}, {when(content)}; whiskers are 90 % intervals",
        chart={"kind": "waterfall", "scale": scale_json(scale), "bars": bars},
        tables=[_bridge_table(first, start, steps, actual, scale)],
        notes=[verdict_sentence(party, currency) for party in figures["parties"] if party["amount"] is not None],
    )


def bridge_steps(figures: Json) -> tuple[int, list[Json], int]:
    """Start, the parties' steps in cents with unexplained as the last, and actual: start + steps = actual exactly."""
    start = cents(figures["target"] if figures["target"] is not None else figures["baseline_revenue"]) or 0
    actual = cents(figures["actual"]) or 0
    parties = sorted(figures["parties"], key=lambda party: party["key"] != STRATEGY)
    steps = [_step(party) for party in parties if party["amount"] is not None]
    rest = actual - start - sum(step["amount"] for step in steps)
    steps.append(
        {"name": "Unexplained", "amount": rest, "low": None, "high": None, "impact": "soft", "mark": "", "verdict": ""}
    )
    return start, steps, actual


def _step(party: Json) -> Json:
    return {
        "name": party["name"],
        "amount": cents(party["amount"]),
        "low": cents(party["low"]),
        "high": cents(party["high"]),
        "impact": IMPACTS.get(party["verdict"], "soft"),
        "mark": MARKS.get(party["verdict"], ""),
        "verdict": party["verdict"],
    }


def _total(name: str, amount: int, role: str, scale: MoneyScale) -> Json:
    return {
        "name": name,
        "start": 0,
        "amount": amount,
        "low": None,
        "high": None,
        "impact": "ink",
        "mark": "",
        "role": role,
        "text": scale.write(amount),
    }


def _bridge_table(first: str, start: int, steps: list[Json], actual: int, scale: MoneyScale) -> Json:
    columns = [
        column("Step"),
        column("Amount", "money"),
        column("from", "money", "90 %"),
        column("to", "money", "90 %"),
        column("Verdict"),
    ]
    rows: list[list[object]] = [[first, start, None, None, ""]]
    rows += [
        [step["name"], step["amount"], step["low"], step["high"], f"{step['mark']} {step['verdict']}".strip()]
        for step in steps
    ]
    total = ["Actual", actual, None, None, ""]
    return table(f"{first} to actual", columns, rows, scale=scale, total=total, summed=True)


def _bridge_message(steps: list[Json], currency: str, gap: int, first: str) -> str:
    bad = sorted((step for step in steps if step["impact"] == "bad"), key=lambda step: step["amount"])
    good = sorted((step for step in steps if step["impact"] == "good"), key=lambda step: -step["amount"])
    side = "under" if gap < 0 else "over"
    against = "plan" if first == "Plan" else "the baseline"
    text = f"{money_in_words(abs(gap), currency)} {side} {against}"
    if bad:
        taken = sum(step["amount"] for step in bad)
        verb = "costs" if len(bad) == 1 else "cost"
        text += f": {listed([step['name'] for step in bad])} {verb} {money_in_words(-taken, currency)}"
    if good:
        verb = "adds" if len(good) == 1 else "add"
        text += f"{',' if bad else ':'} {listed([step['name'] for step in good])} {verb} "
        text += money_in_words(sum(step["amount"] for step in good), currency)
    return text + ("." if bad or good else "; of no department can it be said that it moved it.")


def shares(content: Json) -> Json:
    """Every party's share on one signed axis, the worst first, each with its interval and verdict."""
    figures, currency = content["contributions"], content["currency"]
    parties = [party for party in figures["parties"] if party["amount"] is not None and party["key"] != STRATEGY]
    parties.sort(key=lambda party: party["amount"])
    intervals = ((cents(party["low"]), cents(party["high"])) for party in parties)
    scale = scale_of([cents(party["amount"]) for party in parties], currency, intervals=intervals)
    rows = [{**_step(party), "text": scale.write(cents(party["amount"]))} for party in parties]
    return slide(
        "shares",
        "Who moved revenue",
        _shares_message(parties),
        unit=f"{scale.unit} against the baseline, {when(content)}; whiskers are 90 % intervals",
        chart={"kind": "intervals", "scale": scale_json(scale), "bars": rows},
        tables=[_shares_table(parties, scale)],
        notes=[verdict_sentence(party, currency) for party in parties],
    )


def _shares_table(parties: list[Json], scale: MoneyScale) -> Json:
    columns = [
        column("Party"),
        column("Share", "money"),
        column("from", "money", "90 %"),
        column("to", "money", "90 %"),
        column("Score", "percent", "% of plan", 1),
        column("Verdict"),
        *(column(factor.capitalize(), "money") for factor in FACTORS),
    ]
    rows = [
        [
            party["name"],
            cents(party["amount"]),
            cents(party["low"]),
            cents(party["high"]),
            party["score"],
            f"{MARKS.get(party['verdict'], '')} {party['verdict']}".strip(),
            *(cents(party["factors"].get(factor)) if party["kind"] != "opening" else None for factor in FACTORS),
        ]
        for party in parties
    ]
    return table("Shares", columns, rows, scale=scale)


def _shares_message(parties: list[Json]) -> str:
    named = {
        verdict: [party["name"] for party in parties if party["verdict"] == verdict and party["kind"] == "internal"]
        for verdict in ("contaminates", "contributes", "cannot tell")
    }
    said = []
    if bad := named["contaminates"]:
        said.append(f"{listed(bad)} {'contaminates' if len(bad) == 1 else 'contaminate'}")
    if good := named["contributes"]:
        said.append(f"{listed(good)} {'contributes' if len(good) == 1 else 'contribute'}")
    if not said:
        return "Of no department can it be said whether it contributes or contaminates."
    unclear = f"; {listed(named['cannot tell'])} cannot be told from zero" if named["cannot tell"] else ""
    return f"{', '.join(said)}{unclear}."
