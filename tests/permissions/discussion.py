"""Comments, replies, commitments, issues, the pulse.

Without a figure in the query there is nothing at the addresses of comments and replies: who may see which figure is in
tests/departments/discussion/test_subjects.py.
"""

from __future__ import annotations

from datetime import date

from django.utils import timezone

from departments.models import Comment, Commitment, Department, Issue, User
from tests.permissions import NOBODY, OWN, WORKS_HERE, _only, row

COMMITS = _only("executive", "analyst", "head", "deputy", "superuser")
COMMITS_SOMEWHERE = _only("executive", "analyst", "head", "deputy", "other", "superuser")


def comment() -> dict[str, int]:
    author = User.objects.get(username="legal")
    about = {"subject": "share:legal:2026", "subject_label": "Legal", "subject_url": ""}
    return {"pk": Comment.objects.create(**about, text="One", author=author, at=timezone.now()).pk}


def commitment() -> dict[str, int]:
    owner, legal = User.objects.get(username="legal"), Department.objects.get(key="legal")
    day = {"due": date(2026, 1, 5), "first_due": date(2026, 1, 5), "created_at": timezone.now()}
    return {"pk": Commitment.objects.create(text="One", department=legal, owner=owner, created_by=owner, **day).pk}


def issue() -> dict[str, int]:
    by, legal = User.objects.get(username="legal"), Department.objects.get(key="legal")
    return {"pk": Issue.objects.create(text="One", department=legal, created_by=by, created_at=timezone.now()).pk}


ROWS = [
    row("departments:comments", get=NOBODY, post=NOBODY),
    row("departments:comments_people", get=NOBODY),
    row("departments:comments_mine", get=WORKS_HERE),
    row("departments:comment_edit", comment, get=_only("head"), post=_only("head").gives(422)),
    row("departments:comment_resolve", comment, post=WORKS_HERE.gives(302)),
    row("departments:comment_reopen", comment, post=WORKS_HERE.gives(302)),
    row("departments:reply", get=NOBODY, post=NOBODY),
    row("departments:commitments", get=WORKS_HERE),
    row("departments:commitment_new", get=COMMITS_SOMEWHERE, post=COMMITS_SOMEWHERE.gives(422)),
    row("departments:commitments_panel", get=NOBODY),
    row("departments:commitment", commitment, get=OWN),
    row("departments:commitment_close", commitment, post=COMMITS.gives(422)),
    row("departments:commitment_move", commitment, post=COMMITS.gives(422)),
    row("departments:issue_new", get=COMMITS_SOMEWHERE, post=COMMITS_SOMEWHERE.gives(422)),
    row("departments:issue_solve", issue, post=COMMITS.gives(302)),
    # Who belongs to no department reads only; the form without a month is refused.
    row("departments:pulse", get=WORKS_HERE, post=_only("head", "deputy", "member", "other").gives(422)),
    row("departments:pulse_panel", get=WORKS_HERE.gives(302)),
]
