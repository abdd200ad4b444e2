"""Plan to actual, and the shares with their intervals."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import replace

from departments.formats import MoneyScale, money_in_words
from departments.json_types import Json
from revenue_health.contribution.core.comparison import Comparison, PartyKind, PartyShare, minor_units
from revenue_health.contribution.core.solver.backward import FACTORS
from revenue_health.contribution.core.steps import BridgeSteps, Step, bridge_steps
from revenue_health.contribution.core.verdict import Verdict
from revenue_health.contribution.selectors.comparison.contributions_json import comparison_from_json
from revenue_health.contribution.selectors.comparison.sentences import (
    ground,
    largest_first,
    listed,
    money,
    nobody_named,
    past_sentence,
    proviso,
    verdict_in_full,
    who_does_what,
)
from revenue_health.review.core.slides import Bar, Chart, ChartKind, Column, ColumnKind, Role, Slide, Table, Tone
from revenue_health.review.selectors.packs.slides.parts import scale_of, when

NAMED_SHOWN = 3
"""Departments that the message of the bridge has room for."""
INTERVAL = (Column("from", ColumnKind.MONEY, "90 %"), Column("to", ColumnKind.MONEY, "90 %"))


def bridge(content: Json) -> Slide:
    """The waterfall from plan (or baseline) over every party to actual; it adds up to the cent."""
    comparison, currency = comparison_from_json(content["contributions"]), content["currency"]
    steps = bridge_steps(comparison)
    scale = scale_of(
        [step.amount for step in steps.steps], currency, intervals=((step.low, step.high) for step in steps.steps)
    )
    bars = [replace(_step_bar(step, scale), start=step.start, role=Role.STEP) for step in steps.steps]
    plan = _total_bar(steps.first, steps.start, Role.PLAN, scale)
    actual = _total_bar("Actual", steps.actual, Role.ACTUAL, scale)
    return Slide(
        key="bridge",
        title=f"{steps.first} to actual",
        message=_bridge_message(comparison, steps, currency),
        unit=f"{scale.unit}, {when(content)}; whiskers are 90 % intervals",
        chart=Chart(kind=ChartKind.WATERFALL, scale=scale, bars=(plan, *bars, actual)),
        tables=(_bridge_table(steps, scale),),
        notes=tuple(verdict_in_full(party, currency) for party in comparison.parties if party.share),
    )


def _step_bar(step: Step, scale: MoneyScale) -> Bar:
    return Bar(
        name=step.name,
        amount=step.amount,
        low=step.low,
        high=step.high,
        impact=Tone(step.impact),
        mark=step.mark,
        verdict=str(step.verdict or ""),
        text=scale.write(step.amount),
    )


def _total_bar(name: str, amount: int, role: Role, scale: MoneyScale) -> Bar:
    return Bar(name=name, start=0, amount=amount, role=role, text=scale.write(amount))


def _bridge_table(bridge: BridgeSteps, scale: MoneyScale) -> Table:
    columns = (Column("Step"), Column("Amount", ColumnKind.MONEY), *INTERVAL, Column("Verdict"))
    steps = (
        (step.name, step.amount, step.low, step.high, f"{step.mark} {step.verdict or ''}".strip())
        for step in bridge.steps
    )
    return Table(
        title=f"{bridge.first} to actual",
        columns=columns,
        rows=((bridge.first, bridge.start, None, None, ""), *steps),
        total=("Actual", bridge.actual, None, None, ""),
        summed=True,
        scale=scale,
    )


def _bridge_message(comparison: Comparison, steps: BridgeSteps, currency: str) -> str:
    """The gap, and who is named with its own interval: a sum of shares would need one of its own."""
    gap = steps.actual - steps.start
    text = f"{money_in_words(abs(gap), currency)} {'under' if gap < 0 else 'over'} "
    text += "plan" if steps.planned else "the baseline"
    named = [party for party in largest_first(comparison.departments) if party.named]
    if not named:
        return f"{text}. {nobody_named(comparison.departments)}"
    shown = [_with_interval(party, currency) for party in named[:NAMED_SHOWN]]
    more = len(named) - len(shown)
    return f"{text}. {'; '.join(shown)}{f'; and {more} more' if more else ''}."


def _with_interval(party: PartyShare, currency: str) -> str:
    interval = party.interval
    if interval is None or not math.isfinite(interval.high - interval.low):
        return f"{party.name} {party.judgement}"
    half = money((interval.high - interval.low) / 2, currency)
    return f"{party.name} {party.judgement}: {money(interval.amount, currency)} ± {half.removeprefix(f'{currency} ')}"


def shares(content: Json) -> Slide:
    """Every party's share on one signed axis, the worst first, each with its interval and verdict."""
    comparison, currency = comparison_from_json(content["contributions"]), content["currency"]
    steps = {step.key: step for step in bridge_steps(comparison).parties}
    parties = _worst_first(party for party in comparison.parties if party.kind != PartyKind.STRATEGY)
    rows = [(party, steps[party.key]) for party in parties]
    scale = scale_of([step.amount for _, step in rows], currency, intervals=((step.low, step.high) for _, step in rows))
    return Slide(
        key="shares",
        title="Who moved revenue",
        message=_shares_message(comparison.departments),
        unit=f"{scale.unit} against the baseline, {when(content)}; whiskers are 90 % intervals, if records are right",
        lines=_gate_lines(comparison),
        chart=Chart(kind=ChartKind.INTERVALS, scale=scale, bars=tuple(_step_bar(step, scale) for _, step in rows)),
        tables=(_shares_table(rows, scale),),
        notes=tuple(verdict_in_full(party, currency) for party in parties),
    )


def _shares_table(rows: Sequence[tuple[PartyShare, Step]], scale: MoneyScale) -> Table:
    columns = (
        Column("Party"),
        Column("Share", ColumnKind.MONEY),
        *INTERVAL,
        Column("Score", ColumnKind.PERCENT, "% of plan", 1),
        Column("Verdict"),
        Column("What it rests on"),
        *(Column(factor.capitalize(), ColumnKind.MONEY) for factor in FACTORS),
    )
    cells = tuple(
        (
            party.name,
            step.amount,
            step.low,
            step.high,
            party.score,
            _verdict(party),
            ground(party) if party.kind == PartyKind.INTERNAL else "",
            *_factors(party),
        )
        for party, step in rows
    )
    return Table(title="Shares", columns=columns, rows=cells, scale=scale)


def _verdict(party: PartyShare) -> str:
    return f"{party.mark} {party.judgement}".strip() if party.kind == PartyKind.INTERNAL else "nobody’s doing"


def _gate_lines(comparison: Comparison) -> tuple[str, ...]:
    """Under what each verdict stands, and how often the method may be wrong."""
    named = [party for party in largest_first(comparison.departments) if party.named]
    lines = [f"{party.name}: {' '.join(sentences)}" for party in named if (sentences := proviso(party))]
    return tuple(line for line in (*lines, past_sentence(comparison)) if line)


def _factors(party: PartyShare) -> list[int | None]:
    """The parts of a share in minor units; the opening pipeline is not split."""
    if party.kind == PartyKind.OPENING:
        return [None] * len(FACTORS)
    return [minor_units(party.factors.get(factor)) for factor in FACTORS]


def _shares_message(departments: Sequence[PartyShare]) -> str:
    named = [party for party in _worst_first(departments) if party.named]
    if not named:
        return nobody_named(departments)
    doubtful = [party.name for party in _worst_first(departments) if party.judgement == Verdict.CANNOT_TELL]
    return f"{', '.join(who_does_what(named))}{f'; no verdict on {listed(doubtful)}' if doubtful else ''}."


def _worst_first(parties: Iterable[PartyShare]) -> list[PartyShare]:
    """The parties that have a share, the lowest first."""
    shared = [(party.share.amount, party) for party in parties if party.share]
    return [party for _, party in sorted(shared, key=lambda pair: pair[0])]
