"""structlog over the standard library: every line of every library passes the same processors and the same mask.

JSON lines on a server, for a machine to read; plain text in a home, for a person. LOG_LEVEL holds for Django, Celery,
gunicorn and our own events alike.
"""

from __future__ import annotations

from collections.abc import Mapping, MutableMapping
from typing import Any

import structlog
from django.core.exceptions import ImproperlyConfigured

from departments.masking import mask

LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")
DEFAULT_LEVEL = "WARNING"
_IDS = frozenset({"timestamp", "level", "logger", "request_id", "task_id", "child_task_id", "correlation_id"})
"""Fields we make ourselves and that hold no key: an id of a request stays readable."""

type Event = MutableMapping[str, Any]


def log_level(environ: Mapping[str, str]) -> str:
    """LOG_LEVEL, or the default; a level that is none is an error of configuration."""
    level = environ.get("LOG_LEVEL", "").strip().upper() or DEFAULT_LEVEL
    if level not in LEVELS:
        raise ImproperlyConfigured(f"LOG_LEVEL is {level}. Write one of {', '.join(LEVELS)}.")
    return level


def as_json(environ: Mapping[str, str]) -> bool:
    """LOG_FORMAT (json or console); without it JSON on a server, that is with DATABASE_URL set."""
    chosen = environ.get("LOG_FORMAT", "").strip().lower() or ("json" if "DATABASE_URL" in environ else "console")
    if chosen not in {"json", "console"}:
        raise ImproperlyConfigured(f"LOG_FORMAT is {chosen}. Write json or console.")
    return chosen == "json"


def mask_event(logger: Any, name: str, event: Event) -> Event:
    """The last processor before rendering: no value of an event carries a key, whatever type it has."""
    for field, value in event.items():
        if field not in _IDS and not isinstance(value, bool | int | float | None):
            event[field] = mask(value if isinstance(value, str) else repr(value))
    return event


def _shared() -> list[structlog.typing.Processor]:
    """What our own events and those of other libraries have in common."""
    return [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.StackInfoRenderer(),
    ]


def formatter(*, json: bool) -> structlog.stdlib.ProcessorFormatter:
    """Renders a record as one line of JSON or of text. Tracebacks are plain: local variables may hold keys."""
    renderer: structlog.typing.Processor = (
        structlog.processors.JSONRenderer()
        if json
        else structlog.dev.ConsoleRenderer(colors=False, exception_formatter=structlog.dev.plain_traceback)
    )
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=_shared(),
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            structlog.processors.format_exc_info,
            mask_event,
            renderer,
        ],
    )


def configure(environ: Mapping[str, str]) -> dict[str, Any]:
    """Set structlog up and return Django's LOGGING."""
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *_shared(),
            structlog.stdlib.PositionalArgumentsFormatter(),
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"event": {"()": formatter, "json": as_json(environ)}},
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "event"}},
        "root": {"handlers": ["stderr"], "level": log_level(environ)},
        "loggers": {
            # Django's own would mail reports with cookies and local variables, and print a request twice.
            "django": {"handlers": [], "propagate": True},
            "django.request": {"level": "ERROR"},
            "django.server": {"handlers": [], "propagate": True},
        },
    }
