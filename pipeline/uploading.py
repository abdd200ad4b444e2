"""Decides whether to receive a file, before its first byte is written to disk."""

from __future__ import annotations

import shutil
import tempfile
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler, SkipFile

from departments.core.upload_limits import DISK_LEFT_BYTES


class RoomUploadHandler(FileUploadHandler):
    """Drops a file for which the disk has no room: the form then misses it, and the page says why."""

    full = False

    def handle_raw_input(
        self,
        input_data: Any,
        META: dict[str, Any],  # noqa: N803 - Django's name
        content_length: int,
        boundary: str,
        encoding: str | None = None,
    ) -> None:
        """The size is known from the header of the request."""
        self.full = shutil.disk_usage(tempfile.gettempdir()).free - content_length < DISK_LEFT_BYTES

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        super().new_file(*args, **kwargs)
        if self.full:
            raise SkipFile

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes:
        # Passed on: Django's own handlers, which come next, keep the file.
        return raw_data

    def file_complete(self, file_size: int) -> UploadedFile[bytes] | None:
        return None
