"""Parts of templates that are rendered once: `{% fragment navigation.tabs %}...{% endfragment %}`.

A fragment is rendered again for another language, another way to write numbers and days, and other values of what it
names. Nothing else may change what is in it: no reader, no request, no token of a form, no time of day.
"""

from __future__ import annotations

from threading import Lock

from cachetools import LRUCache
from django import template
from django.conf import settings
from django.template.base import FilterExpression, NodeList, Parser, Token
from django.template.context import Context
from django.urls import get_script_prefix
from django.utils.safestring import SafeString

from pipeline.run_cache import reader_formats

register = template.Library()
MOST = 256
"""Renderings that each fragment keeps in a process."""


class Fragment(template.Node):
    """The part between the two tags, with what it was rendered to for each of the values it names."""

    def __init__(self, nodelist: NodeList, values: list[FilterExpression]) -> None:
        self.nodelist, self.values = nodelist, values
        self._rendered: LRUCache[object, SafeString] = LRUCache(MOST)
        self._lock = Lock()

    def render(self, context: Context) -> SafeString:
        """The part, from memory where it has been rendered for the same; with DEBUG it is rendered anew."""
        if settings.DEBUG:
            return self.nodelist.render(context)
        values = tuple(value.resolve(context) for value in self.values)
        key = (reader_formats(), get_script_prefix(), values)
        with self._lock:
            html = self._rendered.get(key)
        if html is None:
            html = self.nodelist.render(context)
            with self._lock:
                self._rendered[key] = html
        return html


@register.tag("fragment")
def fragment(parser: Parser, token: Token) -> Fragment:
    """Keep what is rendered up to `{% endfragment %}`, for each of the values that the tag names; they are hashable."""
    values = [parser.compile_filter(bit) for bit in token.split_contents()[1:]]
    nodelist = parser.parse(("endfragment",))
    parser.delete_first_token()
    return Fragment(nodelist, values)
