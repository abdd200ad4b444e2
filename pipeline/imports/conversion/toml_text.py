"""A mapping as the TOML file that the command line takes."""

from __future__ import annotations

import json
import re
from typing import Any

_ORDER = ("company", "files", "log", "lookups", "deal", "opportunity", "accounts", "history", "stage_dates", "tickets",
          "values", "pipeline", "pipelines", "departments", "stages", "losses", "loss_reasons", "sources", "queues",
          "teams", "handoff_rules", "handoffs")  # fmt: skip


def mapping_toml(content: dict[str, Any]) -> str:
    """The text of a mapping; reading it gives the same content again."""
    lines: list[str] = []
    for name in sorted(content, key=lambda part: _ORDER.index(part) if part in _ORDER else len(_ORDER)):
        part = content[name]
        if isinstance(part, list):
            for row in part:
                lines += _table(f"[[{name}]]", row)
        elif name == "values":
            for column, replaced in part.items():
                lines += _table(f"[values.{_key(column)}]", replaced)
        elif part:
            lines += _table(f"[{name}]", part)
    return "\n".join(lines).lstrip("\n") + "\n"


def _table(head: str, part: dict[str, Any]) -> list[str]:
    written = [f"{_key(key)} = {_value(value)}" for key, value in part.items() if value is not None]
    return ["", head, *written]


def _key(key: str) -> str:
    return key if re.fullmatch("[A-Za-z0-9_-]+", key) else json.dumps(key, ensure_ascii=False)


def _value(value: Any) -> str:
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{_key(str(k))} = {_value(v)}" for k, v in value.items()) + " }"
    if isinstance(value, list):
        return "[" + ", ".join(_value(item) for item in value) + "]"
    # What JSON writes of texts, numbers, true and false is TOML; of a control character 7F it is not.
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
