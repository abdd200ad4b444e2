"""Dates and times as logs and exports write them, by the formats and the zone of a mapping."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, tzinfo
from itertools import pairwise
from zoneinfo import ZoneInfo

from departments.core.time_zones import TIME_ZONES
from departments.translation import gettext_noop
from pipeline.imports.conversion.month_names import months_in_english

_CERTAIN = {"UTC", "GMT", "UT", "Z"}
_ZONE_WORD = re.compile(r"[A-Za-z]+(?:[/_+-][A-Za-z0-9_+-]+)*")
_CLOCK_DIRECTIVES = re.compile(r"%[HIMScXTfpsR]")


class UnreadableTime(ValueError):
    """The text is no certain time; the message continues a sentence: “32.01.2026” cannot be read …"""


@dataclass(frozen=True, slots=True)
class Moment:
    """A time of a source. `bare`: only the day is known, and `at` is its start in the mapping's zone. `second`: when
    the clock showed this time again, in the hour that comes twice; `at` is then the first of the two."""

    at: datetime
    day: date
    bare: bool
    second: datetime | None = None


@dataclass
class TimeReader:
    """Reads the times of one source. `midnight_is_day`: a midnight without an offset is only a day.

    `twice` counts times of the hour that comes twice when clocks go back, by zone; they are read as the first of the
    two, but for those that `in_order` knows better, which `later` counts. `falling`: how many more times fall than
    rise from one row of a deal to the next, of all deals so far.
    """

    zone: ZoneInfo
    formats: Sequence[str] = ()
    setting: str = "time_format"
    midnight_is_day: bool = False
    twice: Counter[str] = field(default_factory=Counter)
    later: Counter[str] = field(default_factory=Counter)
    falling: int = 0

    def parse(self, text: str) -> Moment:
        """The moment a text means; UnreadableTime where it means none, or more than one."""
        moments = {moment.at: moment for form in self.formats or ("",) if (moment := self._by_format(text, form))}
        if not moments:
            hint = "see" if self.formats else gettext_noop("it is not ISO 8601; name its format in")
            raise UnreadableTime(
                gettext_noop("cannot be read as a time; {hint} {setting}").format(hint=hint, setting=self.setting)
            )
        if len(moments) > 1:
            days = " or ".join(at.date().isoformat() for at in moments)
            raise UnreadableTime(
                gettext_noop("fits several formats of {setting} and could be {days}; leave one format").format(
                    setting=self.setting, days=days
                )
            )
        (moment,) = moments.values()
        if not 1900 <= moment.day.year <= 2199:
            raise UnreadableTime(gettext_noop("is not between the years 1900 and 2199"))
        return moment

    def _by_format(self, text: str, form: str) -> Moment | None:
        try:
            if not form:
                if "W" in text:  # a week is read as its Monday by Python; nobody wrote a Monday
                    return None
                at, has_clock = datetime.fromisoformat(text), len(text) > 10
            else:
                at, has_clock = self._strptime(text, form), bool(_CLOCK_DIRECTIVES.search(form.replace("%%", "")))
        except ValueError as error:
            if isinstance(error, UnreadableTime):
                raise
            return None
        if at.tzinfo is not None:
            return Moment(at, self._local_day(at), bare=False, second=_second(at))
        midnight = (at.hour, at.minute, at.second, at.microsecond) == (0, 0, 0, 0)
        if midnight and (not has_clock or self.midnight_is_day):
            return Moment(at.replace(tzinfo=self.zone), at.date(), bare=True)
        placed = self._placed(at, self.zone)
        return Moment(placed, at.date(), bare=False, second=_second(placed))

    def in_order(self, moments: Sequence[Moment]) -> list[Moment]:
        """Times of one deal as they stand in the file: one in the hour that comes twice is the second of the two where
        the first would be before the time that stands in front of it. Where most times fall instead of rising, the file
        has the newest first, and is read from its end."""
        if all(moment.second is None for moment in moments):
            return list(moments)
        newest_first = _falling(moments) > 0
        ordered = list(moments[::-1] if newest_first else moments)
        before: datetime | None = None
        for place, moment in enumerate(ordered):
            if moment.bare:
                continue
            at, second = moment.at.astimezone(UTC), moment.second
            if second is not None and before is not None and at < before <= second.astimezone(UTC):
                self.later[str(second.tzinfo)] += 1
                at = second.astimezone(UTC)
                ordered[place] = Moment(at, moment.day, bare=False)
            before = at
        return ordered[::-1] if newest_first else ordered

    def newest_first(self, moments: Sequence[Moment]) -> bool:
        """Whether the rows of a deal, whose times these are, stand with the newest first: those of the deals so far do,
        and its own do not rise. Of rows with equal times the last one then happened first."""
        own = _falling(moments)
        self.falling += own
        return self.falling > 0 and own >= 0

    def _local_day(self, at: datetime) -> date:
        try:
            return at.astimezone(self.zone).date()
        except OverflowError:
            return at.date()

    def _strptime(self, text: str, form: str) -> datetime:
        """As Python reads it, except for names of months in other languages than English, which it does not know, and
        for names of zones, which it reads and then throws away."""
        if "%b" in form or "%B" in form:
            text, form = months_in_english(text), form.replace("%B", "%b")
        marked = form.replace("%%", "\0")
        if "%Z" not in marked:
            return datetime.strptime(text, form)  # noqa: DTZ007
        offset = "%z" in marked
        fallback: UnreadableTime | None = None
        for word in _ZONE_WORD.finditer(text):
            bare = text[: word.start()] + "UTC" + text[word.end() :]
            try:
                at = datetime.strptime(bare, form)  # noqa: DTZ007
            except ValueError:
                continue
            if offset:
                return at
            zone = _zone_named(word[0])
            if zone is not None:
                return self._placed(at, zone)
            fallback = UnreadableTime(
                gettext_noop(
                    "names the zone “{word}”, which stands for more than one offset; only UTC, GMT and names such as "
                    "Europe/Berlin are certain"
                ).format(word=word[0])
            )
        raise fallback or ValueError(text)

    def _placed(self, at: datetime, zone: tzinfo) -> datetime:
        """A local time in a zone: refused where clocks skip it, counted where they show it twice."""
        first = at.replace(tzinfo=zone, fold=0)
        if _second(first) is not None:
            if first.astimezone(UTC).astimezone(zone).replace(tzinfo=None, fold=0) != at.replace(fold=0):
                raise UnreadableTime(
                    gettext_noop("is a time that never was in {zone}, since clocks went forward over it").format(
                        zone=zone
                    )
                )
            self.twice[str(zone)] += 1
        return first

    def notes(self) -> list[str]:
        """A sentence for each zone in which times came twice."""
        return [self._note(zone, count, self.later[zone]) for zone, count in self.twice.items()]

    def _note(self, zone: str, count: int, later: int) -> str:
        if count == 1:
            one = (
                gettext_noop(
                    "1 time falls in an hour that occurred twice in {zone}; it is read as the second of the two, since "
                    "the file has it after a later time of the same deal."
                )
                if later
                else gettext_noop(
                    "1 time falls in an hour that occurred twice in {zone}; it is read as the first of the two."
                )
            )
            return one.format(zone=zone)
        note = gettext_noop(
            "{count:,} times fall in an hour that occurred twice in {zone}; they are read as the first of the two"
        ).format(count=count, zone=zone)
        order = gettext_noop(
            ", but {later:,} of them as the second, since the file has them after a later time of the same deal"
        ).format(later=later)
        return note + (order if later else "") + "."


def _falling(moments: Sequence[Moment]) -> int:
    """How many more times fall than rise from one to the next; those of the hour that comes twice tell nothing."""
    certain = [moment for moment in moments if moment.second is None]
    steps = [
        (before.day, after.day) if before.bare or after.bare else (before.at.astimezone(UTC), after.at.astimezone(UTC))
        for before, after in pairwise(certain)
    ]
    return sum(before > after for before, after in steps) - sum(before < after for before, after in steps)


def _second(at: datetime) -> datetime | None:
    """When a clock that shows a time for the first time shows it again; None where it does not, as nearly always."""
    second = at.replace(fold=1)
    return second if second.utcoffset() != at.utcoffset() else None


def _zone_named(name: str) -> tzinfo | None:
    if name.upper() in _CERTAIN:
        return UTC
    return ZoneInfo(name) if "/" in name and name in TIME_ZONES else None
