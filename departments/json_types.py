"""The one name for an object of JSON, for the edges alone: codecs, commands, frozen packs, fields that keep them."""

from __future__ import annotations

from typing import Any

type Json = dict[str, Any]
"""Names to values that JSON can write. Inside the house the same is a frozen dataclass."""
