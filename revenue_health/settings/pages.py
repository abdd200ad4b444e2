"""How pages are rendered."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from revenue_health.settings.languages import EVERYWHERE


def templates(base: Path) -> list[dict[str, Any]]:
    """TEMPLATES, for the folder that holds all of ours."""
    return [
        {
            "BACKEND": "django.template.backends.django.DjangoTemplates",
            "DIRS": [base / "templates"],
            "APP_DIRS": True,
            "OPTIONS": {
                "builtins": EVERYWHERE,
                "context_processors": [
                    "django.template.context_processors.request",
                    "django.contrib.auth.context_processors.auth",
                    "django.contrib.messages.context_processors.messages",
                ],
            },
        }
    ]
