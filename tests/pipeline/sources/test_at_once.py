"""Uploads and mappings of one source by two people at the same moment."""

from __future__ import annotations

from typing import Any
from unittest.mock import patch

import pytest
from django.core.cache import cache
from django.test import Client

from departments.models import User
from pipeline.models import DataSource, SourceMapping, SourcePull
from pipeline.services.sources import pulls
from pipeline.services.sources.pulls import pull_start
from tests.departments.web.simultaneous import simultaneously
from tests.forms.html_forms import forms_of
from tests.pipeline.sources.uploads import COMPANY, HEADER, edit, look, upload

pytestmark = pytest.mark.django_db(transaction=True)
DEALS = HEADER + (
    "D1,Won,2026-01-05,2026-02-03,1200,Ann,\nD2,Lost,2026-01-06,2026-02-04,900,Bob,Price\nD3,Offer,2026-01-07,,700,Bob,\n"
)


@pytest.fixture
def client() -> Client:
    cache.clear()
    signed_in = Client(raise_request_exception=False)
    root = User.objects.create_superuser("root", "root@example.com")
    signed_in.force_login(root, backend="django.contrib.auth.backends.ModelBackend")
    return signed_in


def test_two_uploads_of_one_name_begin_two_sources() -> None:
    def start() -> SourcePull:
        return pull_start(files=[("deals.csv", [DEALS.encode()])], source=None, user=None)

    results = simultaneously(start, start, table="pipeline_datasource")
    assert [type(result) for result in results] == [SourcePull, SourcePull]
    assert sorted(DataSource.objects.values_list("name", flat=True)) == ["deals", "deals 2"]


def test_of_two_mappings_one_is_looked_at_and_one_not_saved(client: Client) -> None:
    pull = upload({"deals.csv": DEALS})
    page = f"/data/sources/files/{pull.token}/"
    form = next(form for form in forms_of(page, client.get(page).content) if form.action.endswith("/mapping/"))
    before = SourceMapping.objects.count()

    def save() -> Any:
        return client.post(form.action, form.sent())

    answers = simultaneously(save, save, table="pipeline_sourcepull")
    assert [answer.status_code for answer in answers] == [302, 302]
    texts = [str(message) for answer in answers for message in answer.wsgi_request._messages]
    assert [text.startswith("Not saved") for text in texts] == [True]
    pull.refresh_from_db()
    assert pull.state == SourcePull.State.LOOKING
    assert SourceMapping.objects.count() <= before + 1


def test_a_mapping_that_comes_while_files_are_looked_at(client: Client) -> None:
    """The look is taken again: files that wait for nobody would never be free again."""
    pull = upload({"deals.csv": DEALS})
    edit(pull, company=COMPANY)
    content_for = pulls.content_for

    def content_while_somebody_edits(*arguments: Any) -> Any:
        if SourceMapping.objects.count() == 2:
            edit(pull, company={"name": "Other"})
        return content_for(*arguments)

    with patch.object(pulls, "content_for", content_while_somebody_edits):
        outcome = look(pull)
    assert (pull.state, outcome["version"]) == (SourcePull.State.LOOKED, 3)
