"""Uploads that are small by nature: held in memory up to a bound, and never on the disk."""

from __future__ import annotations

from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import MemoryFileUploadHandler
from django.http import HttpRequest

from departments.core.upload_limits import SCORE_FILE_BYTES


class BoundedUploadHandler(MemoryFileUploadHandler):
    """Takes files of up to `SCORE_FILE_BYTES` and one byte: that byte says that there was more.

    What follows is read from the connection and dropped, so a large upload needs neither memory nor free disk.
    """

    def __init__(self, request: HttpRequest) -> None:
        super().__init__(request)
        self._held = 0

    def handle_raw_input(self, *arguments: object, **options: object) -> None:
        # Django's own handler takes no part in a large request, and here no other one would take the file.
        self.activated = True

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes | None:
        room = SCORE_FILE_BYTES + 1 - self._held
        self._held += len(raw_data[:room])
        return super().receive_data_chunk(raw_data[:room], start) if room > 0 else None

    def file_complete(self, file_size: int) -> UploadedFile[Any] | None:
        return super().file_complete(min(file_size, self._held))
