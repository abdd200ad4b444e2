"""Imports by browser: upload a zip, see what it would do, take it in; look at one import; undo it."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.utils.text import get_valid_filename
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from departments.access import may_manage_data, may_see_company, require
from departments.advisory_locks import AdvisoryLock, lock_is_held
from departments.core.stored_texts import in_language
from departments.core.upload_limits import FOLDER_ZIP_MB, MEGABYTE
from departments.web.double_submission import submitted_once
from departments.web.rendering import page_render
from departments.web.requests import signed_in_user
from pipeline.imports.problems import ImportProblem
from pipeline.models import ImportBatch, Upload
from pipeline.page.site_context import SiteContext, site_context
from pipeline.selectors.data.imports import errors_path, import_by_id, refusals
from pipeline.selectors.data.uploads import upload_progress
from pipeline.services.imports_undo import import_undo
from pipeline.services.uploads import UploadRefused, upload_confirm, upload_room_check, upload_state, upload_store
from pipeline.tasks import folder_check_requested, folder_import_requested

UPLOAD = "pipeline/data/upload.html"
DETAIL = "pipeline/data/import.html"
UNDO = "pipeline/data/import_undo.html"
COUNTS = ("read", "new", "changed", "unchanged", "refused")


class UploadForm(forms.Form):
    """One zip of a company folder."""

    folder = forms.FileField(
        label=gettext_lazy("Zip of a company folder"), widget=forms.FileInput(attrs={"accept": ".zip"})
    )

    def clean_folder(self) -> UploadedFile[bytes]:
        uploaded: UploadedFile[bytes] = self.cleaned_data["folder"]
        if (uploaded.size or 0) > FOLDER_ZIP_MB * MEGABYTE:
            raise forms.ValidationError(
                _(
                    "This file is larger than {folder_zip_mb} MB; nothing was imported. Load it on the "
                    "server with “manage.py load”, which has no limit."
                ).format(folder_zip_mb=FOLDER_ZIP_MB)
            )
        # The second one begins an empty zip, which is told about later.
        if uploaded.read(4) not in (b"PK\x03\x04", b"PK\x05\x06"):
            raise forms.ValidationError(
                _(
                    "This is not a zip file; nothing was imported. Pack the CSV files of a company folder as a zip;"
                    " upload any other export as a source."
                )
            )
        uploaded.seek(0)
        return uploaded


@require_POST
@submitted_once
def upload_start(request: HttpRequest) -> HttpResponse:
    """Keep the zip and let a worker see what it would do. Nothing is changed by it."""
    site = manager_site(request)
    form = UploadForm(request.POST, request.FILES)
    try:
        upload_room_check(size=int(request.headers.get("Content-Length") or 0))
    except UploadRefused as problem:
        form.add_error("folder", in_language(str(problem)))
    if not form.is_valid():
        context = {"site": site, "form": form, "largest_upload_mb": FOLDER_ZIP_MB}
        return page_render(request, UPLOAD, context, partial="page", status=422)
    uploaded: UploadedFile[bytes] = form.cleaned_data["folder"]
    name = get_valid_filename(uploaded.name or "folder.zip")[:200]
    token = upload_store(pieces=uploaded.chunks(), name=name)
    folder_check_requested.delay_on_commit(token=token)
    return redirect("pipeline:import_upload", token=token)


@require_GET
def uploaded(request: HttpRequest, token: str) -> HttpResponse:
    """What the zip would do, or how far looking at it or taking it in is."""
    site = manager_site(request)
    state = upload_state(token=token)
    if state is None:
        raise Http404
    counts = [(name, [rows.get(count, 0) for count in COUNTS]) for name, rows in state.get("files", {}).items()]
    context = {"site": site, "token": token, "upload": state, "files": counts, "counts": COUNTS}
    if state["state"] in (Upload.State.CHECKING, Upload.State.IMPORTING):
        context["progress"] = upload_progress(token=token)
    return page_render(request, UPLOAD, context, partial="page")


@require_POST
def confirm(request: HttpRequest, token: str) -> HttpResponse:
    """Have a worker import the zip; once, however often it is requested."""
    site = manager_site(request)
    if upload_state(token=token) is None:
        raise Http404
    if upload_confirm(token=token, rename_company="rename-company" in request.POST):
        folder_import_requested.delay_on_commit(token=token, user_id=signed_in_user(site.request).pk)
    return redirect("pipeline:import_upload", token=token)


@require_GET
def import_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One import: counts per file, what was left out, the first refused rows."""
    require(request, may_see_company(request.user))
    batch = _batch(pk)
    path = errors_path(batch=batch)
    context = {
        "site": site_context(request),
        "batch": batch,
        "import_running": lock_is_held(AdvisoryLock.IMPORT),
        "files": [(name, [rows.get(count, 0) for count in COUNTS]) for name, rows in batch.files.items()],
        "counts": COUNTS,
        "refusals": refusals(path=path) if path else None,
    }
    return page_render(request, DETAIL, context, partial="page")


@require_GET
def errors(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Download the error file. It repeats rows of the folder, so only people who may import can see it."""
    manager_site(request)
    path = errors_path(batch=_batch(pk))
    if path is None:
        raise Http404
    return FileResponse(path.open("rb"), as_attachment=True, filename=f"import-{pk}-errors.csv")


@require_http_methods(["GET", "POST"])
@submitted_once
def undo(request: HttpRequest, pk: int) -> HttpResponse:
    """Revert an import, after confirmation."""
    site = manager_site(request)
    batch = _batch(pk)
    if batch.status != ImportBatch.Status.DONE:
        raise Http404
    if request.method == "GET":
        return page_render(request, UNDO, {"site": site, "batch": batch}, partial="page")
    try:
        import_undo(batch_id=batch.pk, user=signed_in_user(site.request))
    except ImportProblem as problem:
        context = {"site": site, "batch": batch, "problem": str(problem)}
        return page_render(request, UNDO, context, partial="page", status=409)
    messages.success(request, _("Import {pk} was undone. Recompute to update the figures.").format(pk=pk))
    return redirect("pipeline:data")


def manager_site(request: HttpRequest) -> SiteContext:
    """The site context of somebody who may manage data; others get a 404."""
    require(request, may_manage_data(request.user))
    return site_context(request)


def _batch(pk: int) -> ImportBatch:
    batch = import_by_id(pk=pk)
    if batch is None:
        raise Http404
    return batch
