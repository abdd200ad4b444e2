"""Freezing a review, and writing down what was decided on it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from departments.advisory_locks import AdvisoryLock, transaction_lock
from departments.formats import ENGLISH, using_number_language
from departments.models import Company, User
from departments.periods import Period
from pipeline.models import RecomputeRun
from pipeline.selectors.data.runs import has_outdated_method
from revenue_health.contribution.verdict_words import using_verdict_words
from revenue_health.review.core.canonical_json import canonical_json, sha256_of
from revenue_health.review.core.slides import Slide
from revenue_health.review.models import Decision, Pack
from revenue_health.review.selectors.packs.content import review_content
from revenue_health.review.selectors.packs.slides import build_slides

LONGEST_TITLE = 200
TWICE_SECONDS = 60
"""A second press within this time, of the same figures, gives the same pack."""


class PackProblem(Exception):
    """Something about a pack cannot be done; the message says what and why."""


def pack_freeze(
    *,
    run: RecomputeRun,
    company: Company,
    user: User | None,
    now: datetime,
    title: str = "",
    since: date | None = None,
    period: Period | None = None,
) -> Pack:
    """Store everything the review of this run shows, sealed by a hash.

    Raises PackProblem for figures of an earlier release, ComparisonError where nothing is known.
    """
    if has_outdated_method(run):
        raise PackProblem(_("These figures were computed by an earlier release. Recompute, then freeze the review."))
    if len(title.strip()) > LONGEST_TITLE:
        raise PackProblem(_("The title is longer than {longest} characters.").format(longest=LONGEST_TITLE))
    content = _content(run=run, company=company, period=period, since=since, now=now)
    local = run.as_of.astimezone(company.zone)
    title = title.strip() or f"Review of {local:%a} {local.day} {local:%b %Y}, {content['period']['label']}"
    signature = {
        "title": title,
        "frozen_at": now.isoformat(),
        "frozen_by": user.display_name if user else "",
    }
    with transaction.atomic():
        transaction_lock(AdvisoryLock.PACKS)
        same = _same(run, content, now, title)
        if same is not None:
            return same
        text = canonical_json(content | {"pack": signature})
        return Pack.objects.create(
            title=title,
            period_label=content["period"]["label"],
            as_of=run.as_of,
            frozen_at=now,
            frozen_by=user,
            method=content["method"],
            run_number=run.pk,
            content=text,
            sha256=sha256_of(text),
        )


@dataclass(frozen=True, kw_only=True)
class PackDraft:
    """What would be frozen now: its slides, and the first pack that shows exactly the same, if there is one."""

    slides: tuple[Slide, ...]
    twin: Pack | None


def pack_draft(
    *, run: RecomputeRun, company: Company, now: datetime, since: date | None = None, period: Period | None = None
) -> PackDraft:
    """A look before freezing. Raises ComparisonError where nothing is known."""
    content = _content(run=run, company=company, period=period, since=since, now=now)
    text = canonical_json(content)
    candidates = Pack.objects.filter(run_number=run.pk).order_by("pk")
    twin = next((pack for pack in candidates if _without_signature(pack) == text), None)
    with translation.override(ENGLISH), using_number_language(ENGLISH):
        return PackDraft(slides=build_slides(content), twin=twin)


def _content(
    *, run: RecomputeRun, company: Company, period: Period | None, since: date | None, now: datetime
) -> dict[str, Any]:
    # Frozen words keep one language, one way of writing numbers and one word for a verdict, whoever freezes and reads.
    with translation.override(ENGLISH), using_number_language(ENGLISH), using_verdict_words(company.verdict_words):
        content = review_content(run=run, company=company, period=period, since=since, now=now)
        content["slides"] = [slide.to_json() for slide in build_slides(content)]
    return content


def _without_signature(pack: Pack) -> str:
    """What a pack shows, without its title and when and by whom it was frozen."""
    return canonical_json({name: value for name, value in pack.figures.items() if name != "pack"})


def _same(run: RecomputeRun, content: dict[str, Any], now: datetime, title: str) -> Pack | None:
    """A pack of the same figures frozen a moment ago: the button was pressed twice."""
    recent = now - timedelta(seconds=TWICE_SECONDS)
    newest = Pack.objects.filter(run_number=run.pk, frozen_at__gte=recent, title=title).first()
    return newest if newest is not None and _without_signature(newest) == canonical_json(content) else None


@transaction.atomic
def decision_log(
    *, pack: Pack, text: str, decided_by: str, user: User | None, now: datetime, corrects: Decision | None = None
) -> Decision:
    """Write down a decision taken on a pack; a correction names the one it takes the place of."""
    # If two people do it at once, the second sees what the first recorded.
    Pack.objects.select_for_update(of=("self",), no_key=True).only("pk").get(pk=pack.pk)
    text, decided_by = text.strip(), decided_by.strip()
    if not text or not decided_by:
        raise PackProblem(_("A decision needs what was decided, and by whom. Nothing was written down."))
    if corrects is not None and (corrects.pack_id != pack.pk or Decision.objects.filter(corrects=corrects).exists()):
        raise PackProblem(
            _("This decision was corrected before; correct the newest wording. Nothing was written down.")
        )
    same = Decision.objects.filter(
        pack=pack, text=text, decided_by=decided_by, corrects=corrects, at__gte=now - timedelta(seconds=TWICE_SECONDS)
    ).first()
    return same or Decision.objects.create(
        pack=pack, text=text, decided_by=decided_by, user=user, at=now, corrects=corrects
    )
