"""How far an upload is: whether somebody works on it, and what it waits for."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _

from departments.advisory_locks import AdvisoryLock, lock_is_held
from departments.selectors.jobs import Phase, open_jobs, phase_of
from pipeline.models import Upload

LINE = "imports"
"""Uploads are looked at and taken in one after another, in the order they came."""


@dataclass(frozen=True, kw_only=True)
class UploadProgress:
    """`ahead` names the uploads that come first; `other` says that an import of another kind runs."""

    phase: Phase
    ahead: list[str]
    other: bool


def upload_progress(*, token: str) -> UploadProgress:
    """Of an upload that is being looked at or taken in."""
    jobs = open_jobs(line=LINE)
    tokens = [str(job.arguments["kwargs"].get("token", "")) for job in jobs]
    if token not in tokens:
        return UploadProgress(phase=Phase.WAITING, ahead=[], other=False)
    place = tokens.index(token)
    phase = phase_of(jobs[place])
    names = dict(Upload.objects.filter(token__in=tokens[:place]).values_list("token", "name"))
    other = not place and phase != Phase.RUNNING and lock_is_held(AdvisoryLock.IMPORT)
    return UploadProgress(
        phase=phase, ahead=[names.get(earlier, _("another upload")) for earlier in tokens[:place]], other=other
    )
