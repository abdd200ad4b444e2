"""Keys in addresses: an address can be made for every key, also for one from before there was a rule."""

from __future__ import annotations

import re

from django.urls import register_converter

from departments.core.text import DOTS

_SPECIAL = "~/\\?#%"
_ESCAPED = re.compile("~(" + "|".join(f"{ord(sign):02X}" for sign in _SPECIAL + ".") + ")")


class KeyConverter:
    """A key as one part of a path. What a server or a browser would take for the path's own is written `~2F`."""

    regex = "[^/]+"

    def to_python(self, value: str) -> str:
        key = _ESCAPED.sub(lambda match: chr(int(match[1], 16)), value)
        if "\0" in key:  # no key of ours, and the database refuses to look for it
            raise ValueError(value)
        return key

    def to_url(self, value: object) -> str:
        key = str(value)
        special = _SPECIAL + "." if key in DOTS else _SPECIAL
        return "".join(f"~{ord(sign):02X}" if sign in special else sign for sign in key)


register_converter(KeyConverter, "key")
