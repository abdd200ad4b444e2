"""What was promised, and what money was worth."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal

import pghistory
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from departments.core.text import composed
from pipeline.models.structure import Pipeline

FIRST_DAY, LAST_DAY = date(1900, 1, 1), date(2199, 12, 31)
LARGEST_AMOUNT = Decimal(10) ** 15
"""The bounds of company folders, for what is entered by hand."""


def _bounds(*, days: dict[str, date | None], amounts: dict[str, Decimal | None]) -> None:
    """ValidationError naming each field that no company folder could bring."""
    wrong = {
        name: _("{day} is not between the years 1900 and 2199.").format(day=day)
        for name, day in days.items()
        if day is not None and not FIRST_DAY <= day <= LAST_DAY
    }
    wrong |= {
        name: _("{amount} has more than 15 digits before the point.").format(amount=amount)
        for name, amount in amounts.items()
        if amount is not None and amount >= LARGEST_AMOUNT
    }
    if wrong:
        raise ValidationError(wrong)


@pghistory.track()
class PlanTarget(models.Model):
    """Target revenue of a period, per pipeline and optionally per segment, in the reporting currency."""

    pipeline = models.ForeignKey(Pipeline, on_delete=models.PROTECT, related_name="targets")
    period_start = models.DateField()
    period_end = models.DateField(help_text="The last day, inclusive.")
    target = models.DecimalField(max_digits=18, decimal_places=2)
    expectation = models.DecimalField(
        max_digits=18,
        decimal_places=2,
        null=True,
        blank=True,
        help_text=gettext_lazy("What analysts or the board were told."),
    )
    segment = models.CharField(max_length=128, blank=True)

    class Meta:
        ordering = ["pipeline_id", "period_start", "segment"]
        constraints = [
            models.UniqueConstraint(
                fields=["pipeline", "period_start", "period_end", "segment"], name="plan_target_natural_key"
            ),
            models.CheckConstraint(
                condition=Q(period_end__gte=F("period_start")),
                name="plan_period_in_order",
                violation_error_message=gettext_lazy("The last day cannot be before the first."),
            ),
            models.CheckConstraint(
                condition=Q(target__gte=0),
                name="plan_target_not_negative",
                violation_error_message=gettext_lazy("A target cannot be below 0."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.period_start} to {self.period_end}: {self.target}"

    def clean(self) -> None:
        """The rules of plan.csv, for the admin."""
        self.segment = composed(self.segment.strip())
        _bounds(
            days={"period_start": self.period_start, "period_end": self.period_end},
            amounts={"target": self.target, "expectation": self.expectation},
        )
        if self.expectation is not None and self.expectation < 0:
            raise ValidationError({"expectation": _("It is negative.")})


@pghistory.track()
class ExchangeRate(models.Model):
    """Reporting units per unit of a currency, from a date until the next row."""

    currency = models.CharField(max_length=3)
    date = models.DateField()
    rate = models.DecimalField(max_digits=20, decimal_places=10)

    class Meta:
        ordering = ["currency", "date"]
        constraints = [
            models.UniqueConstraint(fields=["currency", "date"], name="exchange_rate_once_a_day"),
            models.CheckConstraint(
                condition=Q(rate__gt=0),
                name="exchange_rate_positive",
                violation_error_message=gettext_lazy("A rate has to be above 0."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.currency} {self.date}: {self.rate}"

    def clean(self) -> None:
        """The rules of rates.csv, for the admin."""
        _bounds(days={"date": self.date}, amounts={})
        if not re.fullmatch("[A-Z]{3}", self.currency):
            raise ValidationError(
                {"currency": _("“{currency}” is not a currency, such as EUR.").format(currency=self.currency)}
            )
