"""What people call the browser and the machine that a header names at length."""

from __future__ import annotations

from django import template

register = template.Library()
# The first that fits: each also claims to be most of those after it.
BROWSERS = (("Edg/", "Edge"), ("OPR/", "Opera"), ("Firefox/", "Firefox"), ("Chrome/", "Chrome"), ("Safari/", "Safari"))
MACHINES = (
    ("iPhone", "iPhone"), ("iPad", "iPad"), ("Android", "Android"), ("Windows", "Windows"), ("Mac OS X", "Mac"),
    ("Linux", "Linux"),
)  # fmt: skip
LONGEST = 40


@register.filter
def browser(user_agent: str) -> str:
    """`Chrome, Windows`; for an unknown browser, the beginning of the header."""
    names = [next((name for mark, name in tables if mark in user_agent), "") for tables in (BROWSERS, MACHINES)]
    return ", ".join(name for name in names if name) or user_agent[:LONGEST] or "unknown browser"
