"""The forms of the settings. Keys are what files and addresses go by: they are given once."""

from __future__ import annotations

import calendar
from datetime import datetime, time
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from departments.models import Company, Department, DepartmentHead, User, current_company
from departments.models.company import validate_time_zone
from departments.web.concurrent_edits import ConcurrentEditMixin
from departments.web.day_field import DayField
from departments.web.decimal_field import PlainDecimalField
from pipeline.models import ExchangeRate, LossReason, Opportunity, Pipeline, PlanTarget, Source, Stage, StageOwner

MONTHS = [(number, gettext_lazy(calendar.month_name[number])) for number in range(1, 13)]
WEEKDAYS = list(enumerate(Company.Weekday.labels))
LATER_CHOICES = (
    "fiscal_periods", "fiscal_year_end_weekday", "fiscal_year_end_rule", "fiscal_year_named_after", "verdict_words",
)  # fmt: skip
"""Choices of the company that forms of earlier releases do not send."""


def _day_input() -> forms.DateInput:
    return forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


class CompanyForm(ConcurrentEditMixin, forms.ModelForm):  # type: ignore[type-arg]  # Django's own cannot be subscripted
    """The company: its name and money, its clock and weeks, what departments see, and the words of verdicts."""

    reporting_currency = forms.RegexField(
        r"^[A-Z]{3}$",
        label=gettext_lazy("Currency of all figures"),
        max_length=3,
        help_text=gettext_lazy("Three capital letters, such as EUR. It is fixed as soon as there are deals."),
        error_messages={"invalid": gettext_lazy("Three capital letters, such as EUR.")},
    )
    time_zone = forms.CharField(
        max_length=64,
        validators=[validate_time_zone],
        help_text=gettext_lazy("Such as Europe/Berlin."),
        widget=forms.TextInput(attrs={"list": "settings-zones", "autocomplete": "off"}),
    )
    fiscal_year_start_month = forms.TypedChoiceField(
        label=gettext_lazy("The fiscal year starts in"), coerce=int, choices=MONTHS
    )
    fiscal_periods = forms.ChoiceField(
        label=gettext_lazy("Its months are"), choices=Company.FiscalPeriods, required=False
    )
    fiscal_year_end_weekday = forms.ChoiceField(
        label=gettext_lazy("A year of weeks ends on a"), choices=Company.Weekday, required=False
    )
    fiscal_year_end_rule = forms.ChoiceField(label=gettext_lazy("Which one"), choices=Company.YearEnd, required=False)
    fiscal_year_named_after = forms.ChoiceField(
        label=gettext_lazy("The fiscal year is named after"), choices=Company.YearName, required=False
    )
    week_close_weekday = forms.TypedChoiceField(
        label=gettext_lazy("A week closes on the following"), coerce=int, choices=WEEKDAYS, initial=0
    )
    week_close_time = forms.TimeField(
        label="at", initial=time(12), widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M")
    )
    departments_open = forms.BooleanField(
        label=gettext_lazy("Heads and members also see the detail of other departments"), required=False
    )
    verdict_words = forms.ChoiceField(
        label=gettext_lazy("A department that moved revenue up, or down"),
        choices=Company.VerdictWords,
        initial=Company.VerdictWords.CONTRIBUTES,
        required=False,
    )

    class Meta:
        model = Company
        fields = (
            "name", "reporting_currency", "time_zone", "fiscal_year_start_month",
            "fiscal_periods", "fiscal_year_end_weekday", "fiscal_year_end_rule", "fiscal_year_named_after",
            "week_close_weekday", "week_close_time", "departments_open",
            "verdict_words",
        )  # fmt: skip

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **{"auto_id": "settings-%s"} | named)
        if Opportunity.objects.exists():
            self.fields["reporting_currency"].disabled = True
            self.fields["reporting_currency"].help_text = _("Fixed, since there are deals: amounts are kept in it.")

    def clean(self) -> dict[str, Any]:
        """Choices that were not sent stay as they were: the page may have been opened before an upgrade."""
        super().clean()
        for name in LATER_CHOICES:
            if name not in self.errors and not self.cleaned_data.get(name):
                self.cleaned_data[name] = getattr(self.instance, name)
        return self.cleaned_data


class _SettingForm(ConcurrentEditMixin, forms.ModelForm):  # type: ignore[type-arg]  # Django's own cannot be subscripted
    """One row of a list of settings."""

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **{"auto_id": "setting-%s"} | named)
        if self.instance.pk and "key" in self.fields:
            self.fields["key"].disabled = True
        if "key" in self.fields:
            self.fields["key"].help_text = _("What files and addresses call it; it cannot be changed later.")


class DepartmentForm(_SettingForm):
    class Meta:
        model = Department
        fields = ("name", "key", "kind", "head_email")
        labels = {"head_email": gettext_lazy("E-mail of the head")}
        help_texts = {
            "kind": gettext_lazy("External: outside the company, such as the market. It has no scorecard."),
            "head_email": gettext_lazy("Kept for files. Reminders go to those who have a role under People."),
        }


class _PersonField(forms.ModelChoiceField):  # type: ignore[type-arg]  # Django's own cannot be subscripted
    """Somebody with an account, by the name pages use."""

    def label_from_instance(self, obj: User) -> str:
        return obj.display_name


class DepartmentHeadForm(_SettingForm):
    """A head by name, with or without an account, and the days."""

    account = _PersonField(
        queryset=User.objects.order_by("first_name", "last_name", "username"),
        required=False,
        help_text=gettext_lazy("Of who has one: the name is then the one of the account."),
    )
    since = DayField(label=gettext_lazy("First day"), required=False, widget=_day_input())
    until = DayField(label=gettext_lazy("Last day"), required=False, widget=_day_input())

    class Meta:
        model = DepartmentHead
        fields = ("department", "name", "account", "since", "until")

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self.fields["since"].help_text = _("Empty: as far back as the data go.")
        self.fields["until"].help_text = _("Empty: until the next one begins.")
        department = self.fields["department"]
        assert isinstance(department, forms.ModelChoiceField)
        department.queryset = Department.objects.filter(kind=Department.Kind.INTERNAL)


class PipelineForm(_SettingForm):
    class Meta:
        model = Pipeline
        fields = ("name", "key")


class StageForm(_SettingForm):
    class Meta:
        model = Stage
        fields = ("name", "key", "pipeline", "position", "owner_department", "time_limit_days", "earns")
        labels = {
            "owner_department": gettext_lazy("Owner"),
            "time_limit_days": gettext_lazy("Limit, days"),
            "earns": gettext_lazy("Who enters this stage has bought: its amount is won"),
        }
        help_texts = {
            "position": gettext_lazy("1 for the first stage of its pipeline."),
            "time_limit_days": gettext_lazy("From then on a deal here is over its limit. Empty: no limit."),
        }
        field_classes = {"time_limit_days": PlainDecimalField}

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        if self.instance.pk:
            self.fields["pipeline"].disabled = True


class StageOwnerForm(_SettingForm):
    """From a day on, which begins where the company is. An instant that came by a file stays while its day does."""

    since = DayField(
        widget=_day_input(),
        help_text=gettext_lazy("What waits in the stage on that day and later is its new owner’s."),
    )

    class Meta:
        model = StageOwner
        fields = ("stage", "department", "since")
        labels = {"department": gettext_lazy("Owner from then on")}

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        field = self.fields["stage"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = Stage.objects.select_related("pipeline")
        if self.instance.pk:
            self.initial["since"] = timezone.localtime(self.instance.since, current_company().zone).date()

    def clean_since(self) -> datetime:
        """The instant the day begins."""
        day, zone = self.cleaned_data["since"], current_company().zone
        if self.instance.pk and timezone.localtime(self.instance.since, zone).date() == day:
            since: datetime = self.instance.since
            return since
        return datetime.combine(day, time(), tzinfo=zone)


class LossReasonForm(_SettingForm):
    class Meta:
        model = LossReason
        fields = ("name", "key", "department")
        help_texts = {"department": gettext_lazy("Deals lost for this reason are charged to it.")}


class SourceForm(_SettingForm):
    class Meta:
        model = Source
        fields = ("name", "key", "department")
        help_texts = {"department": gettext_lazy("The one that brings these deals.")}


class PlanTargetForm(_SettingForm):
    period_start = DayField(label="From", widget=_day_input())
    period_end = DayField(label=gettext_lazy("To, inclusive"), widget=_day_input())

    class Meta:
        model = PlanTarget
        fields = ("pipeline", "segment", "period_start", "period_end", "target", "expectation")
        help_texts = {
            "segment": gettext_lazy("Empty: all segments together."),
            "target": gettext_lazy("In the company’s currency."),
        }
        field_classes = {"target": PlainDecimalField, "expectation": PlainDecimalField}


class ExchangeRateForm(_SettingForm):
    date = DayField(
        label="From", widget=_day_input(), help_text=gettext_lazy("Until the next rate of the same currency.")
    )

    class Meta:
        model = ExchangeRate
        fields = ("currency", "date", "rate")
        labels = {"rate": gettext_lazy("Worth, in the company’s currency")}
        help_texts = {
            "currency": gettext_lazy("Three capital letters, such as USD."),
            "rate": gettext_lazy("Of one unit: 0.92 where 100 of them are worth 92."),
        }
        field_classes = {"rate": PlainDecimalField}
