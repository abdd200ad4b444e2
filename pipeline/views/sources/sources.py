"""The sources: what comes from where, a source's files and the versions of its mapping."""

from __future__ import annotations

import tomllib

from django.conf import settings
from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from departments.core.stored_texts import in_language
from departments.core.text import clean_values
from departments.core.upload_limits import FOLDER_ZIP_MB, MEGABYTE
from departments.web.double_submission import submitted_once
from departments.web.rendering import page_render
from departments.web.requests import signed_in_user
from pipeline.imports.conversion.toml_text import mapping_toml
from pipeline.imports.problems import ImportProblem
from pipeline.models import DataSource, SourcePull
from pipeline.selectors.sources.sources import mappings_of, pulls_of, source_by_id, source_rows
from pipeline.services.sources.mappings import mapping_columns_check, mapping_save
from pipeline.services.sources.pulls import pull_start
from pipeline.services.sources.storage import pull_bytes, sources_bytes
from pipeline.services.uploads import UploadRefused, upload_room_check
from pipeline.sources.convert import mapping_check
from pipeline.sources.meaning.mapping_gaps import decided
from pipeline.tasks import source_read_requested
from pipeline.views.data.imports import manager_site
from pipeline.views.sources.forms import MappingFileForm, SourceFilesForm

INDEX = "pipeline/sources/index.html"
DETAIL = "pipeline/sources/source.html"
Kind = DataSource.Kind


@require_http_methods(["GET", "POST"])
@submitted_once
def source_list(request: HttpRequest) -> HttpResponse:
    """All sources; files posted here begin a new one."""
    site = manager_site(request)
    form = SourceFilesForm(request.POST, request.FILES) if request.method == "POST" else SourceFilesForm()
    if request.method == "POST":
        pull = _files_taken(request, form, source=None)
        if pull is not None:
            return redirect("pipeline:source_files", token=pull.token)
    context = {
        "site": site,
        "rows": source_rows(),
        "form": form,
        "largest_upload_mb": FOLDER_ZIP_MB,
        "bytes": sources_bytes(),
        "quota": settings.UPLOAD_QUOTA_MB * MEGABYTE,
    }
    return page_render(request, INDEX, context, partial="page", status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
@submitted_once
def source_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One source; files posted here are its next ones."""
    site = manager_site(request)
    source = _source(pk)
    form = SourceFilesForm(request.POST, request.FILES) if request.method == "POST" else SourceFilesForm()
    if request.method == "POST":
        pull = _files_taken(request, form, source=source)
        if pull is not None:
            return redirect("pipeline:source_files", token=pull.token)
    context = {
        "site": site,
        "source": source,
        "pulls": [(pull, pull_bytes(pull.token)) for pull in pulls_of(source=source)],
        "mappings": mappings_of(source=source),
        "form": form,
        "mapping_form": MappingFileForm(),
        "largest_upload_mb": FOLDER_ZIP_MB,
    }
    return page_render(request, DETAIL, context, partial="page", status=422 if form.errors else 200)


@require_GET
def source_mapping(request: HttpRequest, pk: int) -> HttpResponse:
    """The newest mapping as the file that the command line takes."""
    manager_site(request)
    source = _source(pk)
    mapping = source.mappings.first()
    if mapping is None:
        raise Http404
    response = HttpResponse(
        mapping_toml(decided(mapping.content, keeps_open=True)), content_type="application/toml; charset=utf-8"
    )
    # A name in another script leaves nothing.
    name = slugify(source.name) or "mapping"
    response["Content-Disposition"] = f'attachment; filename="{name}-{mapping.version}.toml"'
    return response


@require_POST
def source_mapping_upload(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a mapping file as the next version."""
    manager_site(request)
    source = _source(pk)
    form = MappingFileForm(request.POST, request.FILES)
    if not form.is_valid():
        messages.error(request, " ".join(str(error) for error in form.errors.get("mapping", [])))
        return redirect("pipeline:source", pk=pk)
    uploaded: UploadedFile[bytes] = form.cleaned_data["mapping"]
    try:
        content = clean_values(tomllib.loads(uploaded.read().decode("utf-8-sig")))
        mapping_check(content, log=source.kind == Kind.LOG, tickets=source.kind == Kind.TICKETS)
        mapping_columns_check(source=source, content=content)
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        messages.error(request, _("The mapping file cannot be read: {error}").format(error=error))
    except ImportProblem as problem:
        messages.error(request, in_language(str(problem)))
    else:
        saved = mapping_save(
            source=source, content=content, origin=uploaded.name or "file", user=signed_in_user(request)
        )
        messages.success(
            request,
            _("The mapping is version {version} now. Look at files with it below.").format(version=saved.version),
        )
    return redirect("pipeline:source", pk=pk)


def _files_taken(request: HttpRequest, form: SourceFilesForm, *, source: DataSource | None) -> SourcePull | None:
    """Keep the files of a valid form and have a worker read them; else the form says what is wrong."""
    try:
        upload_room_check(size=int(request.headers.get("Content-Length") or 0))
    except UploadRefused as problem:
        form.add_error("uploads", in_language(str(problem)))
    if not form.is_valid():
        return None
    files: list[UploadedFile[bytes]] = form.cleaned_data["uploads"]
    try:
        pull = pull_start(
            files=[(file.name or "file.csv", file.chunks()) for file in files],
            source=source,
            user=signed_in_user(request),
            taken_at=form.cleaned_data["taken_at"],
        )
    except FileExistsError:
        form.add_error("uploads", _("Two of the files have the same name; rename one of them."))
        return None
    source_read_requested.delay_on_commit(token=pull.token)
    return pull


def _source(pk: int) -> DataSource:
    source = source_by_id(pk=pk)
    if source is None:
        raise Http404
    return source
