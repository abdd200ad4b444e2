"""What a value of a company folder may look like, as checks that DuckDB runs over whole columns.

Each kind names the PostgreSQL type it is staged in, the SQL that turns the raw text into that type (null for what
is no such value), and the problems it can have, first match wins. `{raw}` stands for the raw text.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from departments.core.text import (
    BREAKS,
    CONTROL_REASON,
    CONTROLS,
    DIRECTIONS,
    INVISIBLE,
    INVISIBLE_REASON,
    KEY_REASON,
    LONGEST_KEY,
    RESERVED,
    SPACES,
    Ranges,
    ranges_class_re2,
)
from departments.core.time_zones import CLOCK_REASON, CLOCKS, NO_ZONE_REASON, TIME_ZONES
from departments.translation import gettext_noop
from pipeline.imports.folder.plain import Plain


def literal(text: str) -> str:
    """A text as an SQL literal."""
    return "'" + text.replace("'", "''") + "'"


@dataclass(frozen=True)
class Kind:
    """One kind of value: how it is staged, read and refused."""

    staged_as: str
    value: str
    problems: tuple[tuple[str, str], ...] = ()
    fine: str = ""
    """A cheap condition on `{raw}` and `{value}` that rules every problem out."""
    plain: Plain | None = None
    """What nearly all values look like; None where only the checks can tell."""


# Composed letters: what looks equal is equal, in the file and between files.
_COMPOSED = "nfc_normalize({raw})"


def _holds(*ranges: Ranges) -> str:
    """The condition that a text holds a character of these classes."""
    inside = "".join(ranges_class_re2(ranges_of_class) for ranges_of_class in ranges)
    return f"regexp_matches({{raw}}, '[{inside}]')"


_CONTROL = (_holds(CONTROLS), CONTROL_REASON)
_SPACES = "".join(chr(sign) for low, high in (*SPACES, *BREAKS) for sign in range(low, high + 1))
_TURNS = literal("".join(chr(sign) for low, high in DIRECTIONS for sign in range(low, high + 1)))
# Nearly every text is ASCII, as long in bytes as in characters, and has few characters to look up.
_IS_ASCII = "strlen({raw}) = length({raw})"
_TURNED = f"translate({_COMPOSED}, {_TURNS}, '')"
_STRAIGHT = f"CASE WHEN {_IS_ASCII} THEN {{raw}} ELSE {_TURNED} END"
"""Without signs that turn the direction of reading: a name with one is read as another."""
_NOTHING_SEEN = f"regexp_full_match({{raw}}, '[{ranges_class_re2((*INVISIBLE, *SPACES, *BREAKS))}]*')"
_PLAIN_SPACES = "".join(sign for sign in _SPACES if sign.isascii())
_TRIMMED = (
    f"CASE WHEN {_IS_ASCII} THEN trim({{raw}}, {literal(_PLAIN_SPACES)}) WHEN {_NOTHING_SEEN} THEN ''"
    f" ELSE trim({_TURNED}, {literal(_SPACES)}) END"
)
"""Without the spaces around it, which nobody sees: “SMB ” is the group “SMB”. Nothing where nobody sees anything, as
`departments.core.text.readable` has it for forms."""
WAS_TRIMMED = f"{{value}} <> {_STRAIGHT}"
WAS_TURNED = f"strlen({{raw}}) <> length({{raw}}) AND {_STRAIGHT} <> {_COMPOSED}"


_PRINTABLE = "[!-~](?:[ -~]*[!-~])?"


def text(
    longest: int, *problems: tuple[str, str], plain: str = _PRINTABLE, plain_is_fine: bool = False, trimmed: bool = True
) -> Kind:
    """Free text of at most so many characters. A line feed may stand in it; other control characters may not. Spaces
    around it and signs that turn the direction of reading are left out and counted, but in names of other rows, which
    mean nothing else than they say."""
    too_long = (
        f"length({{raw}}) > {longest}",
        gettext_noop("is longer than {longest} characters").format(longest=longest),
    )
    # Nearly every text is printable ASCII without spaces around it.
    fine = f"length({{raw}}) <= {longest} AND regexp_full_match({{raw}}, '{_PRINTABLE}')"
    return Kind(
        "text",
        _TRIMMED if trimmed else _COMPOSED,
        (_CONTROL, *problems, too_long),
        "" if problems and not plain_is_fine else fine,
        Plain(plain, longest),
    )


def trims(kind: Kind) -> bool:
    """Whether values of a kind lose the spaces around them."""
    return kind.value == _TRIMMED


def choice(values: Sequence[str]) -> Kind:
    """One of a few words."""
    listed = ", ".join(literal(value) for value in values)
    return Kind(
        "text",
        "{raw}",
        ((f"{{raw}} NOT IN ({listed})", gettext_noop("is not one of {values}").format(values=", ".join(values))),),
        plain=Plain("", values=tuple(values)),
    )


_EXPONENT = gettext_noop("is written with an exponent, which hides digits; write it in full, such as 1234.50")


def number(precision: int, scale: int, *, lowest: str = "negative allowed") -> Kind:
    """A plain decimal number; `lowest` is "zero", "positive" or "negative allowed"."""
    cast = f"TRY_CAST(trim({{raw}}) AS DECIMAL({precision},{scale}))"
    exponent = r"regexp_full_match(trim({raw}), '[+-]?\d+(\.\d+)?[eE][+-]?\d+')"
    plain = r"NOT regexp_full_match(trim({raw}), '[+-]?\d+(\.\d+)?')"
    problems = [(exponent, _EXPONENT), (plain, gettext_noop("is not a plain number, such as 1234.50"))]
    if lowest != "negative allowed":
        # Before the other checks: "-1.005" is refused for its sign.
        problems.append((r"regexp_full_match(trim({raw}), '-[\d.]*[1-9][\d.]*')", "is negative"))
    if scale:
        # 100.5000 of a database is 100.50; but three digits after a point may be thousands.
        zeros = "0+" if scale > 2 else "00+"
        fraction = (
            rf"regexp_full_match(trim({{raw}}), '.*\.\d{{{{{scale + 1},}}}}')"
            rf" AND NOT regexp_full_match(trim({{raw}}), '.*\.\d{{{{{scale}}}}}{zeros}')"
        )
        problems.append((fraction, gettext_noop("has more than {scale} decimals").format(scale=scale)))
    problems.append(
        (
            f"{cast} IS NULL",
            gettext_noop("has more than {digits} digits before the point").format(digits=precision - scale),
        )
    )
    if lowest == "positive":
        problems.append((f"{cast} <= 0", gettext_noop("must be above zero")))
    usual = Plain(_plain_number(precision - scale, scale, lowest), arrow_type="number")
    return Kind(f"numeric({precision},{scale})", f"{cast}::VARCHAR", tuple(problems), plain=usual)


def _plain_number(whole: int, scale: int, lowest: str) -> str:
    fraction = rf"(?:\.\d{{1,{scale}}})?"
    if lowest == "positive":
        return rf"(?:[1-9]\d{{0,{whole - 1}}}{fraction}|0\.[1-9]\d{{0,{scale - 1}}}|0\.\d{{0,{scale - 1}}}[1-9])"
    return ("-?" if lowest == "negative allowed" else "") + rf"\d{{1,{whole}}}{fraction}"


def integer(lowest: int, highest: int) -> Kind:
    """A whole number between two bounds, both allowed."""
    cast = "TRY_CAST(trim({raw}) AS INTEGER)"
    return Kind(
        "integer",
        cast,
        (
            (r"NOT regexp_full_match(trim({raw}), '\d+')", gettext_noop("is not a whole number")),
            (
                f"{cast} IS NULL OR {cast} NOT BETWEEN {lowest} AND {highest}",
                gettext_noop("is not between {lowest} and {highest}").format(lowest=lowest, highest=highest),
            ),
        ),
        plain=Plain(rf"{'[1-9]' if lowest else '0|[1-9]'}\d{{0,{len(str(highest)) - 2}}}", arrow_type="number"),
    )


_CLOCK_ALONE = r"([01]\d|2[0-3]):[0-5]\d(:[0-5]\d(\.\d{{1,9}})?)?"
_ZONE = r"(Z|[+-](0\d|1[0-5])(:?[0-5]\d)?)"
_CLOCK = r"\d{{4}}-\d\d-\d\d[T ]" + _CLOCK_ALONE
_DAY = r"\d{{4}}-\d\d-\d\d"
_PLAIN_DAY = r"(?:19|2[01])\d\d-\d\d-\d\d"
_ISO = gettext_noop("is not an ISO 8601 date and time with an offset, such as 2026-03-31T09:00:00+02:00")
_CALENDAR = gettext_noop("is not a calendar date")
_YEARS = gettext_noop("is not between the years 1900 and 2199")

# A date alone is the start of that day in the company's time zone, which is the zone of the DuckDB session.
# First the one pattern nearly every value matches; the others only say what is wrong with the rest.
INSTANT = Kind(
    "timestamptz",
    "make_timestamp(epoch_us(TRY_CAST({raw} AS TIMESTAMPTZ)))",
    (
        (
            f"regexp_full_match({{raw}}, '{_CLOCK}')",
            gettext_noop(
                "has no time zone; write an ISO 8601 date and time with an offset, such as 2026-03-31T09:00:00+02:00"
            ),
        ),
        (f"NOT regexp_full_match({{raw}}, '{_DAY}|{_CLOCK}{_ZONE}')", _ISO),
        ("TRY_CAST({raw} AS TIMESTAMPTZ) IS NULL", _CALENDAR),
        ("{raw}[:4] NOT BETWEEN '1900' AND '2199'", _YEARS),
    ),
    fine=f"{{value}} BETWEEN TIMESTAMP '1900-01-02' AND TIMESTAMP '2199-12-30'"
    f" AND regexp_full_match({{raw}}, '{_DAY}(T{_CLOCK_ALONE}{_ZONE})?')",
    plain=Plain(
        rf"{_PLAIN_DAY}T(?:[01]\d|2[0-3]):[0-5]\d(?::[0-5]\d(?:\.\d{{1,6}})?)?(?:Z|[+-](?:0\d|1[0-5])(?::?[0-5]\d)?)",
        arrow_type="instant",
    ),
)
DATE_ALONE = "length({raw}) = 10"
# Refused rows are carried on, too: DuckDB reads “Infinity” as a date, and COPY cannot take it.
_ISO_DAY = f"TRY_CAST(CASE WHEN regexp_full_match(trim({{raw}}), '{_DAY}') THEN trim({{raw}}) END AS DATE)"
DATE = Kind(
    "date",
    _ISO_DAY,
    (
        (
            f"NOT regexp_full_match(trim({{raw}}), '{_DAY}')",
            gettext_noop("is not an ISO 8601 date, such as 2026-03-31"),
        ),
        (f"{_ISO_DAY} IS NULL", _CALENDAR),
        ("trim({raw})[:4] NOT BETWEEN '1900' AND '2199'", _YEARS),
    ),
    plain=Plain(_PLAIN_DAY, arrow_type="date"),
)
MONDAY = Kind(
    DATE.staged_as,
    DATE.value,
    (*DATE.problems, (f"isodow({DATE.value}) <> 1", gettext_noop("is not a Monday; entries are per week"))),
    plain=Plain(_PLAIN_DAY, arrow_type="monday"),
)
_ENDS = ranges_class_re2((*SPACES, *BREAKS))
_SPACED = (f"regexp_matches({{raw}}, '^[{_ENDS}]|[{_ENDS}]$')", gettext_noop("has spaces around it"))
_HIDDEN = ((_holds(CONTROLS, BREAKS), CONTROL_REASON), (_holds(INVISIBLE), INVISIBLE_REASON))
_NO_KEY = (
    f"length({{raw}}) > {LONGEST_KEY} OR {{raw}} IN ('.', '..') OR regexp_matches({{raw}}, '[{ranges_class_re2(SPACES)}"
    + RESERVED.replace("\\", "\\\\")
    + "]')"
)
_PLAIN_KEY = "[0-9A-Za-z][0-9A-Za-z_.-]*"
KEY = Kind("text", _COMPOSED, (*_HIDDEN, (_NO_KEY, KEY_REASON)), plain=Plain(_PLAIN_KEY, LONGEST_KEY))
_NO_STAGES = ("lost", "withdrawn")
_RESERVED_STAGES = tuple(
    (f"{{raw}} = {literal(word)}", gettext_noop("is reserved for {word} deals").format(word=word))
    for word in _NO_STAGES
)
STAGE_KEY = Kind(
    KEY.staged_as,
    KEY.value,
    (*KEY.problems, *_RESERVED_STAGES),
    plain=Plain(_PLAIN_KEY, LONGEST_KEY, never=_NO_STAGES),
)
LONG_KEY = text(128, _SPACED, *_HIDDEN, plain_is_fine=True)
REFERENCE = text(128, trimmed=False)
NAME = text(200, (f"{_TRIMMED} = ''", "is empty"), plain_is_fine=True)
LONG_NAME = text(300)
TEXT = text(128)
UNIT = text(32)
NOTE = text(10_000)
AMOUNT = number(17, 2, lowest="zero")
"""A digit less than the database holds: a dozen of the largest are still added up exactly, in cents, in 64 bits."""
RATE = number(20, 10, lowest="positive")
LIMIT_DAYS = number(8, 2, lowest="positive")
FIGURE = number(20, 6)
POSITION = integer(0, 32_767)
MONTH = integer(1, 12)
FLAG = Kind(
    "boolean",
    "{raw} = '1'",
    (("{raw} NOT IN ('0', '1')", gettext_noop("is neither 0 nor 1")),),
    plain=Plain("[01]", arrow_type="number"),
)
CURRENCY = Kind(
    "text",
    "{raw}",
    (("NOT regexp_full_match({raw}, '[A-Z]{{3}}')", gettext_noop("is not a currency code of three capital letters")),),
    plain=Plain("[A-Z]{3}"),
)
EMAIL = text(
    254,
    (r"NOT regexp_full_match({raw}, '[^@\s]+@[^@\s]+\.[^@\s]+')", gettext_noop("is not an e-mail address")),
    plain=r"[!-?A-~]+@[!-?A-~]+\.[!-?A-~]+",
)
TIME_ZONE = Kind(
    "text",
    "{raw}",
    (
        ("{raw} IN (" + ", ".join(literal(zone) for zone in sorted(CLOCKS)) + ")", CLOCK_REASON),
        ("{raw} NOT IN (" + ", ".join(literal(zone) for zone in sorted(TIME_ZONES)) + ")", NO_ZONE_REASON),
    ),
    plain=Plain("", values=tuple(sorted(TIME_ZONES - CLOCKS))),
)
