"""The time zones a company, a person or a source can be in."""

from zoneinfo import available_timezones

_NO_PLACES = {"localtime", "Factory", "CET", "EET", "MET", "WET"}
TIME_ZONES = frozenset(available_timezones()) - _NO_PLACES
"""Names of IANA zones that Python, PostgreSQL and DuckDB know alike. Without `localtime`, which is another zone on
another machine, `Factory`, which says that none was set, and names like CET, which PostgreSQL takes for the winter time
of that name all year."""
