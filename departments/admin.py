"""Settings of the ground floor: the company, its departments and its people."""

from __future__ import annotations

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.http import HttpRequest

from departments.models import Company, Department, Goal, Measurable, Membership, User


@admin.register(Company)
class CompanyAdmin(admin.ModelAdmin):  # type: ignore[type-arg]  # Django's own cannot be subscripted
    """The one company; it is made by loading its folder."""

    list_display = ("name", "reporting_currency", "time_zone", "fiscal_year_start_month")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return not Company.objects.exists()

    def has_delete_permission(self, request: HttpRequest, obj: Company | None = None) -> bool:
        return False


@admin.register(Department)
class DepartmentAdmin(admin.ModelAdmin):  # type: ignore[type-arg]  # Django's own cannot be subscripted
    list_display = ("name", "key", "kind", "head_email")
    list_filter = ("kind",)
    search_fields = ("name", "key")


class MembershipInline(admin.TabularInline):  # type: ignore[type-arg]  # Django's own cannot be subscripted
    model = Membership
    extra = 0


@admin.register(User)
class PersonAdmin(UserAdmin):  # type: ignore[type-arg]  # Django's own cannot be subscripted
    """A person with what they are to the company."""

    inlines = (MembershipInline,)


class GoalInline(admin.TabularInline):  # type: ignore[type-arg]  # Django's own cannot be subscripted
    model = Goal
    extra = 0


@admin.register(Measurable)
class MeasurableAdmin(admin.ModelAdmin):  # type: ignore[type-arg]  # Django's own cannot be subscripted
    list_display = ("name", "department", "unit", "source")
    list_filter = ("department",)
    list_select_related = ("department",)
    inlines = (GoalInline,)
