"""Settings of the ground floor: the company, its departments and its people."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.db import models
from django.http import HttpRequest

from departments.models import Company, Department, DepartmentHead, Goal, Measurable, Membership, User
from departments.web.day_field import DayField
from departments.web.decimal_field import PlainDecimalField

EXACT: dict[Any, dict[str, Any]] = {
    models.DateField: {"form_class": DayField},
    models.DecimalField: {"form_class": PlainDecimalField},
}
"""Days and numbers are read by the admin as by every other form."""


class ExactAdmin(admin.ModelAdmin):  # type: ignore[type-arg]  # Django's own cannot be subscripted
    formfield_overrides = EXACT


class ExactInline(admin.TabularInline):  # type: ignore[type-arg]  # Django's own cannot be subscripted
    formfield_overrides = EXACT


@admin.register(Company)
class CompanyAdmin(ExactAdmin):
    """The one company; it is made by loading its folder."""

    list_display = ("name", "reporting_currency", "time_zone", "fiscal_year_start_month")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return not Company.objects.exists()

    def has_delete_permission(self, request: HttpRequest, obj: Company | None = None) -> bool:
        return False


@admin.register(Department)
class DepartmentAdmin(ExactAdmin):
    list_display = ("name", "key", "kind", "head_email")
    list_filter = ("kind",)
    search_fields = ("name", "key")


@admin.register(DepartmentHead)
class DepartmentHeadAdmin(ExactAdmin):
    list_display = ("department", "name", "since", "until")
    list_filter = ("department",)
    list_select_related = ("department",)


class MembershipInline(ExactInline):
    model = Membership
    extra = 0


@admin.register(User)
class PersonAdmin(UserAdmin):  # type: ignore[type-arg]  # Django's own cannot be subscripted
    """A person with what they are to the company."""

    inlines = (MembershipInline,)


class GoalInline(ExactInline):
    model = Goal
    extra = 0


@admin.register(Measurable)
class MeasurableAdmin(ExactAdmin):
    list_display = ("name", "department", "unit", "source")
    list_filter = ("department",)
    list_select_related = ("department",)
    inlines = (GoalInline,)
