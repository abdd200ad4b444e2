"""Where a company folder is read from: a directory or a zip of one, neither of them trusted."""

from __future__ import annotations

import os
import stat
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import IO, Protocol

from departments.core.upload_limits import UNPACKED_ZIP_BYTES
from departments.translation import gettext_noop
from pipeline.imports.files.wrong_kinds import WORKBOOK, kind_by_entries
from pipeline.imports.problems import ImportUnreadable

MOST_FILES = 1_000
ZIP_MOST_RATIO = 200
_SMALL = 1024**2  # a small file may be packed as tightly as it likes


class FolderSource(Protocol):
    """Files by name; each is opened once, so what is checked is what is loaded."""

    names: list[str]
    """Names of the files, sorted."""

    def size(self, name: str) -> int: ...

    def open(self, name: str) -> IO[bytes]: ...


class DirectorySource:
    """A directory; only regular files lying in it (links that leave it are refused)."""

    def __init__(self, path: Path) -> None:
        self._root = path.resolve()
        names = []
        for entry in os.scandir(self._root):
            if entry.name.startswith(".") or entry.is_dir():
                continue
            names.append(entry.name)
            if len(names) > MOST_FILES:
                raise ImportUnreadable(
                    gettext_noop("{path} contains more than {most_files} files; it is not a company folder.").format(
                        path=path.name, most_files=MOST_FILES
                    )
                )
        self.names = sorted(names)

    def size(self, name: str) -> int:
        """Bytes to come, about: only progress depends on it."""
        try:
            return (self._root / name).lstat().st_size
        except OSError as error:
            raise _unreadable(name, error) from error

    def open(self, name: str) -> IO[bytes]:
        path = self._root / name
        if not path.resolve().is_relative_to(self._root):
            raise ImportUnreadable(gettext_noop("{name} is a link that leaves the folder.").format(name=name))
        # Non-blocking, since opening a named pipe would wait forever.
        try:
            descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0))
        except OSError as error:
            raise _unreadable(name, error) from error
        opened = os.fstat(descriptor)
        if not stat.S_ISREG(opened.st_mode):
            os.close(descriptor)
            raise ImportUnreadable(gettext_noop("{name} is not a regular file.").format(name=name))
        return _Steady(os.fdopen(descriptor, "rb"), name)  # type: ignore[return-value]  # read and closed alone


def _unreadable(name: str, error: OSError) -> ImportUnreadable:
    reason = gettext_noop("{name} cannot be read: {error}. Put it there again, or leave it out.")
    return ImportUnreadable(reason.format(name=name, error=(error.strerror or str(error)).lower()))


class _Steady:
    """A file that may not be written to while it is read: half of the old one and half of the new one is neither."""

    def __init__(self, file: IO[bytes], name: str) -> None:
        self._file, self._name, self._state = file, name, self._now(file)

    @staticmethod
    def _now(file: IO[bytes]) -> tuple[int, int]:
        state = os.fstat(file.fileno())
        return state.st_size, state.st_mtime_ns

    def read(self, size: int = -1) -> bytes:
        block = self._file.read(size)
        if (size < 0 or not block) and self._now(self._file) != self._state:
            raise ImportUnreadable(
                gettext_noop("{name} was written to while it was read. Load it again when it is whole.").format(
                    name=self._name
                )
            )
        return block

    def close(self) -> None:
        self._file.close()

    def __enter__(self) -> _Steady:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class _Counted:
    """A packed file that may not turn out longer than it says it is."""

    def __init__(self, file: IO[bytes], name: str, size: int) -> None:
        self._file, self._name, self._left = file, name, size

    def read(self, size: int = -1) -> bytes:
        try:
            block = self._file.read(size)
        except (zipfile.BadZipFile, OSError, EOFError, ValueError, NotImplementedError) as error:
            raise ImportUnreadable(
                gettext_noop(
                    "{name} in the zip is damaged, or the zip is only half there; upload it again ({error})."
                ).format(name=self._name, error=error)
            ) from error
        except Exception as error:  # zlib.error and its relatives of other compressions have no common base
            raise ImportUnreadable(
                gettext_noop("{name} in the zip cannot be unpacked; pack it again as a plain zip ({error}).").format(
                    name=self._name, error=error
                )
            ) from error
        self._left -= len(block)
        if self._left < 0:
            raise ImportUnreadable(
                gettext_noop("{name} in the zip is longer than the zip says.").format(name=self._name)
            )
        return block

    def close(self) -> None:
        self._file.close()

    def __enter__(self) -> _Counted:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class ZipSource:
    """A zip of a company folder, read without unpacking it to disk; files may lie in one folder inside it."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive
        self._entries: dict[str, zipfile.ZipInfo] = {}
        names = archive.namelist()
        if WORKBOOK in names:
            raise ImportUnreadable(gettext_noop("This is a workbook, not a zip of CSV files. Upload it as a source."))
        if what := kind_by_entries(names):
            raise ImportUnreadable(
                gettext_noop("This {what}. Pack the CSV files of a company folder as a zip.").format(what=what)
            )
        entries = [entry for entry in archive.infolist() if not entry.is_dir()]
        if len(entries) > MOST_FILES:
            raise ImportUnreadable(
                gettext_noop("The zip contains more than {most_files} files. Pack only the tables.").format(
                    most_files=MOST_FILES
                )
            )
        total = sum(entry.file_size for entry in entries)
        if total > UNPACKED_ZIP_BYTES:
            raise ImportUnreadable(
                gettext_noop(
                    "The zip would unpack to {total:,} bytes; at most {unpacked_zip_bytes:,} are taken."
                ).format(total=total, unpacked_zip_bytes=UNPACKED_ZIP_BYTES)
            )
        for entry in entries:
            name = _safe_name(entry)
            if name.startswith((".", "__MACOSX")):
                continue
            if name in self._entries:
                raise ImportUnreadable(
                    gettext_noop("The zip contains {name} twice. Leave one out, or give it another name.").format(
                        name=name
                    )
                )
            self._entries[name] = entry
        self.names = sorted(self._entries)

    def size(self, name: str) -> int:
        return self._entries[name].file_size

    def open(self, name: str) -> IO[bytes]:
        entry = self._entries[name]
        try:
            return _Counted(self._archive.open(entry), name, entry.file_size)  # type: ignore[return-value]
        except (zipfile.BadZipFile, NotImplementedError, RuntimeError) as error:
            raise ImportUnreadable(
                gettext_noop("{name} in the zip cannot be read; pack it again as a plain zip ({error}).").format(
                    name=name, error=error
                )
            ) from error


def _safe_name(entry: zipfile.ZipInfo) -> str:
    """The bare file name of an entry; refuses what tries to leave, hide or explode."""
    path = PurePosixPath(entry.filename)
    if path.is_absolute() or ".." in path.parts or "\\" in entry.filename or ":" in entry.filename:
        raise ImportUnreadable(
            gettext_noop("The zip contains {filename!r}, a path outside it. Pack the files by themselves.").format(
                filename=entry.filename
            )
        )
    if stat.S_ISLNK(entry.external_attr >> 16):
        raise ImportUnreadable(
            gettext_noop("The zip contains {filename!r}, a link. Pack the file itself.").format(filename=entry.filename)
        )
    if entry.flag_bits & 0x1:
        raise ImportUnreadable(
            gettext_noop("{filename} in the zip is encrypted. Pack it without a password.").format(
                filename=entry.filename
            )
        )
    if path.parts[0] == "__MACOSX":  # what a Mac packs beside a folder, a folder deeper than the files themselves
        return path.parts[0]
    if len(path.parts) > 2:
        raise ImportUnreadable(
            gettext_noop(
                "The zip contains {filename!r}; only one folder deep is read. Pack the files by themselves."
            ).format(filename=entry.filename)
        )
    if entry.file_size > _SMALL and entry.file_size > ZIP_MOST_RATIO * max(entry.compress_size, 1):
        raise ImportUnreadable(
            gettext_noop(
                "{filename} in the zip unpacks to more than {zip_most_ratio} times its size; it cannot be an "
                "honest table. Pack the tables alone, or upload it as it is."
            ).format(filename=entry.filename, zip_most_ratio=ZIP_MOST_RATIO)
        )
    return path.name


@contextmanager
def folder_open(path: Path) -> Iterator[FolderSource]:
    """The folder or zip at a path."""
    if path.is_dir():
        yield DirectorySource(path)
    elif path.is_file():
        try:
            archive = zipfile.ZipFile(path)
        except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
            raise ImportUnreadable(
                gettext_noop("This is neither a folder nor a readable zip. Pack or upload it again ({error}).").format(
                    error=error
                )
            ) from error
        with archive:
            yield ZipSource(archive)
    else:
        raise ImportUnreadable(gettext_noop("There is no folder or zip {path}.").format(path=path.name))
