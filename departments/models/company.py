"""The company and its departments."""

from __future__ import annotations

from datetime import time
from zoneinfo import ZoneInfo

import pghistory
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from departments.core.text import composed, key_problem
from departments.core.time_zones import CLOCKS, TIME_ZONES
from departments.periods import PATTERNS, FiscalCalendar, WeekYears
from departments.scorecards.core.closing import CloseRule


def validate_key(value: str) -> None:
    """The rule of keys that holds for files, too."""
    if problem := key_problem(value):
        raise ValidationError(f"“{value}” {problem}.")


class Keyed(models.Model):
    """What has a key that files go by: it is stored as files bring it."""

    key: models.CharField[str, str]

    class Meta:
        abstract = True

    def clean(self) -> None:
        """One typed with separate accents is the same key as one with composed letters."""
        self.key = composed(self.key)


def validate_time_zone(value: str) -> None:
    if value in CLOCKS:
        raise ValidationError(
            _("“{value}” is the clock of several places; name one of them, such as Europe/Berlin.").format(value=value)
        )
    if value not in TIME_ZONES:
        raise ValidationError(_("“{value}” is not an IANA time zone, such as Europe/Berlin.").format(value=value))


@pghistory.track()
class Company(models.Model):
    """The one company this installation belongs to: its money, its clock, its fiscal year."""

    class VerdictWords(models.TextChoices):
        """What people read where the method finds that a department moved revenue up, or down."""

        CONTRIBUTES = "contributes", gettext_lazy("contributes, contaminates")
        ADDED = "added", gettext_lazy("added, cost us")

    class FiscalPeriods(models.TextChoices):
        """What the months of a fiscal year are: calendar months, or so many weeks in each quarter."""

        MONTHS = "months", gettext_lazy("calendar months")
        WEEKS_445 = "4-4-5", gettext_lazy("4, 4 and 5 weeks a quarter")
        WEEKS_454 = "4-5-4", gettext_lazy("4, 5 and 4 weeks a quarter")
        WEEKS_544 = "5-4-4", gettext_lazy("5, 4 and 4 weeks a quarter")

    class Weekday(models.TextChoices):
        MONDAY = "monday", gettext_lazy("Monday")
        TUESDAY = "tuesday", gettext_lazy("Tuesday")
        WEDNESDAY = "wednesday", gettext_lazy("Wednesday")
        THURSDAY = "thursday", gettext_lazy("Thursday")
        FRIDAY = "friday", gettext_lazy("Friday")
        SATURDAY = "saturday", gettext_lazy("Saturday")
        SUNDAY = "sunday", gettext_lazy("Sunday")

    class YearEnd(models.TextChoices):
        """On which of its weekdays a fiscal year of weeks ends."""

        LAST = "last", gettext_lazy("the last one of its last calendar month")
        NEAREST = "nearest", gettext_lazy("the one nearest to the end of that month")

    class YearName(models.TextChoices):
        """Which calendar year gives a fiscal year its number."""

        END = "end", gettext_lazy("the calendar year in which it ends")
        START = "start", gettext_lazy("the calendar year in which it starts")

    id = models.PositiveSmallIntegerField(primary_key=True, default=1, editable=False)
    name = models.CharField(max_length=200)
    reporting_currency = models.CharField(max_length=3, validators=[RegexValidator(r"^[A-Z]{3}$")])
    time_zone = models.CharField(max_length=64, validators=[validate_time_zone])
    fiscal_year_start_month = models.PositiveSmallIntegerField(
        default=1, validators=[MinValueValidator(1), MaxValueValidator(12)]
    )
    fiscal_periods = models.CharField(
        max_length=6, choices=FiscalPeriods, default=FiscalPeriods.MONTHS, db_default=FiscalPeriods.MONTHS
    )
    fiscal_year_end_weekday = models.CharField(
        max_length=9, choices=Weekday, default=Weekday.SATURDAY, db_default=Weekday.SATURDAY
    )
    fiscal_year_end_rule = models.CharField(
        max_length=7, choices=YearEnd, default=YearEnd.LAST, db_default=YearEnd.LAST
    )
    fiscal_year_named_after = models.CharField(
        max_length=5, choices=YearName, default=YearName.END, db_default=YearName.END
    )
    week_close_weekday = models.PositiveSmallIntegerField(
        default=0,
        db_default=0,
        validators=[MaxValueValidator(6)],
        help_text="On which day of the following week a week closes: 0 is Monday.",
    )
    week_close_time = models.TimeField(
        default=time(12), db_default=time(12), help_text="At what time of that day, in the company's time zone."
    )
    departments_open = models.BooleanField(
        default=False, db_default=False, help_text="Heads and members also see the detail of other departments."
    )
    verdict_words = models.CharField(
        max_length=11,
        choices=VerdictWords,
        default=VerdictWords.CONTRIBUTES,
        db_default=VerdictWords.CONTRIBUTES,
        help_text="What a verdict is called where people read it; data keep contributes and contaminates.",
    )
    sample = models.BooleanField(
        default=False, db_default=False, editable=False, help_text="Generated to be looked at, and thrown away again."
    )

    class Meta:
        verbose_name_plural = "company"
        constraints = [
            models.CheckConstraint(
                condition=Q(id=1),
                name="company_is_one",
                violation_error_message=gettext_lazy("A site holds one company. Change the one that is here."),
            ),
            models.CheckConstraint(
                condition=Q(fiscal_year_start_month__range=(1, 12)),
                name="company_fiscal_month_in_year",
                violation_error_message=gettext_lazy("Choose a month from 1 to 12 for the start of the fiscal year."),
            ),
            models.CheckConstraint(
                condition=Q(fiscal_periods__in=["months", "4-4-5", "4-5-4", "5-4-4"])
                & Q(
                    fiscal_year_end_weekday__in=[
                        "monday",
                        "tuesday",
                        "wednesday",
                        "thursday",
                        "friday",
                        "saturday",
                        "sunday",
                    ]
                )
                & Q(fiscal_year_end_rule__in=["last", "nearest"])
                & Q(fiscal_year_named_after__in=["end", "start"]),
                name="company_fiscal_calendar_known",
                violation_error_message=gettext_lazy(
                    "Choose the periods, the last weekday, the rule and the name of the fiscal year from the lists."
                ),
            ),
            models.CheckConstraint(
                condition=Q(week_close_weekday__lte=6),
                name="company_week_close_is_a_weekday",
                violation_error_message=gettext_lazy("Choose a weekday on which the week closes."),
            ),
            models.CheckConstraint(
                condition=Q(reporting_currency__regex=r"^[A-Z]{3}$"),
                name="company_currency_is_iso",
                violation_error_message=gettext_lazy("Name the currency by its three letters, such as EUR."),
            ),
            models.CheckConstraint(
                condition=Q(verdict_words__in=["contributes", "added"]),
                name="company_verdict_words_known",
                violation_error_message=gettext_lazy("Choose one of the two pairs of words for the verdict."),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)

    @property
    def fiscal_calendar(self) -> FiscalCalendar:
        """Which days make which fiscal year, quarter and month."""
        weeks = None
        if self.fiscal_periods != self.FiscalPeriods.MONTHS:
            weeks = WeekYears(
                pattern=PATTERNS[self.fiscal_periods],
                end_weekday=self.Weekday.values.index(self.fiscal_year_end_weekday),
                nearest=self.fiscal_year_end_rule == self.YearEnd.NEAREST,
            )
        return FiscalCalendar(
            start_month=self.fiscal_year_start_month,
            weeks=weeks,
            named_after_start=self.fiscal_year_named_after == self.YearName.START,
        )

    @property
    def close_rule(self) -> CloseRule:
        """When a week of the scorecards closes."""
        return CloseRule(weekday=self.week_close_weekday, at=self.week_close_time, zone=self.zone)


def current_company() -> Company:
    """The company of this installation. Raises Company.DoesNotExist before one is loaded."""
    return Company.objects.get()


def find_company() -> Company | None:
    """The company of this installation, None before one is loaded."""
    # Written out, since every page asks it: it is composed and answered in half the time.
    return next(iter(Company.objects.raw("SELECT * FROM departments_company ORDER BY id LIMIT 1")), None)


@pghistory.track()
class Department(Keyed):
    """A department, or an external cause such as the market: who work, causes and sources belong to."""

    class Kind(models.TextChoices):
        INTERNAL = "internal", gettext_lazy("Internal")
        EXTERNAL = "external", gettext_lazy("External")

    key = models.CharField(max_length=64, unique=True, validators=[validate_key])
    name = models.CharField(max_length=200)
    kind = models.CharField(max_length=8, choices=Kind, default=Kind.INTERNAL)
    head_email = models.EmailField(blank=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=["internal", "external"]),
                name="department_kind_known",
                violation_error_message=gettext_lazy("A department is internal or external."),
            ),
            models.CheckConstraint(
                condition=~Q(key=""),
                name="department_key_not_empty",
                violation_error_message=gettext_lazy("A department needs a key."),
            ),
        ]

    def __str__(self) -> str:
        return self.name
