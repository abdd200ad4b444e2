"""The sources with their newest files, and what the worker does with files that were just uploaded."""

from __future__ import annotations

from dataclasses import dataclass

from departments.selectors.jobs import Phase, open_jobs, phase_of
from pipeline.models import DataSource, SourceMapping, SourcePull
from pipeline.selectors.data.uploads import LINE


@dataclass(frozen=True, kw_only=True)
class SourceRow:
    """A source with its newest upload and the number of uploads that were taken in."""

    source: DataSource
    newest: SourcePull | None
    taken_in: int


def source_rows() -> list[SourceRow]:
    """All sources, in three queries however many there are."""
    rows = []
    for source in DataSource.objects.prefetch_related("pulls"):
        pulls = list(source.pulls.all())
        taken_in = sum(pull.batch_id is not None for pull in pulls)
        rows.append(SourceRow(source=source, newest=pulls[0] if pulls else None, taken_in=taken_in))
    return rows


def source_by_id(*, pk: int) -> DataSource | None:
    return DataSource.objects.filter(pk=pk).first()


def pulls_of(*, source: DataSource, count: int | None = 50) -> list[SourcePull]:
    """The uploads of a source, newest first; all of them where the count is None."""
    return list(source.pulls.select_related("batch", "mapping", "created_by")[:count])


def mappings_of(*, source: DataSource, count: int = 50) -> list[SourceMapping]:
    """The versions of a source's mapping, newest first."""
    return list(source.mappings.select_related("created_by")[:count])


def pull_by_token(*, token: str) -> SourcePull | None:
    return SourcePull.objects.select_related("source", "batch", "mapping").filter(token=token).first()


def pull_phase(*, token: str) -> tuple[Phase, int]:
    """Whether a worker is at an upload, and how many jobs of the line come first."""
    jobs = open_jobs(line=LINE)
    for place, job in enumerate(jobs):
        if job.arguments["kwargs"].get("token") == token:
            return phase_of(job), place
    return Phase.WAITING, 0


def open_nightly_jobs() -> int:
    """Jobs that are still open on the newest figures, such as the shares of departments."""
    return len([job for job in open_jobs() if job.line != LINE])
