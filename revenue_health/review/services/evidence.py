"""The evidence as a document: asked for, made by a worker, kept until its figures are gone."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction
from django.template.loader import render_to_string
from django.utils import timezone

from departments.formats import single_units
from departments.models import Company, User, current_company
from departments.services.mail import in_language_of
from departments.services.repeats import repeated
from pipeline.models import RecomputeRun
from pipeline.selectors.leaks.leaks import calendar_of
from revenue_health.contribution.selectors.comparison.periods import comparison_periods
from revenue_health.contribution.verdict_words import using_verdict_words
from revenue_health.review.models import EvidenceExport
from revenue_health.review.selectors.accountability.evidence import EvidenceDocument, gather_evidence
from revenue_health.review.selectors.accountability.rows import accountability_rows

STYLE = Path(settings.BASE_DIR) / "static" / "css" / "review" / "print_evidence.css"


@transaction.atomic
def evidence_request(*, run: RecomputeRun, period: str, baseline: str, user: User, now: datetime) -> EvidenceExport:
    """Record that the document is wanted; a request from a moment ago is reused."""
    content = {"run": run, "period": period, "baseline": baseline, "asked_by": user}
    same = EvidenceExport.objects.filter(**content).exclude(status=EvidenceExport.Status.FAILED)
    queued = repeated(same.defer("pdf"), by=user, time_field="asked_at", now=now)
    return queued or EvidenceExport.objects.create(**content, asked_at=now)


def evidence_make(*, export: int) -> EvidenceExport:
    """Make the document and store it; doing it twice keeps the first one."""
    row = EvidenceExport.objects.select_related("run", "asked_by").get(pk=export)
    if row.status == EvidenceExport.Status.DONE:
        return row
    company = current_company()
    period = calendar_of(company).parse(row.period)
    periods = comparison_periods(run=row.run, company=company, period=period, baseline=row.baseline or None)

    def progress(done: int, total: int) -> None:
        EvidenceExport.objects.filter(pk=export).update(done=done, parties=total)

    with using_verdict_words(company.verdict_words):
        evidence = gather_evidence(run=row.run, company=company, periods=periods, progress=progress)
        with in_language_of(row.asked_by):
            row.pdf, row.sha256 = pdf_of(evidence, company=company, row=row), evidence.sha256
    row.status, row.error, row.finished_at = EvidenceExport.Status.DONE, "", timezone.now()
    row.save(update_fields=["pdf", "sha256", "status", "error", "finished_at"])
    return row


def evidence_fail(*, export: int, error: str) -> None:
    """Record why a document cannot be made."""
    waiting = EvidenceExport.objects.filter(pk=export).exclude(status=EvidenceExport.Status.DONE)
    waiting.update(status=EvidenceExport.Status.FAILED, error=error)


def pdf_of(evidence: EvidenceDocument, *, company: Company, row: EvidenceExport) -> bytes:
    """A4 landscape, black on white; nothing is fetched from anywhere."""
    from weasyprint import CSS, HTML  # heavy: only a worker needs it

    context = {
        "rows": accountability_rows(evidence.verdict),
        "evidence": evidence,
        "accountability": evidence.verdict,
        "single": single_units(company.reporting_currency),
        "as_of": row.run.as_of.astimezone(company.zone),
        "asked_by": row.asked_by.display_name if row.asked_by else "",
    }
    html = render_to_string("review/drivers/evidence_print.html", context)
    document = HTML(string=html, url_fetcher=_nothing).write_pdf(stylesheets=[CSS(string=STYLE.read_text())])
    return bytes(document or b"")


def _nothing(url: str, *args: Any, **kwargs: Any) -> Any:
    raise ValueError(f"a document loads nothing: {url}")
