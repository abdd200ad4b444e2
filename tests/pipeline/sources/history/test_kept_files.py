"""The files that sources keep: they count as uploads do, and are removed when a person says so."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.core.management.base import CommandError
from django.test import Client

from departments.models import User
from pipeline.models import DataSource, Event, ImportBatch, Opportunity, SourceMapping, SourcePull
from pipeline.services.imports_undo import import_undo
from pipeline.services.sources.pulls import pull_read
from pipeline.services.sources.storage import has_files, pull_bytes, pull_folder, sources_bytes, tables_folder
from pipeline.services.uploads import UploadRefused, upload_room_check
from tests.pipeline.sources.uploads import COMPANY, HEADER, edit, look, take_in, upload

pytestmark = pytest.mark.django_db(transaction=True)
MEGABYTE = 1024**2
ROWS = "D1,Offer,2026-02-02,,100,Ann,\nD2,Won,2026-02-03,2026-03-01,400,Bob,\n"


@pytest.fixture(autouse=True)
def _folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "UPLOADS", tmp_path / "uploads")
    monkeypatch.setattr(settings, "CUSTODY_STORE", tmp_path / "custody")


@pytest.fixture
def root() -> Client:
    client = Client()
    person = User.objects.create_superuser("root", "root@example.com", "quiet-river-stone")
    client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    return client


@pytest.fixture
def imported() -> SourcePull:
    pull = upload({"deals.csv": HEADER + ROWS})
    edit(pull, company=COMPANY)
    assert look(pull)["accepted"], pull.look
    return take_in(pull)


@contextmanager
def quota(megabytes: int, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    with monkeypatch.context() as patch:
        patch.setattr(settings, "UPLOAD_QUOTA_MB", megabytes)
        yield


def sized(name: str, megabytes: int) -> SourcePull:
    """An upload whose folder has exactly this size."""
    pull = upload({name: HEADER + ROWS})
    room = megabytes * MEGABYTE - pull_bytes(pull.token)
    (pull_folder(pull.token) / "filler").write_bytes(b"\0" * room)
    return pull


def test_what_sources_keep_counts_as_uploads_do(monkeypatch: pytest.MonkeyPatch) -> None:
    sized("a.csv", 2)
    second = sized("b.csv", 3)
    zips = Path(settings.UPLOADS) / "uploaded"
    zips.mkdir()
    (zips / "waiting.zip").write_bytes(b"\0" * MEGABYTE)
    assert sources_bytes() == 5 * MEGABYTE
    # 5 MB of sources and 1 MB that waits leave 2 of 8.
    with quota(8, monkeypatch):
        upload_room_check(size=2 * MEGABYTE)
        with pytest.raises(UploadRefused, match="take 1 MB and files of sources 5 MB of 8 MB") as refused:
            upload_room_check(size=2 * MEGABYTE + 1)
        assert "Remove files of a source" in str(refused.value)
        call_command("source", "remove", second.source.name, "--files", second.token, "--yes")
        upload_room_check(size=5 * MEGABYTE)


def test_the_browser_and_the_command_refuse_files_that_have_no_room(
    root: Client, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sized("a.csv", 2)
    with quota(2, monkeypatch):
        answer = root.post("/data/sources/", {"uploads": SimpleUploadedFile("b.csv", (HEADER + ROWS).encode())})
        assert (answer.status_code, b"files of sources 2 MB of 2 MB" in answer.content) == (422, True)
        (tmp_path / "c.csv").write_text(HEADER + ROWS)
        with pytest.raises(CommandError, match="files of sources 2 MB of 2 MB"):
            call_command("source", "add", str(tmp_path / "c.csv"))
    assert DataSource.objects.count() == 1


def test_tables_are_removed_once_the_files_are_in(imported: SourcePull) -> None:
    assert not tables_folder(imported.token).exists()
    import_undo(batch_id=ImportBatch.objects.get().pk)
    SourcePull.objects.update(state=SourcePull.State.READING, batch=None)
    pull_read(token=imported.token)
    imported.refresh_from_db()
    assert look(imported)["accepted"], imported.look
    assert take_in(imported).state == SourcePull.State.DONE
    assert Opportunity.objects.count() == 2


def test_an_imported_upload_loses_its_files_and_keeps_its_deals(root: Client, imported: SourcePull) -> None:
    page, events = f"/data/sources/files/{imported.token}/remove/", Event.objects.count()
    question = root.get(page).content.decode()
    assert "a mended mapping can no longer be applied" in question
    assert "never imported" not in question
    assert has_files(imported.token)
    assert root.post(page).status_code == 302
    assert not pull_folder(imported.token).exists()
    assert (Event.objects.count(), SourcePull.objects.get().batch_id) == (events, imported.batch_id)
    assert root.get(page).status_code == 404

    # Undone, it offers the upload and not files that are gone; a request for them says so.
    import_undo(batch_id=ImportBatch.objects.get().pk)
    shown = root.get(f"/data/sources/files/{imported.token}/").content.decode()
    assert "The files were removed" in shown
    assert "Use these files again" not in shown
    SourcePull.objects.update(state=SourcePull.State.READING, batch=None)
    pull_read(token=imported.token)
    imported.refresh_from_db()
    assert (imported.state, "Upload them again" in imported.error) == (SourcePull.State.FAILED, True)


def test_an_upload_that_was_never_imported_goes_altogether(root: Client) -> None:
    pull = upload({"deals.csv": HEADER + ROWS})
    page = f"/data/sources/files/{pull.token}/remove/"
    assert "were never imported: nothing else changes" in root.get(page).content.decode()
    root.post(page)
    assert not SourcePull.objects.exists()
    assert SourceMapping.objects.count() == 1


def test_nothing_is_removed_under_a_worker(root: Client) -> None:
    pull = upload({"deals.csv": HEADER + ROWS})
    SourcePull.objects.update(state=SourcePull.State.IMPORTING)
    for page in (f"/data/sources/files/{pull.token}/remove/", f"/data/sources/{pull.source_id}/remove/"):
        answer = root.post(page)
        assert (answer.status_code, b"A worker is at deals.csv" in answer.content) == (409, True)
    assert has_files(pull.token)
    assert DataSource.objects.exists()


def test_a_source_goes_with_everything_but_its_imports(root: Client, imported: SourcePull) -> None:
    waiting = upload({"deals.csv": HEADER + ROWS}, source=imported.source)
    other = upload({"other.csv": HEADER + ROWS})
    page = f"/data/sources/{imported.source_id}/remove/"
    question = root.get(page).content.decode()
    assert "the files of 2 uploads" in question
    assert "2 versions of the mapping" in question
    assert "1 import of it stays" in question
    root.post(page)
    assert [pull.token for pull in SourcePull.objects.all()] == [other.token]
    assert [pull_folder(pull.token).exists() for pull in (imported, waiting, other)] == [False, False, True]
    assert (ImportBatch.objects.get().status, Opportunity.objects.count()) == ("done", 2)


def test_the_command_says_first_and_removes_with_yes(imported: SourcePull, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("source", "remove", "deals")
    assert "would be removed; say --yes" in capsys.readouterr().out
    assert has_files(imported.token)
    with pytest.raises(CommandError, match=imported.token):
        call_command("source", "remove", "deals", "--files", "nothing", "--yes")
    call_command("source", "remove", "deals", "--yes")
    assert not DataSource.objects.exists()
    assert not pull_folder(imported.token).exists()


def test_folders_that_no_upload_names_go_after_a_day() -> None:
    named = upload({"deals.csv": HEADER + ROWS})
    young, old = pull_folder("ab" * 12), pull_folder("cd" * 12)
    for folder in (young, old):
        folder.mkdir()
    yesterday = time.time() - 25 * 3600
    for folder in (old, pull_folder(named.token)):
        os.utime(folder, (yesterday, yesterday))
    upload_room_check(size=0)
    assert [folder.exists() for folder in (young, old, pull_folder(named.token))] == [True, False, True]
