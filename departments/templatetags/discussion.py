"""How what people wrote is printed: paragraphs kept, addresses linked, who was mentioned set off."""

from __future__ import annotations

import re

from django import template
from django.template.defaultfilters import linebreaksbr, urlize
from django.utils.html import format_html
from django.utils.safestring import SafeString

register = template.Library()


@register.filter
def comment_html(text: str, mentioned: tuple[str, ...] = ()) -> SafeString:
    """Escaped text; only names that were really told are set off."""
    if not mentioned:
        return _plain(text)
    names = "|".join(re.escape(name) for name in sorted(mentioned, key=len, reverse=True))
    pieces = re.split(rf"(?<![^\s(,;])(@(?:{names}))(?![\w-])", text, flags=re.IGNORECASE)
    html = SafeString("")
    for number, piece in enumerate(pieces):
        html += format_html("<b>{}</b>", piece) if number % 2 else _plain(piece)
    return html


def _plain(text: str) -> SafeString:
    return SafeString(linebreaksbr(urlize(text)))
