"""Which code computed a cached value: another release computes anew."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path

from django.conf import settings

_PACKAGES = ("departments", "pipeline", "revenue_health")


@cache
def code_version() -> str:
    """Changes with every module and template; read once a process."""
    root = Path(settings.BASE_DIR)
    files = sorted([*(root / "templates").rglob("*.html"), *(f for p in _PACKAGES for f in (root / p).rglob("*.py"))])
    facts = [(str(file.relative_to(root)), file.stat().st_mtime_ns, file.stat().st_size) for file in files]
    return hashlib.sha256(repr(facts).encode()).hexdigest()[:16]
