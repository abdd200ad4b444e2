"""A form that is sent twice, by a double click or a retry of a slow network, does its work once.

Every rendering of a page masks the CSRF token anew, so the token in a form names the page it was sent from. The same
token with the same content is the same submission: the second request waits for the first one and gets its redirect.
Whoever opens the page again, or corrects what was refused, sends something else.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib import messages
from django.contrib.messages import get_messages
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render

REMEMBERED_SECONDS = 600
"""For so long the same submission again leads where the first one led."""
UNFINISHED_SECONDS = 150
"""After so long the first request counts as lost: its process was killed, and the form may be sent again."""
WAIT_SECONDS = 20.0
"""How long the second request waits for the first."""
_POLL_SECONDS = 0.05
_TOKEN = "csrfmiddlewaretoken"  # noqa: S105 - the name of the form field, no secret
_UNFINISHED = "unfinished"
type Answer = dict[str, Any]
"""Where the first submission led (`url`) and its messages (`messages`: level, text, tags)."""


def submitted_once(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Decorator for pages whose form creates or starts something: of two equal submissions the second gets the
    redirect and the messages of the first. Refusals are not remembered, nor are answers other than redirects."""

    @wraps(view)
    def once(request: HttpRequest, *arguments: Any, **named: Any) -> HttpResponse:
        key = submission_key(request) if request.method == "POST" else ""
        if not key:
            return view(request, *arguments, **named)
        until = time.monotonic() + WAIT_SECONDS
        # `add` is atomic on the cache server: of equal requests in any process exactly one gets past it.
        while not cache.add(key, _UNFINISHED, UNFINISHED_SECONDS):
            answer = cache.get(key)
            if isinstance(answer, dict):
                return _answer_again(request, answer)
            if time.monotonic() > until:
                return render(request, "still_saving.html", status=503)
            time.sleep(_POLL_SECONDS)
        return _first(key, request, view, arguments, named)

    return once


def submission_key(request: HttpRequest) -> str:
    """Equal for the same form of the same page sent again by the same person with the same content; empty for a
    request without a form's token, such as that of a script."""
    token = request.POST.get(_TOKEN, "")
    if not token:
        return ""
    digest = hashlib.sha256(repr((request.user.pk, request.get_full_path(), token)).encode())
    digest.update(repr(sorted((name, values) for name, values in request.POST.lists() if name != _TOKEN)).encode())
    for name, files in sorted(request.FILES.lists()):
        for file in files:
            digest.update(repr((name, file.name, file.size)).encode())
            for piece in file.chunks():
                digest.update(piece)
            # The view reads the file from its start again.
            file.seek(0)
    return f"submitted:{digest.hexdigest()}"


def _first(
    key: str, request: HttpRequest, view: Callable[..., HttpResponse], arguments: Any, named: Any
) -> HttpResponse:
    try:
        response = view(request, *arguments, **named)
    # Also when gunicorn ends the process: the form may be sent again at once.
    except BaseException:
        cache.delete(key)
        raise
    # Messages that wait for the next page: nothing public tells them apart from those of the page before.
    added = list(getattr(get_messages(request), "_queued_messages", ()))
    if not isinstance(response, HttpResponseRedirect) or any(message.level >= messages.ERROR for message in added):
        cache.delete(key)
        return response
    texts = [[message.level, str(message.message), message.extra_tags] for message in added]
    cache.set(key, {"url": response.url, "messages": texts}, REMEMBERED_SECONDS)
    return response


def _answer_again(request: HttpRequest, answer: Answer) -> HttpResponse:
    for level, text, tags in answer["messages"]:
        messages.add_message(request, level, text, extra_tags=tags or "")
    return HttpResponseRedirect(answer["url"])
