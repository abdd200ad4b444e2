"""My updates, the button that reminds, and the link in a mail."""

from __future__ import annotations

from departments.models import Measurable
from tests.permissions import ANYBODY, LEADS, WORKS_HERE, Rule, row

EXECUTIVES = Rule(frozenset({"executive", "superuser"}))
LEADS_ITSELF = Rule(LEADS.roles - {"superuser"})
"""The form is of one's own departments: who leads none has none, not even a superuser."""


def _own() -> dict[str, int]:
    return {"pk": Measurable.objects.filter(department__key="legal", source="manual").earliest("pk").pk}


ROWS = [
    row("departments:my", get=WORKS_HERE, post=WORKS_HERE.gives(302)),
    row("departments:my_row", _own, post=LEADS_ITSELF.gives(302)),
    row("departments:remind", {"key": "legal"}, post=EXECUTIVES.gives(302)),
    # Only the signed address lets anybody in: who has none is told that it is no link, signed in or not.
    row("departments:update_link", {"token": "none"}, get=ANYBODY.gives(404), post=ANYBODY.gives(404)),
]
