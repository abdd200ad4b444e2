"""A number typed beside “nothing to report” is not dropped, by whichever form it is sent."""

from __future__ import annotations

import pytest
from django.test import Client

from departments.models import Department, Entry, Measurable, User
from departments.updates.services.update_links import update_link_issue, update_link_token
from tests.departments.scorecards.companies import DUE, NOW

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("address", ["/my/{pk}/", "/my/"])
def test_my_updates_ask_which_of_both_is_meant(lea: Client, measurables: dict[str, Measurable], address: str) -> None:
    pk = measurables["reviews"].pk

    def send(version: int, value: str, *, nothing: bool) -> int:
        sent = {"week": DUE.isoformat(), f"value-{pk}": value, f"note-{pk}": "", f"version-{pk}": str(version)}
        answer = lea.post(address.format(pk=pk), sent | ({f"nothing-{pk}": "on"} if nothing else {}),
                          headers={"HX-Request": "true"})  # fmt: skip
        if answer.status_code == 422:
            assert "You wrote 25 and ticked “Nothing to report”" in answer.content.decode()
        return int(answer.status_code)

    assert send(0, "", nothing=True) < 400
    assert send(1, "25", nothing=True) == 422
    assert Entry.objects.get().value is None
    assert send(1, "25", nothing=False) < 400
    assert Entry.objects.get().value == 25
    # A number that stands there goes when the box is ticked beside it.
    assert send(2, "25", nothing=True) < 400
    assert (Entry.objects.get().value, Entry.objects.get().note) == (None, "Nothing to report")


@pytest.mark.usefixtures("wednesday")
def test_a_link_is_not_used_up_by_it(measurables: dict[str, Measurable]) -> None:
    pk, lea = measurables["reviews"].pk, User.objects.get(username="lea")
    legal = Department.objects.get(key="legal").pk
    page = f"/u/{update_link_token(update_link_issue(user=lea, department=legal, week=DUE, now=NOW))}/"
    answer = Client().post(page, {f"value-{pk}": "21", f"nothing-{pk}": "on"})
    assert (answer.status_code, Entry.objects.count()) == (422, 0)
    assert Client().post(page, {f"value-{pk}": "21"}).status_code == 200
    assert Entry.objects.get().value == 21
