"""The track record: what the model would have said on past days, kept so that it is computed once."""

from __future__ import annotations

from django.db import models


class PastForecast(models.Model):
    """One forecast of a past quarter as it would have been made on one of its days, from what was known then.

    The model's own figures, before past errors correct them: what is written today and how good it was are functions
    of these rows. Rows of an earlier `method` are made anew. Amounts in units of the reporting currency.
    """

    label = models.CharField(max_length=32, help_text="What people call the quarter.")
    period_start = models.DateField()
    period_end = models.DateField()
    day = models.PositiveSmallIntegerField(help_text="Days of the quarter that were over.")
    as_of = models.DateTimeField(help_text="The last instant that was known.")
    method = models.CharField(max_length=64, help_text="Of custody and forecast, and what was known of the data.")
    won_so_far = models.FloatField()
    p5 = models.FloatField()
    p25 = models.FloatField()
    median = models.FloatField()
    p75 = models.FloatField()
    p95 = models.FloatField()
    actual = models.FloatField(help_text="Net revenue of the whole quarter.")
    peers = models.JSONField(default=dict, help_text="What simple rules would have said, by name.")

    class Meta:
        ordering = ["as_of"]
        constraints = [
            models.UniqueConstraint(fields=["period_start", "period_end", "day"], name="past_forecast_once_per_day"),
        ]

    def __str__(self) -> str:
        return f"{self.label}, day {self.day}: {self.median:.0f}"
