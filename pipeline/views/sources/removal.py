"""Removing the files of one upload, or a whole source, after confirmation."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from departments.formats import counted
from departments.web.double_submission import submitted_once
from departments.web.rendering import page_render
from departments.web.requests import signed_in_user
from pipeline.imports.problems import ImportProblem
from pipeline.models import ImportBatch
from pipeline.selectors.sources.sources import pull_by_token, pulls_of, source_by_id
from pipeline.services.sources.removal import pull_files_remove, source_remove
from pipeline.services.sources.storage import has_files, pull_bytes
from pipeline.views.data.imports import manager_site

FILES = "pipeline/sources/remove_files.html"
SOURCE = "pipeline/sources/remove_source.html"


@require_http_methods(["GET", "POST"])
@submitted_once
def pull_removal(request: HttpRequest, token: str) -> HttpResponse:
    """Say what goes with the files of an upload, then remove them."""
    site, pull = manager_site(request), pull_by_token(token=token)
    if pull is None or not (has_files(token) or pull.batch_id is None):
        raise Http404
    if request.method == "GET":
        context = {"site": site, "pull": pull, "bytes": pull_bytes(token)}
        return page_render(request, FILES, context, partial="page")
    try:
        pull_files_remove(token=token, user=signed_in_user(request))
    except ImportProblem as problem:
        context = {"site": site, "pull": pull, "bytes": pull_bytes(token), "problem": str(problem)}
        return page_render(request, FILES, context, partial="page", status=409)
    messages.success(request, _("The files of {name} were removed.").format(name=pull.name))
    return redirect("pipeline:source", pk=pull.source_id)


@require_http_methods(["GET", "POST"])
@submitted_once
def source_removal(request: HttpRequest, pk: int) -> HttpResponse:
    """Say what goes with a source, then remove it."""
    site, source = manager_site(request), source_by_id(pk=pk)
    if source is None:
        raise Http404
    problem = ""
    if request.method == "POST":
        try:
            source_remove(source=source, user=signed_in_user(request))
        except ImportProblem as refused:
            problem = str(refused)
        else:
            messages.success(request, _("The source {name} was removed.").format(name=source.name))
            return redirect("pipeline:sources")
    pulls = pulls_of(source=source, count=None)
    imports = sum(pull.batch is not None and pull.batch.status == ImportBatch.Status.DONE for pull in pulls)
    context = {
        "site": site,
        "source": source,
        "problem": problem,
        "bytes": sum(pull_bytes(pull.token) for pull in pulls),
        "uploads": counted(len(pulls), "upload"),
        "mappings": counted(source.mappings.count(), "version"),
        "imports": imports,
    }
    return page_render(request, SOURCE, context, partial="page", status=409 if problem else 200)
