"""The pages of the contribution model. No scores are computed here: each page says so."""

from __future__ import annotations

from tests.permissions import OWN, WORKS_HERE, row

LEGAL = {"key": "legal"}
ROWS = [
    row("contribution:bridge", get=WORKS_HERE),
    row("contribution:compute", post=WORKS_HERE.gives(302)),
    row("contribution:panel", get=WORKS_HERE.gives(302)),
    row("contribution:department_panel", LEGAL, get=OWN.gives(302)),
    row("contribution:party", LEGAL, get=OWN),
]
