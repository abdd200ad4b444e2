"""The Data page: recompute once, upload with a look first, undo after asking; only for who may."""

from __future__ import annotations

import shutil
from contextlib import suppress
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from departments.models import Job, Membership
from pipeline import tasks
from pipeline.imports.lock import import_lock
from pipeline.imports.problems import ImportBusy
from pipeline.models import ImportBatch, Opportunity, RecomputeRun, Upload
from pipeline.selectors.data.runs import interrupted_run, run_in_progress
from pipeline.services.imports import company_folder_load
from pipeline.services.recompute.lock import recompute_lock
from revenue_health.celery import app

pytestmark = pytest.mark.django_db
RECOMPUTE = "/data/recompute/"


@pytest.fixture(autouse=True)
def _own_uploads(settings: Any, tmp_path: Path) -> None:
    settings.UPLOADS = tmp_path / "uploads"


class Workers:
    """What waits for a worker in the real queue."""

    def __init__(self, on_commit: Any) -> None:
        self.on_commit = on_commit

    def post(self, client: Client, address: str, given: dict[str, Any] | None = None, **more: Any) -> Any:
        """Post as a browser does; what is to happen after the commit happens."""
        with self.on_commit(execute=True):
            return client.post(address, given, **more)

    def asked(self) -> list[tuple[str, dict[str, Any]]]:
        """Tasks and their arguments, oldest first; the queue is empty afterwards."""
        found = []
        with (
            app.connection_for_read() as connection,
            connection.SimpleQueue("celery") as queue,
            suppress(queue.Empty),
        ):
            while message := queue.get(block=False):
                found.append((message.headers["task"].rpartition(".")[2], message.payload[1]))
                message.ack()
        return found


@pytest.fixture
def workers(django_capture_on_commit_callbacks: Any) -> Workers:
    found = Workers(django_capture_on_commit_callbacks)
    found.asked()
    return found


@pytest.mark.parametrize("name", ["data_recompute", "import_upload_start"])
def test_a_head_may_not_manage_data(head: Client, workers: Workers, name: str) -> None:
    assert workers.post(head, reverse(f"pipeline:{name}")).status_code == 404
    assert not workers.asked()
    assert b"Calculate now" not in head.get("/data/").content


def test_pressing_twice_asks_once(ceo: Client, workers: Workers) -> None:
    for _ in range(2):
        response = workers.post(ceo, RECOMPUTE, headers={"HX-Request": "true"})
        assert "Queued …".encode() in response.content
    [(task, given)] = workers.asked()
    assert (task, given["full"]) == ("recompute_requested", False)


def test_a_running_recompute_shows_how_far_it_is(ceo: Client, workers: Workers) -> None:
    now = timezone.now()
    run = RecomputeRun.objects.create(as_of=now, started_at=now, step="custody", done_share=0.42)
    text = ceo.get("/data/").content.decode()
    assert "◐ running" not in text, "nobody works on it"
    assert "▼ interrupted" in text
    assert (run_in_progress(), interrupted_run()) == (None, run)
    with recompute_lock():
        assert_running(ceo, workers)


def assert_running(ceo: Client, workers: Workers) -> None:
    text = ceo.get("/data/runs/", headers={"HX-Request": "true"}).content.decode()
    assert "custody, 42 % done" in text
    assert 'hx-trigger="every 1s"' in text
    assert workers.post(ceo, RECOMPUTE).status_code == 302
    assert not workers.asked()


def test_when_the_run_has_ended_the_asking_ends(ceo: Client, workers: Workers) -> None:
    assert b"every 1s" in workers.post(ceo, RECOMPUTE, headers={"HX-Request": "true"}).content
    recompute_requested_is_done()
    text = ceo.get("/data/runs/", headers={"HX-Request": "true"}).content.decode()
    assert "every 1s" not in text
    assert 'id="freshness" hx-swap-oob="true"' in text


def recompute_requested_is_done() -> None:
    now = timezone.now()
    RecomputeRun.objects.create(as_of=now, started_at=now, status="failed", error="Lost its database.")
    Job.objects.update(state=Job.State.DONE)


def zipped(folder: Path, **changed: str) -> SimpleUploadedFile:
    """The company's zip, with some files replaced."""
    buffer = BytesIO()
    with ZipFile(folder / "company.zip") as source, ZipFile(buffer, "w") as target:
        for entry in source.infolist():
            if not entry.is_dir():
                target.writestr(entry.filename, changed.get(Path(entry.filename).stem, source.read(entry)))
    return SimpleUploadedFile("my company.zip", buffer.getvalue(), content_type="application/zip")


def test_an_upload_is_looked_at_first_and_taken_in_once(shown: Path, ceo: Client, workers: Workers) -> None:
    page = workers.post(ceo, "/data/uploads/", {"folder": zipped(shown)})["Location"]
    assert "Queued …".encode() in ceo.get(page).content
    [(_, given)] = workers.asked()
    tasks.folder_check_requested(**given)
    assert b"Preview: nothing was changed yet" in ceo.get(page).content
    assert ImportBatch.objects.count() == 1
    for _ in range(2):
        workers.post(ceo, f"{page}take-in/")
    [(task, given)] = workers.asked()
    assert task == "folder_import_requested"
    tasks.folder_import_requested(**given)
    assert b"Imported. Calculate" in ceo.get(page).content
    assert ImportBatch.objects.get(name="my_company.zip").user.username == "ceo"


def test_an_upload_with_a_bad_row_is_not_taken_in(shown: Path, ceo: Client, workers: Workers) -> None:
    folder = zipped(shown, departments="key,name,kind\nlegal,Legal,nonsense\n")
    page = workers.post(ceo, "/data/uploads/", {"folder": folder})["Location"]
    [(_, given)] = workers.asked()
    tasks.folder_check_requested(**given)
    text = ceo.get(page).content.decode()
    assert "so nothing is imported" in text
    assert "nonsense" in text
    workers.post(ceo, f"{page}take-in/")
    assert not workers.asked()
    assert ImportBatch.objects.count() == 1


@pytest.mark.parametrize("content", [b"", b"not a zip at all"])
def test_what_is_no_zip_is_refused_at_once(ceo: Client, workers: Workers, content: bytes) -> None:
    response = workers.post(ceo, "/data/uploads/", {"folder": SimpleUploadedFile("a.zip", content)})
    assert response.status_code == 422
    assert b'role="alert"' in response.content
    assert not workers.asked()


def test_undo_asks_first_and_then_takes_everything_out(ceo: Client) -> None:
    address = reverse("pipeline:import_undo", args=[ImportBatch.objects.get().pk])
    assert b"Undo import" in ceo.get(address).content
    assert Opportunity.objects.exists()
    # Heads belong to departments of this import: with them it could not be taken out.
    Membership.objects.exclude(department=None).delete()
    gone = ceo.post(address)
    assert gone.status_code == 302, gone.content.decode()
    assert gone["Location"] == "/data/"
    assert not Opportunity.objects.exists()
    assert ceo.get(address).status_code == 404


def test_undo_that_is_refused_says_why_and_changes_nothing(ceo: Client) -> None:
    response = ceo.post(reverse("pipeline:import_undo", args=[ImportBatch.objects.get().pk]))
    assert response.status_code == 409
    assert b"It cannot be undone; nothing was changed." in response.content
    assert ImportBatch.objects.get().status == "done"


def test_a_refused_import_shows_its_rows_and_gives_its_file(ceo: Client, head: Client, tmp_path: Path) -> None:
    (tmp_path / "departments.csv").write_text("key,name,kind\nlegal,Legal,nonsense\n")
    result = company_folder_load(path=tmp_path)
    address = reverse("pipeline:import", args=[result.batch])
    text = ceo.get(address).content.decode()
    assert "nonsense" in text
    assert "refused, nothing was imported" in text
    download = ceo.get(f"{address}errors/")
    assert b"nonsense" in b"".join(download.streaming_content)
    assert head.get(f"{address}errors/").status_code == 404


def test_only_error_files_of_uploads_are_given(ceo: Client) -> None:
    batch = ImportBatch.objects.get()
    ImportBatch.objects.filter(pk=batch.pk).update(errors_file="/etc/hostname")
    assert ceo.get(reverse("pipeline:import_errors", args=[batch.pk])).status_code == 404


def test_the_second_upload_waits_in_line(shown: Path, ceo: Client, workers: Workers) -> None:
    pages = [workers.post(ceo, "/data/uploads/", {"folder": zipped(shown)})["Location"] for _ in range(2)]
    assert "Queued …".encode() in ceo.get(pages[0]).content
    second = ceo.get(pages[1]).content.decode()
    assert "In line behind my_company.zip" in second
    assert "nothing needs to be sent again" in second
    Job.objects.filter(pk=Job.objects.first().pk).update(state=Job.State.RUNNING, touched_at=timezone.now(), attempts=1)
    assert "Checking …".encode() in ceo.get(pages[0]).content
    Job.objects.update(touched_at=timezone.now() - timedelta(minutes=1))
    assert b"It was interrupted" in ceo.get(pages[0]).content


def test_an_import_beside_it_keeps_an_upload_waiting_and_fails_nothing(
    shown: Path, ceo: Client, workers: Workers, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = workers.post(ceo, "/data/uploads/", {"folder": zipped(shown)})["Location"]

    def busy(**given: Any) -> None:
        raise ImportBusy("Another import is running.")

    monkeypatch.setattr("pipeline.services.uploads.company_folder_load", busy)
    token = page.rstrip("/").rpartition("/")[2]
    with pytest.raises(ImportBusy):
        tasks.folder_check_requested(token=token)
    assert tasks.folder_check_requested.busy == (ImportBusy,)
    assert b"It failed" not in ceo.get(page).content
    assert Upload.objects.get().state == Upload.State.CHECKING


def test_an_import_whose_process_died_is_not_called_running(ceo: Client) -> None:
    dead = ImportBatch.objects.create(kind="folder", name="dead", started_at=timezone.now())
    for address in ("/data/", f"/data/imports/{dead.pk}/"):
        assert "◐ running" not in ceo.get(address).content.decode()
    with import_lock():
        assert "◐ running" in ceo.get("/data/").content.decode()


def test_there_must_be_room_for_an_upload(shown: Path, ceo: Client, workers: Workers, settings: Any) -> None:
    settings.UPLOAD_QUOTA_MB = 0
    answer = workers.post(ceo, "/data/uploads/", {"folder": zipped(shown)})
    assert answer.status_code == 422
    assert b"Uploads waiting for a decision" in answer.content
    assert not workers.asked()
    assert not Upload.objects.exists()


def test_a_full_disk_refuses_before_anything_is_written(
    shown: Path, ceo: Client, workers: Workers, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = shutil.disk_usage("/")._replace(free=1024**3)
    monkeypatch.setattr("shutil.disk_usage", lambda path: usage)
    answer = workers.post(ceo, "/data/uploads/", {"folder": zipped(shown)})
    assert (answer.status_code, b"has 1,024 MB free" in answer.content) == (422, True)
    assert not list(Path(settings.UPLOADS).rglob("*.zip"))


def test_zips_that_were_refused_or_taken_in_are_removed(
    shown: Path, ceo: Client, workers: Workers, settings: Any
) -> None:
    kept = Path(settings.UPLOADS) / "uploaded"
    for folder, left in ((zipped(shown, departments="key,name,kind\nlegal,Legal,no\n"), 0), (zipped(shown), 1)):
        page = workers.post(ceo, "/data/uploads/", {"folder": folder})["Location"]
        token = page.rstrip("/").rpartition("/")[2]
        tasks.folder_check_requested(token=token)
        assert len(list(kept.glob("*.zip"))) == left
    workers.post(ceo, f"{page}take-in/")
    tasks.folder_import_requested(token=token)
    assert not list(kept.glob("*.zip"))
