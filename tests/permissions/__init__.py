"""Who gets what at which address: the permission matrix, a file for each floor or topic.

Every URL name of the project needs a row; tests/test_permissions.py fails for a name without one. To add yours, put
into a module of this package (your own is best: it is found by itself, and nobody else edits it)

    ROWS = [
        row("departments:my", get=WORKS_HERE),
        row("departments:entry", {"key": "legal-1"}, post=LEADS.gives(422)),
        row("departments:thing", lambda: {"pk": Thing.objects.create(...).pk}, get=OWN, post=OWN.gives(302)),
    ]

- `get` and `post` say who gets in. Those get the status 200, or what `.gives(...)` says (several: any of them); a post
  is sent without a body, so for a form it is most often `.gives(422)` or `.gives(302)`.
- Everybody else gets 404, and who is not signed in is sent to sign in (302).
- A method that is not named answers 405 to everybody signed in.
- The company is that of tests/shown_company.py. Whose department matters: `head`, `deputy` and `member` are those of
  **legal**, `other` is the head of finance. `stranger` is signed in and nothing to the company.
- Every request runs in a transaction of its own that is rolled back.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

SIGNED_IN_ROLES = (
    "stranger", "board", "executive", "analyst", "head", "deputy", "member", "other", "superuser",
)  # fmt: skip
ROLES = ("anonymous", *SIGNED_IN_ROLES)


@dataclass(frozen=True)
class Rule:
    """Who gets in, and what they get."""

    roles: frozenset[str]
    statuses: tuple[int, ...] = (200,)
    refused: int = 404

    def gives(self, *statuses: int) -> Rule:
        return Rule(self.roles, statuses, self.refused)

    def refuses(self, status: int) -> Rule:
        """What those get who do not get in, if it is not 404."""
        return Rule(self.roles, self.statuses, status)

    def expected(self, role: str) -> tuple[int, ...]:
        if role in self.roles:
            return self.statuses
        return (302,) if role == "anonymous" else (self.refused,)


def _only(*roles: str) -> Rule:
    return Rule(frozenset(roles))


ANYBODY = _only(*ROLES)
SIGNED_IN = _only(*SIGNED_IN_ROLES)
HAS_ROLE = _only("board", "executive", "analyst", "head", "deputy", "member", "other", "superuser")
WORKS_HERE = _only("executive", "analyst", "head", "deputy", "member", "other", "superuser")
OWN = _only("executive", "analyst", "head", "deputy", "member", "superuser")
"""Who sees legal's detail while departments are closed to each other."""
LEADS = _only("head", "deputy", "superuser")
"""Who writes for legal."""
MANAGERS = _only("executive", "analyst", "superuser")
STAFF = _only("superuser")
NOBODY = _only()


@dataclass(frozen=True)
class Row:
    """One URL name: how to fill its address, and who gets what by GET and by POST."""

    name: str
    arguments: dict[str, Any] | Callable[[], dict[str, Any]] = field(default_factory=dict)
    get: Rule | None = None
    post: Rule | None = None

    def filled(self) -> dict[str, Any]:
        return self.arguments() if callable(self.arguments) else self.arguments

    def expected(self, role: str, method: str) -> tuple[int, ...]:
        rule = self.get if method == "get" else self.post
        if rule is not None:
            return rule.expected(role)
        open_to_all = any(rule and "anonymous" in rule.roles for rule in (self.get, self.post))
        return (302,) if role == "anonymous" and not open_to_all else (405,)


def row(
    name: str,
    arguments: dict[str, Any] | Callable[[], dict[str, Any]] | None = None,
    *,
    get: Rule | None = None,
    post: Rule | None = None,
) -> Row:
    return Row(name, arguments or {}, get, post)


def all_rows() -> list[Row]:
    """The rows of every module of this package."""
    found: list[Row] = []
    for module in pkgutil.iter_modules(__path__):
        found += importlib.import_module(f"{__name__}.{module.name}").ROWS
    return found


OF_LIBRARIES = {
    "admin:": "the admin, closed to all but staff: its index stands for all of it",
    "account_": "sign-in, of allauth: tested in tests/departments/people/test_pages_sign_in.py",
    "mfa_": "second factors, of allauth: tests/departments/people/test_second_factor.py",
    "usersessions_": "sessions, of allauth",
    "socialaccount_": "single sign-on, of allauth",
    "openid_connect_": "single sign-on, of allauth",
    "social/": "old addresses of single sign-on, led on to the new ones by allauth",
}
"""Beginnings of URL names that come from libraries, each with what stands for them."""
