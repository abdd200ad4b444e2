"""What imports left out or refused, so that somebody can fix it: by source, and of company folders."""

from __future__ import annotations

from dataclasses import dataclass

from pipeline.models import DataSource, ImportBatch, SourcePull

SENTENCES_SHOWN = 5


@dataclass(frozen=True, kw_only=True)
class ExcludedRows:
    """Of one upload what is not in the figures: `sentences` are English, as stored; `refused` is all of it.

    `more` sentences are not listed. `token` is that of the files of a source, `batch` the number of an import.
    """

    name: str
    sentences: tuple[str, ...]
    more: int = 0
    refused: bool = False
    token: str = ""
    batch: int | None = None


def excluded_rows() -> list[ExcludedRows]:
    """The newest of each source that left something out or is refused, then a refused company folder; three queries."""
    rows = []
    for source in DataSource.objects.prefetch_related("pulls").order_by("name"):
        pulls = list(source.pulls.all())
        newest = pulls[0] if pulls else None
        taken_in = next((pull for pull in pulls if pull.batch_id is not None), None)
        if newest is not None and newest.batch_id is None and newest.look.get("accepted") is False:
            problems = newest.look.get("problem_count", 0)
            rows.append(_excluded(source, newest, newest.look.get("problems", []), problems, refused=True))
        if taken_in is not None and (checks := taken_in.look.get("checks")):
            rows.append(_excluded(source, taken_in, checks, len(checks)))
    newest_batch = ImportBatch.objects.order_by("-pk").first()
    if newest_batch is not None and newest_batch.status == ImportBatch.Status.REFUSED:
        batch = newest_batch
        rows.append(ExcludedRows(name=batch.name, sentences=(batch.error,), refused=True, batch=batch.pk))
    return rows


def _excluded(
    source: DataSource, pull: SourcePull, sentences: list[str], count: int, *, refused: bool = False
) -> ExcludedRows:
    first = tuple(sentences[:SENTENCES_SHOWN])
    name = f"{source.name}, {pull.name}"
    return ExcludedRows(name=name, sentences=first, more=max(count - len(first), 0), refused=refused, token=pull.token)
