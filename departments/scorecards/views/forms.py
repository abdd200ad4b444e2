"""The forms of a scorecard's setting up: a measurable, its goal, a remark."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from departments.models import Department, Goal, Measurable, User
from departments.scorecards.core.entry_rules import entry_text
from departments.scorecards.core.number_text import MOST_DECIMALS, NotANumber, number_text
from departments.web.concurrent_edits import ConcurrentEditMixin
from departments.web.day_field import DayField


class NumberField(forms.CharField):
    """A number as people type it; None where nothing is typed. `unit` is what it is measured in, if in anything."""

    def __init__(self, *, decimals: int = MOST_DECIMALS, **options: Any) -> None:
        options.setdefault("widget", forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}))
        super().__init__(**options)
        self.decimals, self.unit = decimals, ""

    def clean(self, value: Any) -> Any:
        """There is no earlier value to compare with, so what could be a thousand times off is refused."""
        text = super().clean(value)
        try:
            number = entry_text(text, name=_("this field"), unit=self.unit)
        except NotANumber as problem:
            raise forms.ValidationError(str(problem)) from problem
        if number.value is None:
            if self.required:  # a dash
                raise forms.ValidationError(self.error_messages["required"], code="required")
            return None
        if number.other is not None:
            first, second = number_text(number.value), number_text(number.other)
            raise forms.ValidationError(
                _("“{text}” could be {first} or {second}. Write one of these.").format(
                    text=text, first=first, second=second
                )
            )
        if round(number.value, self.decimals) != number.value:
            sentence = _("“{short}” has more than {most_decimals} decimals.")
            raise forms.ValidationError(sentence.format(short=text, most_decimals=self.decimals))
        return number.value


class PersonField(forms.ModelChoiceField):  # type: ignore[type-arg]  # Django's own cannot be subscripted
    """Somebody by the name they go by."""

    def label_from_instance(self, obj: Any) -> str:
        return str(obj.get_full_name() or obj.get_username())


class MeasurableForm(ConcurrentEditMixin, forms.Form):
    """What a measurable is called, in what unit, whose it is, how much it counts, and which values it can have."""

    name = forms.CharField(max_length=200)
    unit = forms.CharField(
        max_length=32, required=False, help_text=gettext_lazy("Such as %, days or EUR. Empty for plain numbers.")
    )
    owner = PersonField(User.objects.none(), required=False, empty_label="nobody")
    weight = NumberField(
        initial="1",
        decimals=2,
        help_text=gettext_lazy("In the share of goals met, 2 counts twice as much as 1, and 0 not at all."),
    )
    limits = forms.ChoiceField(
        choices=Measurable.LimitsFrom.choices,
        required=False,
        initial=Measurable.LimitsFrom.UNIT,
        label=gettext_lazy("Possible values"),
    )
    lowest = NumberField(required=False, label=gettext_lazy("Lowest, if set here"))
    highest = NumberField(required=False, label=gettext_lazy("Highest, if set here"))

    def __init__(self, *arguments: Any, department: Department, **options: Any) -> None:
        super().__init__(*arguments, **options)
        people = User.objects.filter(memberships__department=department, is_active=True).distinct().order_by("pk")
        field = self.fields["owner"]
        assert isinstance(field, PersonField)
        field.queryset = people
        _measured_in(self, self.data.get("unit", ""), "lowest", "highest")

    def clean_weight(self) -> Decimal:
        weight: Decimal | None = self.cleaned_data["weight"]
        if weight is None or not 0 <= weight <= 1000:
            raise forms.ValidationError(_("A weight is a number from 0 to 1000."))
        return weight

    def clean_limits(self) -> str:
        return self.cleaned_data["limits"] or Measurable.LimitsFrom.UNIT

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        lowest, highest = data.get("lowest"), data.get("highest")
        if data.get("limits") == Measurable.LimitsFrom.UNIT and not (lowest is None and highest is None):
            self.add_error(
                "limits", _("Choose “as set here” for limits of its own, or leave lowest and highest empty.")
            )
        if lowest is not None and highest is not None and highest < lowest:
            self.add_error(
                "highest",
                _("The highest value is below the lowest, {number_text}.").format(number_text=number_text(lowest)),
            )
        return data


def _measured_in(form: forms.Form, unit: str, *names: str) -> None:
    """Tell fields their unit: only a number of percent can have a percent sign."""
    for name in names:
        field = form.fields[name]
        assert isinstance(field, NumberField)
        field.unit = unit


class GoalForm(forms.Form):
    """A goal from a week on."""

    rule = forms.ChoiceField(
        choices=[
            ("at_least", gettext_lazy("at least")),
            ("at_most", gettext_lazy("at most")),
            ("between", "between"),
            ("exactly", "exactly"),
        ]
    )
    goal = NumberField(label="Goal")
    goal_high = NumberField(label=gettext_lazy("Highest (between)"), required=False)
    effective_from = DayField(
        label=gettext_lazy("From the week of"),
        widget=forms.DateInput(attrs={"type": "date"}),
        help_text=gettext_lazy("Any day of that week. A later goal leaves closed weeks as they are."),
    )

    def __init__(self, *arguments: Any, unit: str, **options: Any) -> None:
        super().__init__(*arguments, **options)
        _measured_in(self, unit, "goal", "goal_high")


class RemarkForm(forms.Form):
    """A dated remark, about a measurable or the whole department."""

    day = DayField()
    text = forms.CharField(max_length=300)
    measurable = forms.ModelChoiceField(Measurable.objects.none(), required=False, to_field_name="key")

    def __init__(self, *arguments: Any, department: Department, **options: Any) -> None:
        super().__init__(*arguments, **options)
        field = self.fields["measurable"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = Measurable.objects.filter(department=department)


def goal_initial(goal: Goal | None) -> dict[str, Any]:
    """What the goal form starts from: the newest goal."""
    if goal is None:
        return {}
    high = None if goal.goal_high is None else number_text(goal.goal_high)
    return {"rule": goal.rule, "goal": number_text(goal.goal), "goal_high": high}


def measurable_initial(measurable: Measurable) -> dict[str, Any]:
    """What the form of a measurable starts from."""
    return {
        "name": measurable.name,
        "unit": measurable.unit,
        "owner": measurable.owner_id,
        "weight": number_text(measurable.weight),
        "limits": measurable.limits,
        "lowest": None if measurable.lowest is None else number_text(measurable.lowest),
        "highest": None if measurable.highest is None else number_text(measurable.highest),
    }
