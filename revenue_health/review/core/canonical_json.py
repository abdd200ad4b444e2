"""Canonical JSON and its hash: the same content is the same bytes on every machine."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

_AS_IT_IS = frozenset({bool, str, int, float})


def canonical_json(content: Mapping[str, Any]) -> str:
    """JSON with sorted keys and without spaces; finite numbers only (ValueError otherwise).

    Floats are written as the shortest text that reads back as the same float, so parsing and writing again gives the
    same text.
    """
    return json.dumps(_plain(content), sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


def sha256_of(text: str) -> str:
    """Hash of the UTF-8 bytes."""
    return hashlib.sha256(text.encode()).hexdigest()


def _plain(value: Any) -> Any:
    if value is None or type(value) in _AS_IT_IS:  # nearly everything, so it comes first
        return value
    if isinstance(value, Mapping):
        return {str(key): _plain(each) for key, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(each) for each in value]
    if isinstance(value, (set, frozenset)):
        return sorted(_plain(each) for each in value)
    if isinstance(value, (datetime, date, time)):
        return value.isoformat()
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    if isinstance(value, str):
        return str(value)
    if isinstance(value, int):
        return int(value)
    if isinstance(value, float):
        return float(value)
    raise TypeError(f"{type(value).__name__} cannot be frozen")
