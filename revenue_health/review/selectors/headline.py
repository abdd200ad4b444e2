"""The sentences on top of a review: where the period lands, where it stands, and who moved it, by the gates' words."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from departments.core.lists import listed
from departments.formats import MINUS, grouped, money_in_words
from revenue_health.contribution.core.comparison import Comparison
from revenue_health.contribution.core.gates.records import FALLS
from revenue_health.contribution.core.ledger import Landing, Ledger, Step, build_ledger
from revenue_health.contribution.core.verdict import Verdict
from revenue_health.contribution.selectors.comparison.sentences import (
    NO_BASELINE,
    nobody_named,
    verdict_clauses,
)
from revenue_health.review.core.weekly_review import ForecastLine, Headline
from revenue_health.review.selectors.ladder import ladder_sentence

ON_PLAN = 0.005
"""A gap below this part of the plan is none to speak of (the model's materiality)."""
NOT_NAMED = gettext_noop("Not named: {names} – {reason}.")
NOT_NAMED_FALLS = gettext_noop("Not named: {names}. A verdict would not hold: {reason}.")
WATCHED = "sales"
"""The department the board looks at: when it gets no verdict, that is said on top and with its figure."""


def headline(
    comparison: Comparison | None,
    *,
    label: str,
    currency: str,
    scoring: bool = False,
    has_baseline: bool = True,
    forecast: ForecastLine | None = None,
) -> Headline:
    """What a review says first: where the period is heading, where it stands to date, and which departments passed
    every gate. Under it the ladder, which adds up, and who has no clear effect."""
    if comparison is None:
        if not has_baseline:
            return Headline(message=_(NO_BASELINE).format(period=label))
        if scoring:
            text = _("{period} is being scored now; who moved it will be known in a minute or two.")
        else:
            text = _("{period} is not scored yet, so nothing can be said about who moved it.")
        return Headline(message=text.format(period=label))
    ledger = build_ledger(comparison, forecast.landing if forecast else None)
    first = [
        landing_sentence(ledger.landing, label, currency),
        gap_sentence(ledger, currency, running=comparison.running),
    ]
    if not has_baseline:
        landing, gap = first
        said = [landing, gap if ledger.planned else "", _(NO_BASELINE).format(period=label)]
        return Headline(message=" ".join(filter(None, said)))
    if not comparison.departments:
        return Headline(
            message=" ".join(filter(None, first)), under=(_("No department has a share: nothing to compare with."),)
        )
    named = comparison.named
    movers = f"{who_moved(comparison)}." if named else nobody_named(comparison.departments)
    unclear = [step for step in ledger.parties if step.verdict == Verdict.CANNOT_TELL]
    stopped = not_named(ledger.stopped, currency)
    watched = [
        _("{name}: no clear effect ({figure}).").format(name=step.name, figure=step.figure(currency))
        for step in unclear
        if step.key == WATCHED and not step.is_stopped
    ]
    others = [step.name for step in unclear if step.key != WATCHED and not step.is_stopped]
    under = [
        *stopped,
        # On top it would be the only department in the headline, though others moved more.
        *(watched if stopped else ()),
        ladder_sentence(ledger, currency),
        _("{names}: no clear effect.").format(names=listed(others)) if named and others else "",
    ]
    message = [*first, movers, *(() if stopped else watched)]
    return Headline(message=" ".join(filter(None, message)), under=tuple(filter(None, under)))


def who_moved(comparison: Comparison) -> str:
    """`Legal and Production contaminate; Marketing contributes`, in the words of now; empty where nobody is named."""
    return "; ".join(verdict_clauses(comparison.named))


def landing_sentence(landing: Landing | None, label: str, currency: str) -> str:
    """`Q4 is heading for EUR 12.3 M, 1.35 M short of plan; under 1 % chance to reach plan.` Empty of a period that
    is over or has no forecast."""
    if landing is None:
        return ""
    where = chance = ""
    if landing.plan is not None and landing.gap is not None:
        size = money_in_words(abs(landing.gap), currency).removeprefix(f"{currency} ")
        where = _(", {amount} short of plan") if landing.gap < 0 else _(", {amount} over plan")
        if abs(landing.gap) < ON_PLAN * abs(landing.plan):
            where = _(", on plan")
        where = where.format(amount=size)
        if landing.probability is not None:
            chance = _("; {chance} chance to reach plan").format(chance=chance_in_words(landing.probability))
    amount = money_in_words(landing.expected, currency)
    return _("{period} is heading for {amount}{plan}{chance}.").format(
        period=short_label(label), amount=amount, plan=where, chance=chance
    )


def gap_sentence(ledger: Ledger, currency: str, *, running: bool) -> str:
    """How far actual is from where the ledger starts."""
    when = _(" to date") if running else ""
    name = _("plan") if ledger.planned else ledger.pace_name
    part = ledger.gap / abs(ledger.start) if ledger.start else None
    if part is None or abs(part) < ON_PLAN:
        amount = money_in_words(ledger.actual, currency)
        return _("On {plan}{to_date}: {amount} won.").format(plan=name, to_date=when, amount=amount)
    amount, sign = money_in_words(abs(ledger.gap), currency), MINUS if ledger.gap < 0 else "+"
    text = _("{amount} under {plan}{to_date} ({part} %).") if ledger.gap < 0 else (
        _("{amount} over {plan}{to_date} ({part} %).")
    )  # fmt: skip
    return text.format(amount=amount, plan=name, to_date=when, part=f"{sign}{grouped(abs(part) * 100)}")


def not_named(stopped: Iterable[Step], currency: str) -> list[str]:
    """`Not named: Production (−318 k ± 204 k) – too few deals.` for each gate that stops somebody. In English, as the
    reason is stored: pages read both in the reader's language."""
    names: dict[str, list[str]] = {}
    for step in stopped:
        names.setdefault(step.reason.rstrip("."), []).append(f"{step.name} ({step.figure(currency)})")
    return [
        (NOT_NAMED_FALLS if reason.startswith(FALLS) else NOT_NAMED).format(names=listed(each), reason=reason)
        for reason, each in names.items()
    ]


def chance_in_words(share: float) -> str:
    """Never 0 % or 100 %: a forecast is not that sure."""
    if share < 0.01:
        return _("under 1 %")
    return _("over 99 %") if share > 0.99 else f"{grouped(share * 100)} %"


def short_label(label: str) -> str:
    """`Q4` of `2026-Q4`: whoever reads of the running quarter knows the year."""
    return label.partition("-")[2] if "-Q" in label else label
