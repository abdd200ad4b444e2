"""The values people still owe for a week: found by selectors, and used by the reminder services."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from departments.models import Company, User


@dataclass(frozen=True, kw_only=True)
class MissingEntry:
    """A measurable without a value."""

    measurable_key: str
    measurable_name: str


@dataclass(frozen=True, kw_only=True)
class Owed:
    """What one person owes of one department's week; at least one value."""

    user: User
    department: int
    department_key: str
    department_name: str
    week: date
    missing: tuple[MissingEntry, ...]


@dataclass(frozen=True, kw_only=True)
class DueReminder:
    """One mail to send: `kind` is before or after the close."""

    owed: Owed
    kind: str
    closes_at: datetime


def zone_of(user: User, company: Company) -> ZoneInfo:
    """The person's own time zone, else the company's."""
    return ZoneInfo(user.time_zone) if user.time_zone else company.zone
