"""What counts as the same form sent again, and what its second sender gets; every form: tests/test_sent_twice.py."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib import messages
from django.contrib.messages.storage.cookie import CookieStorage
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.test import Client, RequestFactory

from departments.models import Department, Invitation, User
from departments.web import double_submission
from departments.web.double_submission import submitted_once
from pipeline.models import DataSource, SourcePull

pytestmark = pytest.mark.django_db
TOKEN = {"csrfmiddlewaretoken": "t" * 64}


@pytest.fixture
def root() -> Client:
    cache.clear()
    Department.objects.create(key="legal", name="Legal")
    client = Client()
    client.force_login(User.objects.create_superuser("root"), backend="django.contrib.auth.backends.ModelBackend")
    return client


def sent(
    view: Callable[..., HttpResponse], *, user: int = 1, token: str = "t", **content: Any
) -> tuple[Any, list[str]]:
    """What a view answers to a form, and the messages that wait for the next page."""
    request = RequestFactory().post("/new/?by=month", {"csrfmiddlewaretoken": token} | content)
    request.user = User(pk=user)
    request._messages = CookieStorage(request)  # type: ignore[attr-defined]  # as its middleware does
    response = submitted_once(view)(request)
    return response, [str(message) for message in request._messages._queued_messages]  # type: ignore[attr-defined]


class Saves:
    """A page that saves what it is sent, unless it is empty; counts what it saved."""

    def __init__(self, *, seconds: float = 0.0) -> None:
        self.saved: list[str] = []
        self.seconds = seconds

    def __call__(self, request: HttpRequest) -> HttpResponse:
        text = request.POST.get("text", "")
        if not text:
            return HttpResponse("Say something", status=422)
        if text == "broken":
            self.saved.append("nothing")
            raise ZeroDivisionError
        time.sleep(self.seconds)
        self.saved.append(text)
        (messages.error if text == "refused" else messages.success)(request, f"Saved: {text}")
        return HttpResponseRedirect(f"/rows/{len(self.saved)}/")


@pytest.fixture
def page() -> Saves:
    cache.clear()
    return Saves()


def test_the_second_gets_the_redirect_and_the_messages_of_the_first(page: Saves) -> None:
    for _ in range(3):
        response, texts = sent(page, text="one")
        assert (response.status_code, response.url, texts) == (302, "/rows/1/", ["Saved: one"])
    assert page.saved == ["one"]


@pytest.mark.parametrize("other", [{"text": "two"}, {"token": "u"}, {"user": 2}, {"also": "x"}])
def test_something_else_of_another_page_or_person_is_saved(page: Saves, other: dict[str, Any]) -> None:
    sent(page, text="one")
    sent(page, **({"text": "one"} | other))
    assert len(page.saved) == 2


def test_a_request_without_a_token_is_always_taken(page: Saves) -> None:
    for _ in range(2):
        sent(page, token="", text="one")
    assert len(page.saved) == 2


def test_what_was_refused_is_looked_at_again(page: Saves) -> None:
    for _ in range(2):
        assert sent(page)[0].status_code == 422
        assert sent(page, text="refused")[0].status_code == 302
        with pytest.raises(ZeroDivisionError):
            sent(page, text="broken")
    assert page.saved == ["refused", "nothing"] * 2
    assert sent(page, text="one")[0].status_code == 302


def test_the_second_waits_while_the_first_is_saved() -> None:
    cache.clear()
    page, answers = Saves(seconds=0.5), list[Any]()
    threads = [threading.Thread(target=lambda: answers.append(sent(page, text="one"))) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert page.saved == ["one"]
    assert [response.url for response, _ in answers] == ["/rows/1/"] * 3


def test_who_waits_too_long_reads_that_nothing_is_saved_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    cache.clear()
    monkeypatch.setattr(double_submission, "WAIT_SECONDS", 0.1)
    page = Saves(seconds=1.0)
    first = threading.Thread(target=sent, args=[page], kwargs={"text": "one"})
    first.start()
    time.sleep(0.3)
    response, _ = sent(page, text="one")
    first.join()
    assert (response.status_code, "Still being saved" in response.content.decode()) == (503, True)
    assert sent(page, text="one")[0].url == "/rows/1/"
    assert page.saved == ["one"]


def test_a_form_names_the_rendering_it_was_sent_from(root: Client) -> None:
    def token() -> set[str]:
        return set(re.findall(r'csrfmiddlewaretoken" value="([^"]+)"', root.get("/people/").content.decode()))

    first, second = token(), token()
    assert len(first) == len(second) == 1
    assert first != second


def test_a_refused_invitation_is_corrected_and_sent(root: Client) -> None:
    form = TOKEN | {"email": "ann@example.com", "role": "analyst"}
    assert root.post("/people/", form | {"email": "ann"}).status_code == 422
    taken = User.objects.create_user("ann", "ann@example.com")
    assert root.post("/people/", form).status_code == 422
    taken.delete()
    for _ in range(2):
        assert root.post("/people/", form).status_code == 302
    assert Invitation.objects.count() == 1


def test_a_file_of_the_same_name_and_size_with_other_content_is_another_upload(root: Client) -> None:
    def upload(amount: int) -> str:
        deals = SimpleUploadedFile("deals.csv", f"Deal ID,Amount\nD1,{amount}\n".encode())
        response = root.post("/data/sources/", TOKEN | {"uploads": deals})
        assert response.status_code == 302
        return str(response.url)

    assert upload(100) == upload(100)
    assert upload(100) != upload(200)
    assert (DataSource.objects.count(), SourcePull.objects.count()) == (2, 2)
