"""The sample company: looked at in an empty installation, marked everywhere, gone without a trace afterwards."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.test import Client
from django.utils import timezone

from departments.models import Comment, Company, Department, DepartmentHead, Membership, User
from departments.models.jobs import Job
from pipeline.models import ImportBatch, Opportunity, RecomputeRun, SourcePull
from pipeline.services import sample
from pipeline.services.imports import company_folder_load
from pipeline.services.recompute import recompute
from pipeline.services.sample import SampleRefused, may_load_sample, sample_discard, sample_load
from pipeline.tasks import sample_requested, source_read_requested
from tests.pipeline.folders import folder_write
from tests.worker import queue_empty, work_off

pytestmark = pytest.mark.django_db(transaction=True)
LEFT = {
    "User", "UserEvent", "Membership", "MembershipEvent", "AccessLog", "DataSource", "DataSourceEvent", "SourcePull",
    "Job",
}  # fmt: skip
"""Accounts with their roles for the whole company, who read what, sources of one's own with their files, and work on
these."""


@pytest.fixture
def executive(settings: Any, tmp_path: Path, monkeypatch: Any) -> Client:
    settings.CUSTODY_STORE = tmp_path / "custody"
    cache.clear()
    call_command("flush", verbosity=0, interactive=False)
    # A message of an earlier test would be taken for the job that has its number now.
    queue_empty()
    monkeypatch.setattr(sample, "OPPORTUNITIES", 120)
    monkeypatch.setattr(sample, "YEARS", 1)
    person = User.objects.create_user("eva", first_name="Eva")
    Membership.objects.create(user=person, role="executive")
    client = Client()
    client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    return client


def rows() -> dict[str, int]:
    """Tables of ours that have rows."""
    ours = ("departments", "pipeline", "revenue_health")
    counts = {model.__name__: model.objects.count() for model in apps.get_models() if model.__module__.startswith(ours)}
    return {name: count for name, count in counts.items() if count}


def page(client: Client, address: str) -> str:
    response = client.get(address)
    assert response.status_code == 200
    return " ".join(response.content.decode().split())


def test_it_comes_by_one_button_is_marked_on_pages_and_goes_without_a_trace(
    executive: Client, settings: Any, tmp_path: Path
) -> None:
    assert "Load a sample company" in page(executive, "/set-up/")
    for _ in range(2):
        assert executive.post("/set-up/sample/").status_code == 302
    assert Job.objects.filter(task=sample_requested.name).count() == 1
    assert "The sample company is being made" in page(executive, "/set-up/")
    sample_load(user=User.objects.get())
    assert Opportunity.objects.count() == 120
    for address in ("/pipeline/", "/data/", "/settings/", "/people/"):
        assert 'id="sample-banner"' in page(executive, address), address
    before = rows()
    legal = Department.objects.get(key="legal")
    Membership.objects.create(user=User.objects.create_user("lou"), role="head", department=legal)
    eva = User.objects.get(username="eva")
    Comment.objects.create(
        author=eva, subject="share:legal:2026-Q4", subject_label="Legal", text="Why?", at=timezone.now()
    )
    uploaded = {"uploads": SimpleUploadedFile("Our CRM.csv", b"Deal ID,Amount\nD1,100\n")}
    assert executive.post("/data/sources/", uploaded).status_code == 302
    assert DepartmentHead.objects.exists()
    assert before["Event"] > 100
    assert executive.get("/set-up/sample/throw-away/").status_code == 200
    assert Company.objects.exists()
    assert executive.post("/set-up/sample/throw-away/").status_code == 302
    assert set(rows()) - LEFT == set()
    assert [(role.user.username, role.role) for role in Membership.objects.all()] == [("eva", "executive")]
    # What a worker has still to do with one's own file it does; the sample's night ends, and itself does not come back.
    assert Job.objects.filter(task=source_read_requested.name).exists()
    assert not Job.objects.filter(task=sample_requested.name).exists()
    work_off()
    assert set(Job.objects.values_list("state", flat=True)) == {Job.State.DONE}
    assert [(pull.source.name, pull.state) for pull in SourcePull.objects.all()] == [("Our CRM", "read")]
    assert not list(Path(settings.CUSTODY_STORE).glob("*.p*"))
    assert "sample-banner" not in page(executive, "/set-up/")
    assert may_load_sample()
    # One's own company comes next, and its figures are its own.
    assert company_folder_load(path=folder_write(tmp_path / "own")).accepted
    recompute()
    assert not Company.objects.get().sample


def test_nothing_is_imported_into_it(executive: Client, tmp_path: Path) -> None:
    sample_load(user=None)
    result = company_folder_load(path=folder_write(tmp_path / "own"))
    assert not result.accepted
    assert "This is the sample company. Throw it away first" in str(result.problems[0])
    assert Opportunity.objects.count() == 120
    sample_discard()
    assert not ImportBatch.objects.exists()


def test_ones_own_data_are_neither_replaced_by_it_nor_thrown_away(executive: Client, tmp_path: Path) -> None:
    company_folder_load(path=folder_write(tmp_path / "own"))
    deals = Opportunity.objects.count()
    assert "Load a sample company" not in page(executive, "/set-up/")
    with pytest.raises(SampleRefused, match="There is a company already"):
        sample_load(user=None)
    answer = executive.post("/set-up/sample/throw-away/")
    assert answer.status_code == 409
    assert "your own data are not thrown away here" in answer.content.decode()
    assert Opportunity.objects.count() == deals > 0


def test_what_came_in_since_the_button_was_pressed_is_never_called_the_sample(
    executive: Client, tmp_path: Path, monkeypatch: Any
) -> None:
    company_folder_load(path=folder_write(tmp_path / "own"))
    monkeypatch.setattr(sample, "may_load_sample", lambda: True)
    with pytest.raises(SampleRefused):
        sample_load(user=None)
    assert not Company.objects.get().sample
    assert not RecomputeRun.objects.exists(), "ones own data are not computed by it either"
