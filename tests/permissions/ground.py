"""The first page, signing in with one click, the theme, and what belongs to no floor."""

from __future__ import annotations

from tests.permissions import ANYBODY, HAS_ROLE, STAFF, row

ROWS = [
    # Who works here is led on; the board and strangers are told what is open to them.
    row("healthz", get=ANYBODY),
    row("search", get=HAS_ROLE),
    row("departments:theme", post=ANYBODY.gives(302)),
    # Outside a demo home there is no such page, for nobody.
    row("departments:sign_in_as", {"username": "ceo"}, post=ANYBODY.gives(404)),
    row("admin:index", get=STAFF.refuses(302), post=STAFF.refuses(302)),
]
