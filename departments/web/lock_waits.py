"""Lock conflicts and collisions: a page that cannot save because of another transaction says so. Edits made one after
the other are handled elsewhere (docs/architecture.md, "Two people at once").

An import, even a dry run, locks the rows it changes until it ends. A request that saves one of them waits a few
seconds and then answers with a message, instead of blocking a worker of the web server. If two requests add or remove
the same row at the same moment, the second one learns so from the database only, after its own checks have passed;
the same goes for a request that saves a row which has been deleted meanwhile.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.core.exceptions import ObjectDoesNotExist, ObjectNotUpdated
from django.db import IntegrityError, OperationalError, connection, transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from psycopg.errors import (
    DeadlockDetected,
    ExclusionViolation,
    ForeignKeyViolation,
    LockNotAvailable,
    RestrictViolation,
    UniqueViolation,
)

from departments.advisory_locks import AdvisoryLock, transaction_lock

logger = logging.getLogger(__name__)
LOCK_WAIT_SECONDS = 5.0
RETRY_AFTER_SECONDS = 30
_READING = ("GET", "HEAD", "OPTIONS")
_COLLISIONS = (UniqueViolation, ForeignKeyViolation, RestrictViolation, ExclusionViolation)


def is_lock_conflict(error: BaseException | None) -> bool:
    """Whether an error, or one of its causes, is that another transaction held a row for too long."""
    while error is not None:
        if isinstance(error, LockNotAvailable | DeadlockDetected):
            return True
        error = error.__cause__ or error.__context__
    return False


def serialize_saves(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Decorator for pages that save settings: saves run one at a time, each checked against what is stored by then."""

    @wraps(view)
    def alone(request: HttpRequest, *arguments: Any, **named: Any) -> HttpResponse:
        if request.method in _READING:
            return view(request, *arguments, **named)
        with transaction.atomic():
            transaction_lock(AdvisoryLock.SETTINGS)
            return view(request, *arguments, **named)

    return alone


class LockWaitMiddleware:
    """Limits how long a request that saves something waits for a row lock. After that, or if another request got there
    first, the page says that nothing was saved."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.method not in _READING:
            with connection.cursor() as cursor:
                # For the connection (false), not the transaction: a request has several, and none is open yet.
                cursor.execute("SELECT set_config('lock_timeout', %s, false)", [f"{LOCK_WAIT_SECONDS * 1000:.0f}"])
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Answer 503 with the reason for lock conflicts and collisions; other errors propagate."""
        if isinstance(exception, OperationalError) and is_lock_conflict(exception):
            logger.warning("%s %s waited too long for a row", request.method, request.resolver_match)
        elif request.method not in _READING and _is_collision(exception):
            # With the traceback: unless somebody did save at the same moment, a validation of ours is missing.
            logger.error("%s %s collided with another row", request.method, request.resolver_match, exc_info=exception)
        else:
            return None
        response = render(request, "503.html", status=503)
        response.headers["Retry-After"] = str(RETRY_AFTER_SECONDS)
        return response


def _is_collision(exception: Exception) -> bool:
    """Whether another row violates a constraint of the one to be saved, or the row itself no longer exists."""
    if isinstance(exception, IntegrityError):
        return isinstance(exception.__cause__, _COLLISIONS)
    return isinstance(exception, ObjectNotUpdated | ObjectDoesNotExist)
