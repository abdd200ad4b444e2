"""The ledger from plan to landing, and the shares with their intervals."""

from __future__ import annotations

from collections.abc import Sequence

from departments.core.lists import listed
from departments.formats import MoneyScale
from departments.json_types import Json
from departments.translation import gettext_noop
from revenue_health.contribution.core.comparison import Comparison, PartyKind, PartyShare, minor_units
from revenue_health.contribution.core.ledger import Ledger, Step, build_ledger
from revenue_health.contribution.core.solver.backward import FACTORS
from revenue_health.contribution.core.verdict import Verdict
from revenue_health.contribution.selectors.comparison.contributions_json import comparison_from_json
from revenue_health.contribution.selectors.comparison.sentences import (
    NO_BASELINE,
    nobody_named,
    past_sentence,
    proviso,
    verdict_in_full,
    verdict_qualifier,
)
from revenue_health.contribution.verdict_words import step_word
from revenue_health.review.core.slides import Bar, Chart, ChartKind, Column, ColumnKind, Role, Slide, Table, Tone
from revenue_health.review.selectors.headline import gap_sentence, who_moved
from revenue_health.review.selectors.ladder import ladder_sentence
from revenue_health.review.selectors.packs.slides.parts import landing_of, scale_of, when

INTERVAL = (Column("from", ColumnKind.MONEY, "90 %"), Column("to", ColumnKind.MONEY, "90 %"))


def bridge(content: Json) -> Slide:
    """Every step as a difference to the plan (or to last year's pace), on its own scale; it adds up to the cent.
    Without a baseline there are no steps, and that is said."""
    comparison, currency = comparison_from_json(content["contributions"]), content["currency"]
    if comparison.baseline is None:
        return _without_baseline(comparison, content)
    ledger = build_ledger(comparison, landing_of(content))
    ends = ((step.low, step.high) for step in ledger.steps)
    scale = scale_of([step.amount for step in ledger.steps], currency, intervals=ends)
    base = "plan" if ledger.planned else ledger.pace_name
    return Slide(
        key="bridge",
        title=gettext_noop("{first} to actual").format(first=ledger.first),
        message=_bridge_message(comparison, ledger, currency),
        unit=gettext_noop("{unit} against {base}, {period}; whiskers are 90 % ranges").format(
            unit=scale.unit, base=base, period=when(content)
        ),
        chart=Chart(kind=ChartKind.WATERFALL, scale=scale, bars=_gap_bars(ledger, scale)),
        tables=(_bridge_table(ledger, scale),),
        notes=tuple(verdict_in_full(party, currency) for party in comparison.parties if party.share),
    )


def _without_baseline(comparison: Comparison, content: Json) -> Slide:
    target, actual = minor_units(comparison.target), minor_units(comparison.actual)
    rows = (*([("Plan", target)] if target is not None else []), ("Actual", actual))
    scale = scale_of([amount for _name, amount in rows], content["currency"])
    return Slide(
        key="bridge",
        title=gettext_noop("Who moved revenue"),
        message=NO_BASELINE.format(period=comparison.period.label),
        unit=f"{scale.unit}, {when(content)}",
        tables=(
            Table(
                title=gettext_noop("In figures"),
                columns=(Column("Figure"), Column("Amount", ColumnKind.MONEY)),
                rows=rows,
                scale=scale,
            ),
        ),
    )


def _gap_bars(ledger: Ledger, scale: MoneyScale) -> tuple[Bar, ...]:
    """Steps as differences to the start: with plan and actual on the same axis nobody could read them."""
    bars = [_step_bar(step, scale, start=step.start - ledger.start, role=Role.STEP) for step in ledger.steps]
    bars.append(
        Bar(name=gettext_noop("Actual"), start=0, amount=ledger.gap, role=Role.ACTUAL, text=scale.signed(ledger.gap))
    )
    landing = ledger.landing
    if ledger.planned and landing and landing.plan is not None and landing.gap is not None:
        low, high = landing.low - landing.plan, landing.high - landing.plan
        text = scale.signed(landing.gap)
        bars.append(
            Bar(name=gettext_noop("Landing"), amount=landing.gap, low=low, high=high, role=Role.FORECAST, text=text)
        )
    return tuple(bars)


def _step_bar(step: Step, scale: MoneyScale, *, start: int | None = None, role: Role | None = None) -> Bar:
    return Bar(
        name=step.name,
        start=start,
        amount=step.amount,
        low=step.low,
        high=step.high,
        impact=Tone(step.impact),
        mark=step.mark,
        role=role,
        verdict=str(step.verdict or ""),
        text=scale.write(step.amount),
    )


def _bridge_table(ledger: Ledger, scale: MoneyScale) -> Table:
    columns = (Column("Step"), Column("Amount", ColumnKind.MONEY), *INTERVAL, Column("Verdict"))
    steps = (
        (step.name, step.amount, step.low, step.high, f"{step.mark} {step_word(step)}".strip()) for step in ledger.steps
    )
    return Table(
        title=gettext_noop("{first} to actual").format(first=ledger.first),
        columns=columns,
        rows=((ledger.first, ledger.start, None, None, ""), *steps),
        total=(gettext_noop("Actual"), ledger.actual, None, None, ""),
        summed=True,
        scale=scale,
    )


def _bridge_message(comparison: Comparison, ledger: Ledger, currency: str) -> str:
    """The ladder; where nothing in it is clear, the gap and that nobody is named."""
    ladder = ladder_sentence(ledger, currency)
    if any(step.is_named for step in ledger.parties):
        return ladder
    gap = gap_sentence(ledger, currency, running=comparison.running)
    return f"{ladder or gap} {nobody_named(comparison.departments)}"


def shares(content: Json) -> Slide | None:
    """Every party's share on one signed axis, in the order of the ledger, each with its interval and verdict; None
    without a baseline."""
    comparison, currency = comparison_from_json(content["contributions"]), content["currency"]
    if comparison.baseline is None:
        return None
    steps = [step for step in build_ledger(comparison).parties if step.key != PartyKind.STRATEGY]
    parties = {party.key: party for party in comparison.parties}
    scale = scale_of([step.amount for step in steps], currency, intervals=((step.low, step.high) for step in steps))
    return Slide(
        key="shares",
        title=gettext_noop("Who moved revenue"),
        message=_shares_message(comparison),
        unit=gettext_noop(
            "{unit} against the baseline, {period}; whiskers are 90 % ranges, if records are right"
        ).format(unit=scale.unit, period=when(content)),
        lines=_gate_lines(comparison),
        chart=Chart(kind=ChartKind.INTERVALS, scale=scale, bars=tuple(_step_bar(step, scale) for step in steps)),
        tables=(_shares_table([(parties[step.key], step) for step in steps], scale),),
        notes=tuple(verdict_in_full(parties[step.key], currency) for step in steps),
    )


def _shares_table(rows: Sequence[tuple[PartyShare, Step]], scale: MoneyScale) -> Table:
    columns = (
        Column("Party"),
        Column("Share", ColumnKind.MONEY),
        *INTERVAL,
        Column("Score", ColumnKind.PERCENT, gettext_noop("% of plan"), 1),
        Column("Verdict"),
        Column(gettext_noop("What it rests on")),
        *(Column(factor.capitalize(), ColumnKind.MONEY) for factor in FACTORS),
    )
    cells = tuple(
        (
            step.name,
            step.amount,
            step.low,
            step.high,
            party.score,
            f"{step.mark} {step_word(step)}".strip(),
            verdict_qualifier(party) if party.kind == PartyKind.INTERNAL else "",
            *_factors(party),
        )
        for party, step in rows
    )
    return Table(title=gettext_noop("Shares"), columns=columns, rows=cells, scale=scale)


def _gate_lines(comparison: Comparison) -> tuple[str, ...]:
    """Under what each verdict stands, and how often the method may be wrong."""
    lines = [f"{party.name}: {' '.join(sentences)}" for party in comparison.named if (sentences := proviso(party))]
    return tuple(line for line in (*lines, past_sentence(comparison)) if line)


def _factors(party: PartyShare) -> list[int | None]:
    """The parts of a share in minor units; the opening pipeline is not split."""
    if party.kind == PartyKind.OPENING:
        return [None] * len(FACTORS)
    return [minor_units(party.factors.get(factor)) for factor in FACTORS]


def _shares_message(comparison: Comparison) -> str:
    named = comparison.named
    if not named:
        return nobody_named(comparison.departments)
    doubtful = [
        party.name for party in comparison.departments if party.share and party.judgement == Verdict.CANNOT_TELL
    ]
    unclear = f"; {listed(doubtful)}: {gettext_noop('no clear effect')}" if doubtful else ""
    return f"{who_moved(comparison)}{unclear}."
