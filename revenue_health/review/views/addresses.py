"""Addresses of pages that other parts of the house may or may not have."""

from __future__ import annotations

from django.urls import NoReverseMatch, reverse


def address_of(name: str, *arguments: str | int) -> str:
    """The address of a page by its URL name, empty where this installation has none."""
    try:
        return reverse(name, args=arguments)
    except NoReverseMatch:
        return ""
