"""The files of one upload: how they were found, what they mean, what the mapping makes of them, and taking them in."""

from __future__ import annotations

import re
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from departments.web.double_submission import submitted_once
from departments.web.rendering import page_render
from departments.web.requests import signed_in_user
from pipeline.imports.problems import ImportProblem, ImportUnreadable
from pipeline.models import DataSource, ImportBatch, SourceMapping, SourcePull
from pipeline.page.site_context import SiteContext
from pipeline.selectors.sources.sources import open_nightly_jobs, pull_by_token, pull_phase
from pipeline.services.sources.mappings import EDITED, content_for, edited_whole, mapping_save, tickets_alone
from pipeline.services.sources.pulls import pull_confirm
from pipeline.services.sources.removal import BUSY
from pipeline.services.sources.storage import has_files
from pipeline.sources.convert import mapping_check
from pipeline.sources.files.text import DELIMITERS, ENCODINGS
from pipeline.sources.meaning.editing import MOST_ROWS, content_of
from pipeline.sources.meaning.mapping_gaps import undecided
from pipeline.sources.meaning.pipelines import stage_mistakes
from pipeline.tasks import source_import_requested, source_look_requested, source_read_requested
from pipeline.views.data.imports import manager_site
from pipeline.views.sources.mapping_rows import mapping_rows

TEMPLATE = "pipeline/sources/files.html"
State = SourcePull.State
HEADER_ROW = re.compile(r"[0-9]{1,4}")
EDITABLE = (State.READ, State.LOOKED)


@require_GET
def pull_page(request: HttpRequest, token: str) -> HttpResponse:
    """Everything about one upload; while a worker is at it, how far it is."""
    site = manager_site(request)
    pull = _pull(token)
    context = _context(site, pull, transitions="transitions" in request.GET)
    return page_render(request, TEMPLATE, context, partial="page")


@require_POST
@submitted_once
def pull_mapping(request: HttpRequest, token: str) -> HttpResponse:
    """Keep what the form says as the next version of the mapping, and look at the files with it."""
    site = manager_site(request)
    pull = _pull(token)
    newest = pull.source.mappings.first()
    if newest is None or pull.state not in EDITABLE:
        return redirect("pipeline:source_files", token=token)
    log = pull.source.kind == DataSource.Kind.LOG
    columns = pull.reading["columns"].get(pull.reading["deals"], [])
    tables = pull.reading["columns"]
    content = content_of(request.POST.dict(), content_for(newest, pull)[0], columns, log=log, tables=tables)
    whole = edited_whole(newest, content, pull)
    try:
        if mistakes := stage_mistakes(request.POST.dict(), MOST_ROWS):
            raise ImportUnreadable(" ".join(mistakes))
        if not undecided(content, columns, tables):
            mapping_check(content, log=log, tickets=tickets_alone(pull))
    except ImportProblem as problem:
        # What the form says stands in it; it is no version that the next files would be read by.
        draft = SourceMapping(source=pull.source, version=newest.version, content=whole, origin=EDITED)
        context = _context(site, pull, draft) | {"problem": str(problem)}
        return page_render(request, TEMPLATE, context, partial="page", status=422)
    with transaction.atomic():
        # Of two at once the second saves nothing: a worker is at the files of the first.
        if SourcePull.objects.filter(pk=pull.pk, state__in=EDITABLE).update(state=State.LOOKING):
            mapping = mapping_save(source=pull.source, content=whole, origin=EDITED, user=signed_in_user(request))
            source_look_requested.delay_on_commit(token=token, version=mapping.version)
        else:
            messages.error(
                request, _("Not saved: somebody else was a moment earlier. Look at theirs, then save again.")
            )
    return redirect("pipeline:source_files", token=token)


@require_POST
def pull_reread(request: HttpRequest, token: str) -> HttpResponse:
    """Read the files again, as the form says they are written."""
    manager_site(request)
    pull = _pull(token)
    files: dict[str, dict[str, Any]] = {}
    for place, table in enumerate(pull.reading.get("tables", [])):
        name = table["table"] if table["sheet"] else table["file"]
        row = request.POST.get(f"table-{place}-header_row", "").strip()
        if row and not HEADER_ROW.fullmatch(row):
            sentence = _("{name}: “{row}” is no row of names. Write its number, such as 1. Nothing was read again.")
            messages.error(request, sentence.format(name=name, row=row[:30]))
            return redirect("pipeline:source_files", token=token)
        files[name] = {
            "encoding": _one_of(request.POST.get(f"table-{place}-encoding", ""), ENCODINGS),
            "delimiter": _one_of(request.POST.get(f"table-{place}-delimiter", "").replace("tab", "\t"), DELIMITERS),
            "header_row": int(row) if row else 0,
        }
    settings = {
        "files": files or pull.file_settings.get("files", {}),
        "deals": request.POST.get("deals", pull.file_settings.get("deals", "")),
    }
    # Files of an import that stands stay as they were read.
    again = Q(batch=None, state__in=(*EDITABLE, State.FAILED)) | Q(batch__status=ImportBatch.Status.UNDONE)
    if SourcePull.objects.filter(again, pk=pull.pk).update(
        state=State.READING, file_settings=settings, error="", look={}, batch=None
    ):
        source_read_requested.delay_on_commit(token=token)
    return redirect("pipeline:source_files", token=token)


@require_POST
def pull_take_in(request: HttpRequest, token: str) -> HttpResponse:
    """Take the files in and compute, by a worker; once, however often it is asked."""
    manager_site(request)
    pull = _pull(token)
    newest = pull.source.mappings.first()
    if newest is not None and pull.look.get("version") != newest.version:
        messages.info(request, _("The mapping was changed meanwhile: look at the files with it first."))
    elif pull_confirm(token=token, rename_company="rename-company" in request.POST):
        source_import_requested.delay_on_commit(
            token=token, user_id=signed_in_user(request).pk, last_day="last-day" in request.POST
        )
    return redirect("pipeline:source_files", token=token)


def _context(
    site: SiteContext, pull: SourcePull, draft: SourceMapping | None = None, *, transitions: bool = False
) -> dict[str, Any]:
    """`draft` is a mapping that was refused, else the newest version is shown. `transitions`: of a log, all of them."""
    context: dict[str, Any] = {"site": site, "pull": pull, "source": pull.source, "busy": pull.state in BUSY,
                               "files_there": has_files(pull.token)}  # fmt: skip
    if context["busy"]:
        context["phase"], context["ahead"] = pull_phase(token=pull.token)
        return context
    if pull.state == State.DONE:
        context["open_nightly_jobs"] = open_nightly_jobs()
    if pull.reading and pull.state != State.DONE:
        mapping = draft or pull.source.mappings.first()
        assert mapping is not None
        context |= _mapping_context(pull, mapping, asks_company=site.company is None, transitions=transitions)
    return context


def _mapping_context(
    pull: SourcePull, mapping: SourceMapping, *, asks_company: bool, transitions: bool
) -> dict[str, Any]:
    columns = pull.reading["columns"].get(pull.reading["deals"], [])
    content, _ = content_for(mapping, pull)
    return {
        "mapping": mapping,
        "content": content,
        "rows": mapping_rows(pull, content, transitions=transitions),
        "open_questions": undecided(content, columns, pull.reading["columns"]),
        "asks_company": asks_company,
        "look": pull.look if pull.look.get("version") == mapping.version else None,
        "encodings": ENCODINGS.items(),
        "delimiters": [(sign.replace("\t", "tab"), name) for sign, name in DELIMITERS.items()],
    }


def _one_of(value: str, allowed: dict[str, str]) -> str:
    return value if value in allowed else ""


def _pull(token: str) -> SourcePull:
    pull = pull_by_token(token=token)
    if pull is None:
        raise Http404
    return pull
