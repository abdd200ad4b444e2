"""The time zones a company, a person or a source can be in."""

from zoneinfo import available_timezones

from departments.translation import gettext_noop

CLOCKS = frozenset({"CET", "EET", "MET", "WET"})
"""Zones that PostgreSQL takes for the winter time of that name all year. Only what Python alone reads may be in one."""
TIME_ZONES = frozenset(available_timezones()) - CLOCKS - {"localtime", "Factory"}
"""Names of IANA zones that Python, PostgreSQL and DuckDB know alike. Without `localtime`, which is another zone on
another machine, and `Factory`, which says that none was set."""
CLOCK_REASON = gettext_noop("is the clock of several places; name one of them, such as Europe/Berlin")
NO_ZONE_REASON = gettext_noop("is not an IANA time zone, such as Europe/Berlin")
