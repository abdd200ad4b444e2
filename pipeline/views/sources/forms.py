"""The forms of sources: files to upload, a mapping file."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from departments.core.upload_limits import FOLDER_ZIP_MB, MEGABYTE
from departments.web.day_field import InstantField
from pipeline.services.sources.storage import MOST_FILES

ACCEPTED = ".csv,.tsv,.txt,.xlsx,.xlsm,.xls,.xes,.gz,.zip"
MAPPING_BYTES = MEGABYTE


class _FilesInput(forms.FileInput):
    allow_multiple_selected = True


class _FilesField(forms.FileField):
    """Several files at once."""

    widget = _FilesInput

    def clean(self, data: Any, initial: Any = None) -> Any:
        files = data if isinstance(data, list | tuple) else [data] if data else []
        if not files:
            raise forms.ValidationError(_("Choose a file: CSV, TSV, XLSX, XES or a zip of them."))
        empty = [file.name for file in files if not file.size]
        if empty:
            raise forms.ValidationError(
                _("{listed}: empty; nothing was imported. Export it again, or leave it out.").format(
                    listed=", ".join(empty)
                )
            )
        return [super(_FilesField, self).clean(file, initial) for file in files]


class SourceFilesForm(forms.Form):
    """Files of a source, and the day whose state they show."""

    uploads = _FilesField(label="Files", widget=_FilesInput(attrs={"accept": ACCEPTED}))
    taken_at = InstantField(
        label=gettext_lazy("They show the state of"),
        required=False,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"],
    )

    def clean_uploads(self) -> list[UploadedFile[bytes]]:
        files: list[UploadedFile[bytes]] = self.cleaned_data["uploads"]
        if len(files) > MOST_FILES:
            raise forms.ValidationError(
                _("At most {most_files} files at once; put the others into a zip.").format(most_files=MOST_FILES)
            )
        if sum(file.size or 0 for file in files) > FOLDER_ZIP_MB * MEGABYTE:
            raise forms.ValidationError(
                _("Together they are larger than {folder_zip_mb} MB; nothing was imported.").format(
                    folder_zip_mb=FOLDER_ZIP_MB
                )
            )
        return files


class MappingFileForm(forms.Form):
    """A mapping as the TOML file of the command line."""

    mapping = forms.FileField(label=gettext_lazy("Mapping file"), widget=forms.FileInput(attrs={"accept": ".toml"}))

    def clean_mapping(self) -> UploadedFile[bytes]:
        uploaded: UploadedFile[bytes] = self.cleaned_data["mapping"]
        if (uploaded.size or 0) > MAPPING_BYTES:
            raise forms.ValidationError(_("A mapping file has at most a megabyte."))
        return uploaded
