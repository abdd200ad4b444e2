"""Plan to actual, and the shares with their intervals."""

from __future__ import annotations

from departments.formats import MoneyScale, money_in_words
from revenue_health.contribution.core.backward import FACTORS
from revenue_health.contribution.core.steps import STRATEGY, BridgeSteps, Step
from revenue_health.contribution.core.verdict import MARKS, Impact
from revenue_health.contribution.selectors.comparison.sentences import listed, minor, verdict_sentence
from revenue_health.contribution.selectors.comparison.steps import bridge_steps
from revenue_health.review.selectors.packs.slides.parts import (
    Json,
    column,
    scale_json,
    scale_of,
    slide,
    table,
    when,
)


def bridge(content: Json) -> Json:
    """The waterfall from plan (or baseline) over every party to actual; it adds up to the cent."""
    figures, currency = content["contributions"], content["currency"]
    found = bridge_steps(figures)
    scale = scale_of(
        [step.amount for step in found.steps], currency, intervals=((step.low, step.high) for step in found.steps)
    )
    steps = [
        {**_step_json(step), "start": step.start, "role": "step", "text": scale.write(step.amount)}
        for step in found.steps
    ]
    plan, actual = _total(found.first, found.start, "plan", scale), _total("Actual", found.actual, "actual", scale)
    return slide(
        "bridge",
        f"{found.first} to actual",
        _bridge_message(found, currency),
        unit=f"{scale.unit}, {when(content)}; whiskers are 90 % intervals",
        chart={"kind": "waterfall", "scale": scale_json(scale), "bars": [plan, *steps, actual]},
        tables=[_bridge_table(found, scale)],
        notes=[verdict_sentence(party, currency) for party in figures["parties"] if party["amount"] is not None],
    )


def _step_json(step: Step) -> Json:
    return {
        "name": step.name,
        "amount": step.amount,
        "low": step.low,
        "high": step.high,
        "impact": str(step.impact),
        "mark": step.mark,
        "verdict": str(step.verdict or ""),
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


def _bridge_table(bridge: BridgeSteps, scale: MoneyScale) -> Json:
    columns = [
        column("Step"),
        column("Amount", "money"),
        column("from", "money", "90 %"),
        column("to", "money", "90 %"),
        column("Verdict"),
    ]
    rows: list[list[object]] = [[bridge.first, bridge.start, None, None, ""]]
    rows += [
        [step.name, step.amount, step.low, step.high, f"{step.mark} {step.verdict or ''}".strip()]
        for step in bridge.steps
    ]
    total = ["Actual", bridge.actual, None, None, ""]
    return table(f"{bridge.first} to actual", columns, rows, scale=scale, total=total, summed=True)


def _bridge_message(bridge: BridgeSteps, currency: str) -> str:
    gap = bridge.actual - bridge.start
    bad = sorted((step for step in bridge.steps if step.impact == Impact.BAD), key=lambda step: step.amount)
    good = sorted((step for step in bridge.steps if step.impact == Impact.GOOD), key=lambda step: -step.amount)
    side = "under" if gap < 0 else "over"
    against = "plan" if bridge.planned else "the baseline"
    text = f"{money_in_words(abs(gap), currency)} {side} {against}"
    if bad:
        taken = sum(step.amount for step in bad)
        verb = "costs" if len(bad) == 1 else "cost"
        text += f": {listed([step.name for step in bad])} {verb} {money_in_words(-taken, currency)}"
    if good:
        verb = "adds" if len(good) == 1 else "add"
        text += f"{',' if bad else ':'} {listed([step.name for step in good])} {verb} "
        text += money_in_words(sum(step.amount for step in good), currency)
    return text + ("." if bad or good else "; of no department can it be said that it moved it.")


def shares(content: Json) -> Json:
    """Every party's share on one signed axis, the worst first, each with its interval and verdict."""
    figures, currency = content["contributions"], content["currency"]
    parties = [party for party in figures["parties"] if party["amount"] is not None and party["key"] != STRATEGY]
    parties.sort(key=lambda party: party["amount"])
    intervals = ((minor(party["low"]), minor(party["high"])) for party in parties)
    scale = scale_of([minor(party["amount"]) for party in parties], currency, intervals=intervals)
    steps = {step.key: step for step in bridge_steps(figures).parties}
    rows = [{**_step_json(steps[party["key"]]), "text": scale.write(steps[party["key"]].amount)} for party in parties]
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
            minor(party["amount"]),
            minor(party["low"]),
            minor(party["high"]),
            party["score"],
            f"{MARKS.get(party['verdict'], '')} {party['verdict']}".strip(),
            *(minor(party["factors"].get(factor)) if party["kind"] != "opening" else None for factor in FACTORS),
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
