"""Settings of the pipeline: stages and their owners, loss reasons, sources, the plan, exchange rates.

Deals are not here: their history is append-only and comes in by imports. Changing an owner or a limit makes the
next recompute compute everything anew.
"""

from __future__ import annotations

from django.contrib import admin

from departments.admin import ExactAdmin, ExactInline
from pipeline.models import ExchangeRate, LossReason, Pipeline, PlanTarget, Source, Stage, StageOwner


class StageInline(ExactInline):
    model = Stage
    extra = 0


@admin.register(Pipeline)
class PipelineAdmin(ExactAdmin):
    list_display = ("name", "key")
    inlines = (StageInline,)


@admin.register(StageOwner)
class StageOwnerAdmin(ExactAdmin):
    list_display = ("stage", "department", "since")
    list_filter = ("department",)
    list_select_related = ("stage", "department")


@admin.register(LossReason)
class LossReasonAdmin(ExactAdmin):
    list_display = ("name", "key", "department")
    list_filter = ("department",)
    list_select_related = ("department",)


@admin.register(Source)
class SourceAdmin(ExactAdmin):
    list_display = ("name", "key", "department")
    list_filter = ("department",)
    list_select_related = ("department",)


@admin.register(PlanTarget)
class PlanTargetAdmin(ExactAdmin):
    list_display = ("pipeline", "period_start", "period_end", "segment", "target", "expectation")
    list_filter = ("pipeline", "segment")
    list_select_related = ("pipeline",)


@admin.register(ExchangeRate)
class ExchangeRateAdmin(ExactAdmin):
    list_display = ("currency", "date", "rate")
    list_filter = ("currency",)
