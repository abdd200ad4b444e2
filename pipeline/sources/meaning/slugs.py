"""Keys for values."""

from __future__ import annotations

import re


def slug(text: str, taken: set[str]) -> str:
    """A key for a value, different from those taken."""
    base = re.sub(r"[^\w.-]+", "_", text.strip().lower()).strip("_.")[:48] or "value"
    # Events of a company folder say these two words of deals that ended.
    base = f"{base}_stage" if base in ("lost", "withdrawn") else base
    key, number = base, 2
    while key in taken:
        key, number = f"{base}_{number}", number + 1
    taken.add(key)
    return key
