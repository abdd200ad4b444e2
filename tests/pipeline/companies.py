"""Small companies in the database: a fixed structure, and seeded random histories for properties."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
from django.core.cache import cache
from django.core.management import call_command

from departments.models import Company, Department
from pipeline.models import Event, HandOff, LossReason, Opportunity, Pipeline, Source, Stage, TouchedOpportunity

BEGIN = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)


@dataclass(frozen=True, kw_only=True)
class SmallCompany:
    """Handles on the structure by key."""

    departments: dict[str, Department]
    pipeline: Pipeline
    stages: dict[str, Stage]
    reasons: dict[str, LossReason]
    sources: dict[str, Source]


def company_make() -> SmallCompany:
    """Five departments and the market; Lead > Offer > Contract > Won > Delivery."""
    Company.objects.create(name="Small", reporting_currency="EUR", time_zone="Europe/Berlin")
    departments = {
        key: Department.objects.create(key=key, name=key.title(), kind="external" if key == "market" else "internal")
        for key in ("marketing", "sales", "legal", "finance", "production", "market")
    }
    pipeline = Pipeline.objects.create(key="new", name="New business")
    owners = {"lead": "marketing", "offer": "sales", "contract": "legal", "won": "sales", "delivery": "production"}
    stages = {
        key: Stage.objects.create(
            pipeline=pipeline,
            key=key,
            name=key.title(),
            position=place,
            owner_department=departments[owner],
            earns=key == "won",
            time_limit_days=10 + place,
        )
        for place, (key, owner) in enumerate(owners.items(), 1)
    }
    reasons = {
        key: LossReason.objects.create(key=key, name=key, department=departments[owner])
        for key, owner in {"price": "sales", "late": "production", "competitor": "market"}.items()
    }
    sources = {
        key: Source.objects.create(key=key, name=key, department=departments[owner])
        for key, owner in {"web": "marketing", "referral": "sales"}.items()
    }
    return SmallCompany(departments=departments, pipeline=pipeline, stages=stages, reasons=reasons, sources=sources)


def second_pipeline(company: SmallCompany) -> Pipeline:
    """Renewal, beside the first: Due > Kept; its stages are among the company's from now on."""
    renewal = Pipeline.objects.create(key="renewal", name="Renewal")
    for place, (key, owner) in enumerate((("due", "sales"), ("kept", "finance")), 1):
        company.stages[key] = Stage.objects.create(
            pipeline=renewal,
            key=key,
            name=key.title(),
            position=place,
            owner_department=company.departments[owner],
            earns=key == "kept",
        )
    return renewal


def opportunity_make(company: SmallCompany, key: str, **attributes: object) -> Opportunity:
    defaults: dict[str, object] = {"source": company.sources["web"], "currency": "EUR", "segment": "small"}
    return Opportunity.objects.create(key=key, pipeline=company.pipeline, **(defaults | attributes))


def event_add(
    company: SmallCompany, deal: Opportunity, days: float, stage: str, amount: str | int = 1000, **more: object
) -> Event:
    """An event `days` after BEGIN; `lost` loses the deal, `withdrawn` withdraws it; it counts as touched."""
    at = BEGIN + timedelta(days=days)
    TouchedOpportunity.objects.create(opportunity=deal.pk)
    reason = more.pop("reason", None)
    return Event.objects.create(
        opportunity=deal,
        occurred_at=at,
        recorded_at=more.pop("recorded_at", at),
        stage=None if stage in ("lost", "withdrawn") else company.stages[stage],
        withdrawn=stage == "withdrawn",
        amount=Decimal(amount),
        reason=company.reasons[str(reason)] if reason else None,
        **more,
    )


def handoff_add(
    company: SmallCompany, deal: Opportunity, department: str, asked: float, done: float | None = None, **more: object
) -> HandOff:
    """A hand-off asked `asked` and completed `done` days after BEGIN."""
    TouchedOpportunity.objects.create(opportunity=deal.pk)
    return HandOff.objects.create(
        key=str(more.pop("key", f"{deal.key}-{HandOff.objects.count()}")),
        opportunity=deal,
        department=company.departments[department],
        requested_at=BEGIN + timedelta(days=asked),
        completed_at=None if done is None else BEGIN + timedelta(days=done),
        **more,
    )


def company_alone(settings: Any, tmp_path: Path) -> SmallCompany:
    """A company in an empty database with custody files of its own, for pages that are asked in other transactions."""
    settings.CUSTODY_STORE = tmp_path / "custody"
    cache.clear()
    call_command("flush", verbosity=0, interactive=False)
    return company_make()


def random_history(company: SmallCompany, random: np.random.Generator, *, deals: int, days: int, prefix: str) -> None:
    """Deals with skips, steps back, losses, reopenings, revaluations, late entries, overlapping hand-offs."""
    stages = list(company.stages)
    for number in range(deals):
        deal = opportunity_make(
            company, f"{prefix}-{number}", segment=str(random.choice(["small", "large"])), team=str(random.integers(3))
        )
        random_events(company, deal, random, days=days, stages=stages)


def random_events(
    company: SmallCompany, deal: Opportunity, random: np.random.Generator, *, days: int, stages: list[str]
) -> None:
    """A few more events and hand-offs of one deal, anywhere in the first `days` days."""
    taken = set(deal.events.values_list("occurred_at", flat=True))
    for at in np.sort(random.uniform(0, days, random.integers(1, 6))):
        late = timedelta(days=float(random.choice([0, 0, 0, 9])))
        stage = str(random.choice([*stages, stages[0], "lost", "lost", "withdrawn"]))
        reason = str(random.choice(list(company.reasons))) if stage == "lost" and random.random() < 0.7 else None
        when = BEGIN + timedelta(days=float(at))
        if when not in taken:
            amount = int(random.integers(0, 5)) * 700 + int(random.integers(0, 99))
            event_add(company, deal, float(at), stage, amount, reason=reason, recorded_at=when + late)
    for _ in range(random.integers(0, 3)):
        asked = float(random.uniform(0, days))
        done = asked + float(random.exponential(6)) if random.random() < 0.8 else None
        handoff_add(company, deal, str(random.choice(["legal", "finance", "production"])), asked, done)
