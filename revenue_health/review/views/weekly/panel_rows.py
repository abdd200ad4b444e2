"""The smaller panels of the weekly review in print: leaks, the forecast's bar, the agenda."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse

from departments.formats import DASH, MoneyScale, counted, money_in_words, percent
from revenue_health.contribution.core.verdict import Verdict
from revenue_health.contribution.selectors.comparison.sentences import minor

type Json = dict[str, Any]
WIDTH = 1000.0
DUE_SHOWN = 6
AGENDA = (
    ("message", "The message, and who moved it", 6, "review-bridge"),
    ("changes", "What changed since the last review", 6, "review-changes"),
    ("leaks", "The largest leaks: who takes which", 8, "review-leaks"),
    ("scorecards", "Scorecards and commitments", 5, "review-scorecards"),
    ("forecast", "Where we land, and what we decide", 5, "review-forecast"),
)
"""Key, what to talk about, minutes, the panel: half an hour in all."""


@dataclass(frozen=True, kw_only=True)
class LeakRow:
    """One leak; `address` opens it in the register, or its deals where it is not in one."""

    name: str
    where: str
    department: str
    department_address: str
    amount: int
    half: int | None
    deals: int | None
    deals_address: str
    age: str
    owner: str
    status: str
    unclear: bool
    """Whether the department's share is undecided, so that its leak accuses nobody."""
    address: str


@dataclass(frozen=True, kw_only=True)
class ForecastBar:
    """Won so far (AC), from there to the median (FC), the 90 % range as a whisker, the plan as an outline (PL)."""

    sentence: str
    won_width: str
    median_width: str
    rest_width: str
    low: str
    high: str
    plan: str
    words: str


@dataclass(frozen=True, kw_only=True)
class AgendaStep:
    """One step of the half hour; `start` is the minute it begins."""

    key: str
    name: str
    minutes: int
    start: int
    panel: str


def leak_rows(figures: Json, scale: MoneyScale) -> list[LeakRow]:
    """The largest leaks with their addresses."""
    period = figures["period"]["label"]
    return [_leak(leak, period) for leak in figures["leaks"]]


def _leak(leak: Json, period: str) -> LeakRow:
    asked = {
        "kind": "caused" if leak["kind"] == "lost" else leak["kind"],
        "stage": f"{leak['pipeline']}:{leak['stage']}",
        "department": leak["department"],
        "period": period,
    }
    deals = f"{reverse('pipeline:opportunities')}?{urlencode(asked)}"
    weeks = leak["age_weeks"]
    return LeakRow(
        name=leak["name"],
        where=leak["stage_name"],
        department=leak["department_name"],
        department_address=reverse("pipeline:department", args=[leak["department"]]),
        amount=minor(leak["amount"]) or 0,
        half=minor(leak["half"]),
        deals=leak["deals"],
        deals_address=deals,
        age=DASH if weeks is None else counted(weeks, "week"),
        owner=leak["owner"] or DASH,
        status=leak["status"] or DASH,
        unclear=leak["verdict"] not in (Verdict.CONTRIBUTES, Verdict.CONTAMINATES),
        address=reverse("contribution:leak", args=[leak["id"]]) if leak["id"] else deals,
    )


def forecast_shape(figures: Json, currency: str) -> ForecastBar | None:
    """The forecast of the period as one bar and one sentence; None where nothing was forecast."""
    found = figures["forecast"]
    if found is None:
        return None
    won, target = found["won_so_far"] or 0.0, found["target"]
    largest = max(found["p95"], target or 0.0, won, 1.0)

    def place(amount: float) -> str:
        return f"{max(amount, 0.0) / largest * WIDTH:.1f}"

    money = {name: money_in_words(minor(found[name]), currency) for name in ("median", "p5", "p95", "target")}
    chance = found["probability"]
    plan = f" against a plan of {money['target']}" if target is not None else "; there is no plan to reach"
    sentence = f"{money['median']} expected{plan} (90 % range {money['p5']} to {money['p95']})."
    if chance is not None:
        sentence = f"{_chance(chance)} to reach plan. {sentence}"
    return ForecastBar(
        sentence=sentence,
        won_width=place(won),
        median_width=place(found["median"]),
        rest_width=place(max(found["median"] - won, 0.0)),
        low=place(found["p5"]),
        high=place(found["p95"]),
        plan=place(target) if target is not None else "",
        words=f"Won so far {money_in_words(minor(won), currency)}; {sentence}",
    )


def _chance(share: float) -> str:
    """Never 0 % or 100 %: a forecast is not that sure."""
    if share < 0.01:
        return "Under 1 %"
    return "Over 99 %" if share > 0.99 else f"{percent(share)} %"


def due_rows(figures: Json) -> list[Json]:
    """The first commitments due, with their day as a date."""
    items = figures["commitments"]["items"][:DUE_SHOWN]
    return [item | {"due_day": date.fromisoformat(item["due"])} for item in items]


def agenda_shape() -> list[AgendaStep]:
    """The half hour, step by step."""
    steps, start = [], 0
    for key, name, minutes, panel in AGENDA:
        steps.append(AgendaStep(key=key, name=name, minutes=minutes, start=start, panel=panel))
        start += minutes
    return steps
