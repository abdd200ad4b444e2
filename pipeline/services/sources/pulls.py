"""One upload of a source on its way: read, looked at by the mapping, taken in, computed. Each step is a worker's."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from departments.advisory_locks import AdvisoryLock, transaction_lock
from departments.day_formats import day_text
from departments.models import User
from pipeline.imports.problems import ConversionRefused, ImportBusy, ImportProblem, ImportUnreadable
from pipeline.imports.snapshot.differences import Earlier
from pipeline.models import DataSource, ImportBatch, RecomputeRun, SourcePull
from pipeline.services.imports import company_folder_load
from pipeline.services.imports_log import pipelines_begun
from pipeline.services.imports_result import ImportResult
from pipeline.services.recompute import RecomputeRunning, recompute
from pipeline.services.recompute.last_day import last_day_end
from pipeline.services.sources import deal_states
from pipeline.services.sources.existing_structure import drop_existing_rows
from pipeline.services.sources.mappings import PROPOSED, content_for, known_company, mapping_save, tickets_alone
from pipeline.services.sources.storage import (
    files_store,
    has_files,
    original_folder,
    pull_remove,
    safe_name,
    tables_folder,
    tables_remove,
)
from pipeline.sources.convert import Converted, at_source_lines, list_convert, log_convert, problems_of, tickets_convert
from pipeline.sources.files.intake import tables_write
from pipeline.sources.meaning.mapping_gaps import undecided
from pipeline.sources.meaning.preview import folder_preview
from pipeline.sources.meaning.renamed import bare_name, tables_unused
from pipeline.sources.meaning.roles import columns_overlooked
from pipeline.sources.reading import TICKETS, reading_of

State = SourcePull.State
PROBLEMS_SHOWN = 20
_TIME = "%-d %B %Y, %H:%M"


def pull_start(
    *, files: Sequence[tuple[str, Iterable[bytes]]], source: DataSource | None, user: User | None,
    taken_at: datetime | None = None,
) -> SourcePull:  # fmt: skip
    """Keep the files of an upload; without a source a new one begins, named after the first file, or one of this name
    goes on of which nothing could be read yet."""
    if not files:
        raise ImportUnreadable(_("There is no file."))
    token, now, first = files_store(files), timezone.now(), safe_name(files[0][0])
    name = first if len(files) == 1 else _("{first} and {count} more").format(first=first, count=len(files) - 1)
    with transaction.atomic():
        if source is None:
            transaction_lock(AdvisoryLock.SOURCES)
            base = Path(first).stem
            source = _never_read(base)
            source = source or DataSource.objects.create(name=_free_name(base), created_at=now, created_by=user)
        return SourcePull.objects.create(
            source=source, token=token, name=name[:300], taken_at=taken_at or now, created_at=now, created_by=user
        )


def _name(base: str) -> str:
    return base.replace("_", " ").strip()[:180] or "Source"


def _never_read(base: str) -> DataSource | None:
    """The source that files of this name began, if none of them could be read: they are tried again."""
    named = DataSource.objects.filter(name=_name(base), mappings=None, pulls__state=State.FAILED)
    return named.exclude(pulls__state=State.READING).first()


def _free_name(base: str, but: DataSource | None = None) -> str:
    """A name no other source has: after the file that holds the deals."""
    base = _name(base)
    name, number = base, 2
    others = DataSource.objects.exclude(pk=but.pk) if but else DataSource.objects.all()
    while others.filter(name=name).exists():
        name, number = f"{base} {number}", number + 1
    return name


def pull_read(*, token: str) -> None:
    """Find out how the files are written and what they hold, and propose a mapping to a source that has none.

    Of files that cannot be read nothing is kept but the reason, unless they could be read in another way before.
    """
    pull = SourcePull.objects.select_related("source").filter(token=token, state=State.READING).first()
    if pull is None:
        return
    with _failing(pull, keeps_files=bool(pull.reading)):
        if not has_files(token):
            raise ImportUnreadable(_("The files were removed from the server. Upload them again as next files."))
        found = tables_write(original_folder(token), tables_folder(token), pull.file_settings.get("files", {}))
        source = pull.source
        deals = pull.file_settings.get("deals", "") or _tickets_said(source, [table.table for table in found])
        reading = reading_of(tables_folder(token), found, known_company(), deals)
        with transaction.atomic():
            if not _settled(source):
                source.kind, source.system = reading.kind, reading.system
                transaction_lock(AdvisoryLock.SOURCES)
                if reading.deals and not source.pulls.exclude(pk=pull.pk).exclude(reading={}).exists():
                    source.name = _free_name(Path(reading.deals).name.split(".")[0], but=source)
                source.save()
                mapping_save(source=source, content=reading.content, origin=PROPOSED, user=None)
            elif source.kind != reading.kind and not (reading.kind == TICKETS and _has_tickets(source)):
                raise ImportUnreadable(
                    _(
                        "Files of this source were a {kind} so far, and these are not. Begin another source with them."
                    ).format(kind=source.get_kind_display())
                )
            pull.reading, pull.state, pull.error = reading.as_json(), State.READ, ""
            pull.save()


def _settled(source: DataSource) -> bool:
    """Whether a person changed the mapping, or took tickets alone in by the proposed one: it is not proposed anew."""
    taken_in = source.pulls.filter(batch__status=ImportBatch.Status.DONE)
    edited = source.mappings.exclude(origin=PROPOSED).exists()
    return edited or (source.kind == DataSource.Kind.TICKETS and taken_in.exists())


def _has_tickets(source: DataSource) -> bool:
    """Whether the mapping of a source of deals says what tickets beside them mean."""
    newest = source.mappings.first()
    return source.kind == DataSource.Kind.LIST and newest is not None and bool(newest.content.get("tickets"))


def _tickets_said(source: DataSource, tables: Sequence[str]) -> str:
    """That files hold tickets alone, where their source has nothing else or they are called as its tickets are."""
    newest = source.mappings.first()
    if newest is None or len(tables) > 1 or not _settled(source):
        return ""
    if source.kind == DataSource.Kind.TICKETS:
        return TICKETS
    file = newest.content.get("tickets", {}).get("file", "")
    return TICKETS if file and bare_name(file) == bare_name(tables[0]) else ""


def pull_preview(*, token: str) -> None:
    """See what the newest mapping makes of the files, and what an import of it would do; nothing is changed."""
    pull = SourcePull.objects.select_related("source").filter(token=token, state=State.LOOKING).first()
    if pull is None:
        return
    mapping = pull.source.mappings.first()
    assert mapping is not None
    (content, notes), tables = content_for(mapping, pull), pull.reading["columns"]
    open_ones = undecided(content, tables.get(pull.reading["deals"], []), tables)
    look: dict[str, Any] = {"version": mapping.version, "undecided": open_ones}
    with _failing(pull), tempfile.TemporaryDirectory(prefix="look-") as scratch:
        try:
            if not open_ones:
                converted = _convert(pull, content, Path(scratch))
                look |= folder_preview(Path(scratch), now=timezone.now(), shown=converted.shown).as_json()
                unread = columns_overlooked(content, tables.get(pull.reading["deals"], []))
                unused = tables_unused(content, pull.reading["tables"])
                look["checks"] = [*converted.checks, *unused, *unread, *look["checks"]]
                drop_existing_rows(Path(scratch))
                result = company_folder_load(path=Path(scratch), dry_run=True, name=pull.name, rename_company=True,
                                             provenance=converted.provenance,
                                             notes=[*notes, *converted.notes])  # fmt: skip
                look |= _result_json(result, pull)
        except ConversionRefused as refused:
            listed = problems_of(refused, _lines_above(pull))
            look |= {"accepted": False, "problem_count": refused.problems.total,
                     "problems": [str(problem) for problem in listed[:PROBLEMS_SHOWN]]}  # fmt: skip
        except ImportBusy:
            raise
        except ImportProblem as problem:
            look |= {"accepted": False, "problem_count": 1, "problems": [str(problem)]}
        if pull.source.mappings.first() == mapping:
            pull.look, pull.state, pull.mapping = look, State.LOOKED, mapping
            pull.save()
        else:  # somebody brought a newer one meanwhile
            pull_preview(token=token)


def pull_confirm(*, token: str, rename_company: bool = False) -> bool:
    """Whether the files are taken in now: once, and only as they were looked at with nothing refused.

    A company that another name would be given to needs `rename_company`: the files may be another company's.
    """
    pulls = SourcePull.objects.filter(token=token, state=State.LOOKED, look__accepted=True)
    if not rename_company:
        pulls = pulls.filter(look__renames="")
    # One statement looks and writes: of two presses of the button one starts the import.
    return bool(pulls.update(state=State.IMPORTING))


def pull_import(*, token: str, user: User | None, last_day: bool = False) -> None:
    """Take the files in and bring the figures up to them: one job from import to ready. Raises ImportBusy."""
    pull = SourcePull.objects.select_related("source", "mapping").filter(token=token).first()
    if pull is None or pull.state not in (State.IMPORTING, State.COMPUTING):
        return
    with _failing(pull):
        # Each step leaves its state in the row, so a worker that takes over goes on where the other one died.
        if pull.state == State.IMPORTING:
            _take_in(pull, user)
        if pull.state == State.COMPUTING:
            # An open run of somebody else may have begun before the import: then this is tried again in a moment.
            trigger = RecomputeRun.LAST_DAY if last_day else "button"
            recompute(trigger=trigger, user=user, as_of=last_day_end() if last_day else None)
            SourcePull.objects.filter(pk=pull.pk).update(state=State.DONE)
            tables_remove(token)


def _take_in(pull: SourcePull, user: User | None) -> None:
    assert pull.mapping is not None
    with tempfile.TemporaryDirectory(prefix="pull-") as scratch:
        before = deal_states.imports_done()
        content, notes = content_for(pull.mapping, pull)
        converted = _convert(pull, content, Path(scratch))
        drop_existing_rows(Path(scratch))

        def write(result: ImportResult) -> None:
            deal_states.refuse_imports_since(before, but=result.batch)
            SourcePull.objects.filter(pk=pull.pk).update(state=State.COMPUTING, batch_id=result.batch)

        result = company_folder_load(
            path=Path(scratch), user=user, kind=ImportBatch.Kind.SOURCE, name=f"{pull.source.name}: {pull.name}"[:300],
            notes=[*notes, *converted.notes], provenance=converted.provenance,
            rename_company=bool(pull.look.get("renames")), on_done=write,
        )  # fmt: skip
    pull.refresh_from_db()
    if not result.accepted:
        pull.look, pull.state = pull.look | _result_json(result, pull), State.LOOKED
        pull.save()


def _convert(pull: SourcePull, content: dict[str, Any], folder: Path) -> Converted:
    tables = tables_folder(pull.token)
    if pull.source.kind == DataSource.Kind.LOG:
        begun = pipelines_begun(several=bool(content.get("pipelines")))
        return log_convert(tables / pull.reading["deals"], content, folder, begun=begun)
    earlier = pull.source.pulls.filter(batch__status=ImportBatch.Status.DONE).exclude(pk=pull.pk)
    newest = earlier.order_by("-taken_at").first()
    if newest is not None and newest.taken_at >= pull.taken_at:
        raise ImportUnreadable(
            _(
                "These files show {time}, and files of {newest} are in "
                "already. Take files in by their age, or undo the later import first."
            ).format(time=day_text(pull.taken_at, _TIME), newest=day_text(newest.taken_at, _TIME))
        )
    if tickets_alone(pull):
        handoffs = deal_states.known_handoffs(source=pull.source) if newest else None
        before = None if handoffs is None else Earlier(deals={}, taken_at=pull.taken_at, handoffs=handoffs)
        return tickets_convert(tables, content, folder, there=deal_states.existing_deals, earlier=before)
    before = None
    if newest is not None:
        lists = earlier.exclude(reading__kind=DataSource.Kind.TICKETS).order_by("-taken_at")
        files_of = (lists.first() or newest).taken_at
        before = deal_states.known_before(source=pull.source, taken_at=pull.taken_at, files_of=files_of)
    return list_convert(tables, content, folder, earlier=before)


def _lines_above(pull: SourcePull) -> dict[str, int]:
    return {table["table"]: table["header_row"] - 1 for table in pull.reading.get("tables", [])}


def _result_json(result: ImportResult, pull: SourcePull) -> dict[str, Any]:
    return {
        "accepted": result.accepted,
        "files": result.files,
        "notes": result.notes,
        "renames": result.renames,
        "problem_count": result.problem_count,
        "problems": [str(problem) for problem in at_source_lines(result.problems[:PROBLEMS_SHOWN], _lines_above(pull))],
    }


@contextmanager
def _failing(pull: SourcePull, *, keeps_files: bool = True) -> Iterator[None]:
    """What stops a step with a sentence is written down; what passes by itself is raised, and tried again."""
    try:
        yield
    except (ImportBusy, RecomputeRunning):
        raise
    except ImportProblem as problem:
        pull_fail(token=pull.token, error=str(problem))
        if not keeps_files:
            pull_remove(pull.token)


def pull_fail(*, token: str, error: str) -> None:
    """No further attempt is made; what was kept stays, so that it can be tried again."""
    ended = (State.DONE, State.FAILED)
    SourcePull.objects.filter(token=token).exclude(state__in=ended).update(state=State.FAILED, error=error[:2_000])
