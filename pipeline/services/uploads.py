"""Company folders uploaded by browser: kept as a zip, looked at by a worker, taken in when a person agrees.

What is known of an upload lives in the cache for a day, under its token; the zip under UPLOADS as long.
"""

from __future__ import annotations

import re
import secrets
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.cache import cache

from departments.models import User
from pipeline.imports.problems import ImportProblem
from pipeline.services.imports import ImportResult, company_folder_load

KEPT_SECONDS = 24 * 3600
PROBLEMS_SHOWN = 20
type State = dict[str, Any]
"""`state` is checking, checked, importing, imported or failed; `name` the file's; then what came out."""


def upload_keep(*, pieces: Iterable[bytes], name: str) -> str:
    """Write the zip piece by piece; returns its token. Zips of yesterday go."""
    token = secrets.token_hex(12)
    path = _path(token)
    path.parent.mkdir(parents=True, exist_ok=True)
    for old in path.parent.glob("*.zip"):
        if old.stat().st_mtime < time.time() - KEPT_SECONDS:
            old.unlink(missing_ok=True)
    with path.open("wb") as target:
        for piece in pieces:
            target.write(piece)
    _write(token, {"state": "checking", "name": name})
    return token


def upload_state(*, token: str) -> State | None:
    """What is known of an upload; None where there is none (any more)."""
    found: State | None = cache.get(_key(token))
    return found


def upload_check(*, token: str) -> None:
    """See what the zip would do, changing nothing."""
    _load(token, done="checked", user=None, dry_run=True)


def upload_confirm(*, token: str) -> bool:
    """Whether the zip is to be taken in now: once, and only if it was looked at and nothing in it was refused."""
    state = upload_state(token=token)
    if state is None or state["state"] != "checked" or not state["accepted"]:
        return False
    if not cache.add(f"{_key(token)}:taken", 1, KEPT_SECONDS):
        return False
    _write(token, state | {"state": "importing"})
    return True


def upload_import(*, token: str, user: User | None) -> None:
    """Take the zip in. Doing it again changes nothing."""
    _load(token, done="imported", user=user, dry_run=False)


def _load(token: str, *, done: str, user: User | None, dry_run: bool) -> None:
    state = upload_state(token=token)
    if state is None:
        return
    try:
        result = company_folder_load(path=_path(token), user=user, dry_run=dry_run, name=state["name"])
    except ImportProblem as problem:
        _write(token, state | {"state": "failed", "error": str(problem)})
    except Exception:
        _write(token, state | {"state": "failed", "error": "It failed, and nothing was kept. The log says why."})
        raise
    else:
        _write(token, state | {"state": done} | _outcome(result))


def _outcome(result: ImportResult) -> State:
    return {
        "accepted": result.accepted,
        "batch": result.batch,
        "files": result.files,
        "notes": result.notes,
        "problem_count": result.problem_count,
        "problems": [str(problem) for problem in result.problems[:PROBLEMS_SHOWN]],
    }


def _write(token: str, state: State) -> None:
    cache.set(_key(token), state, KEPT_SECONDS)


def _key(token: str) -> str:
    return f"upload:{token}"


def _path(token: str) -> Path:
    if not re.fullmatch(r"[0-9a-f]{24}", token):
        raise ValueError("not an upload's token")
    return Path(settings.UPLOADS) / "uploaded" / f"{token}.zip"
