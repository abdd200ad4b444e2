"""How people get in: nobody signs up by themselves; accounts are made by invitation."""

from __future__ import annotations

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest


class ClosedAccountAdapter(DefaultAccountAdapter):
    """Closes open sign-up: this is a company's inside, not a public site."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False
