"""Settings of the ground floor: the company, its departments and its people."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.contrib.auth.admin import UserAdmin
from django.db import models
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from departments.models import Company, Department, DepartmentHead, Goal, Measurable, Membership, User
from departments.web.day_field import DayField
from departments.web.decimal_field import PlainDecimalField

# The largest bigint has 19 digits: every shorter number is one that PostgreSQL can look for.
_LONGEST_NUMBER = 19
EXACT: dict[Any, dict[str, Any]] = {
    models.DateField: {"form_class": DayField},
    models.DecimalField: {"form_class": PlainDecimalField},
}
"""The admin parses days and numbers like every other form."""


class _ChosenRows(admin.ModelAdmin):  # type: ignore[type-arg]  # Django's own cannot be subscripted
    """Refuses selected row ids that are not numbers, for which Django would answer 500."""

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """The list, or the result of an action on the selected rows."""
        chosen = request.POST.getlist("_selected_action")
        if not all(text.isascii() and text.isdecimal() and len(text) < _LONGEST_NUMBER for text in chosen):
            messages.error(request, _("A chosen row does not exist. Choose again; nothing was changed."))
            return redirect(request.path)
        return super().changelist_view(request, extra_context)


class ExactAdmin(_ChosenRows):
    formfield_overrides = EXACT


class ExactInline(admin.TabularInline):  # type: ignore[type-arg]  # Django's own cannot be subscripted
    formfield_overrides = EXACT


@admin.register(Company)
class CompanyAdmin(ExactAdmin):
    """The one company; it is created by importing its folder."""

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
class PersonAdmin(_ChosenRows, UserAdmin):  # type: ignore[type-arg]  # Django's own cannot be subscripted
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
