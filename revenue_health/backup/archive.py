"""The one file of a backup: a ZIP of the database's dump, the files, the sealed key and the manifest."""

from __future__ import annotations

import hashlib
import os
import shutil
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import IO, Any

from revenue_health.backup.errors import BackupError
from revenue_health.backup.manifest import Manifest, parse_manifest

MANIFEST = "manifest.json"
DATABASE = "database.dump"
KEY = "secret_key.sealed"
FOLDERS = ("uploads", "custody")
_BLOCK = 1024 * 1024


class ArchiveWriter:
    """Writes entries one after another and remembers size and hash of each for the manifest."""

    def __init__(self, file: zipfile.ZipFile) -> None:
        self._file = file
        self.members: dict[str, dict[str, Any]] = {}

    @contextmanager
    def entry(self, name: str, *, compress: bool = True) -> Iterator[IO[bytes]]:
        """A stream to write one entry to."""
        info = zipfile.ZipInfo(name)
        info.compress_type = zipfile.ZIP_DEFLATED if compress else zipfile.ZIP_STORED
        # Permissions of Unix stand in the upper half.
        info.external_attr = 0o600 << 16
        # How large it becomes is only known at the end, when the header is written.
        with self._file.open(info, "w", force_zip64=True) as stream:
            counting = _Counting(stream)
            yield counting  # type: ignore[misc]  # a writer is all that is needed of a stream
        self.members[name] = {"bytes": counting.bytes, "sha256": counting.digest.hexdigest()}

    def add_file(self, name: str, path: Path) -> None:
        with path.open("rb") as source, self.entry(name) as target:
            shutil.copyfileobj(source, target, _BLOCK)

    def finish(self, manifest: Manifest) -> None:
        self._file.writestr(MANIFEST, manifest.to_json())


class _Counting:
    """Passes bytes on, counting and hashing them."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream
        self.bytes = 0
        self.digest = hashlib.sha256()

    def write(self, block: bytes) -> int:
        self.bytes += len(block)
        self.digest.update(block)
        return self._stream.write(block)


@contextmanager
def archive_writer(target: Path) -> Iterator[ArchiveWriter]:
    """Write the whole file under its name or none: it grows beside its place and is renamed at the end.

    Raises BackupError where the file exists already or the disk is full; the half-written file is removed.
    """
    if target.exists():
        raise BackupError(f"{target} exists already. Give another name: a backup never overwrites a file.")
    if not target.parent.is_dir():
        raise BackupError(f"The folder {target.parent} does not exist.")
    partial = target.with_name(f".{target.name}.{os.getpid()}.partial")
    try:
        descriptor = os.open(partial, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600)
        with os.fdopen(descriptor, "w+b") as stream:
            with zipfile.ZipFile(stream, "w", compresslevel=1) as file:
                yield ArchiveWriter(file)
            stream.flush()
            os.fsync(stream.fileno())
        partial.rename(target)
    except OSError as problem:
        raise BackupError(f"The backup could not be written: {problem.strerror or problem} ({target}).") from problem
    finally:
        partial.unlink(missing_ok=True)


class ArchiveReader:
    """An opened backup whose every entry was checked against the manifest."""

    def __init__(self, file: zipfile.ZipFile, manifest: Manifest) -> None:
        self._file = file
        self.manifest = manifest

    def open(self, name: str) -> IO[bytes]:
        return self._file.open(name)

    def read(self, name: str) -> bytes:
        return self._file.read(name)

    def extract_folder(self, folder: str, target: Path) -> int:
        """Write the entries below `folder/` to `target`; returns how many."""
        names = [name for name in self.manifest.members if name.startswith(f"{folder}/")]
        for name in names:
            path = target / PurePosixPath(name).relative_to(folder)
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            with self.open(name) as source, path.open("wb") as copy:
                shutil.copyfileobj(source, copy, _BLOCK)
        return len(names)


@contextmanager
def archive_reader(path: Path) -> Iterator[ArchiveReader]:
    """Open a backup and check it whole, before anything is changed; BackupError names the entry that is not right."""
    try:
        with zipfile.ZipFile(path) as file:
            if MANIFEST not in file.namelist():
                raise BackupError(f"{path} is not a backup of Revenue Health: it has no {MANIFEST}.")
            manifest = parse_manifest(file.read(MANIFEST))
            _check(file, manifest)
            yield ArchiveReader(file, manifest)
    except FileNotFoundError:
        raise BackupError(f"There is no file {path}.") from None
    except zipfile.BadZipFile as problem:
        raise BackupError(
            f"{path} is damaged or not a backup of Revenue Health: {problem}. Nothing was changed."
        ) from None


def _check(file: zipfile.ZipFile, manifest: Manifest) -> None:
    present = set(file.namelist()) - {MANIFEST}
    if present != set(manifest.members):
        odd = sorted(present ^ set(manifest.members))
        raise BackupError(f"The backup does not hold what its manifest says: {len(odd)} entries, first {odd[0]}.")
    for name, facts in manifest.members.items():
        parts = PurePosixPath(name).parts
        if name.startswith("/") or ".." in parts or (len(parts) > 1 and parts[0] not in FOLDERS):
            raise BackupError(f"The backup contains a file outside its folders: {name}. Nothing was changed.")
        digest = hashlib.sha256()
        with file.open(name) as stream:
            while block := stream.read(_BLOCK):
                digest.update(block)
        if digest.hexdigest() != facts["sha256"]:
            raise BackupError(f"The entry {name} of the backup is damaged: its checksum differs. Nothing was changed.")
