"""The filter for sentences that were stored in English; in every template without a load."""

from __future__ import annotations

from django import template

from departments.core import stored_texts as stored

register = template.Library()


@register.filter
def in_language(text: str | None) -> str:
    """A stored sentence in the reader's language."""
    return stored.in_language(str(text)) if text else ""
