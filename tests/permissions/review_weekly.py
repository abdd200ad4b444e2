"""The weekly review, what changed, and the page of every component."""

from __future__ import annotations

from tests.permissions import SIGNED_IN, STAFF, WORKS_HERE, row

ROWS = [
    row("review:index", get=SIGNED_IN.gives(200, 302)),
    row("review:changes", get=WORKS_HERE),
    row("review:style", get=STAFF),
]
