"""What people fill in about packs."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from departments.models import Company
from departments.periods import Period, PeriodError
from departments.web.day_field import DayField
from revenue_health.review.models import Decision, Pack, PackExport
from revenue_health.review.services.pack_links import LONGEST_DAYS
from revenue_health.review.services.packs import LONGEST_TITLE

LONGEST_DECISION = 2000


class FreezeForm(forms.Form):
    """What a pack may be called, its period, since when its changes are counted, and what was decided, a line each;
    all of it may be left out."""

    title = forms.CharField(required=False, max_length=LONGEST_TITLE)
    period = forms.CharField(required=False, max_length=60)
    since = DayField(required=False)
    decisions = forms.CharField(required=False, max_length=8000)
    decided_by = forms.CharField(required=False, max_length=200)

    def __init__(self, *arguments: Any, company: Company, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.calendar = company.fiscal_calendar

    def clean_period(self) -> Period | None:
        text = self.cleaned_data["period"].strip()
        try:
            return self.calendar.parse(text) if text else None
        except PeriodError as problem:
            raise forms.ValidationError(str(problem)) from problem

    def clean_decisions(self) -> list[str]:
        """One decision a line."""
        lines = [line.strip() for line in self.cleaned_data["decisions"].splitlines() if line.strip()]
        longer = [line for line in lines if len(line) > LONGEST_DECISION]
        if longer:
            raise forms.ValidationError(
                _("The decision “{beginning}…” is longer than {longest} characters.").format(
                    beginning=longer[0][:40], longest=LONGEST_DECISION
                )
            )
        return lines


class DecisionForm(forms.Form):
    """What was decided, and who decided it; a correction names the wording it takes the place of."""

    text = forms.CharField(
        label=gettext_lazy("What was decided"),
        max_length=LONGEST_DECISION,
        widget=forms.Textarea(attrs={"rows": 3, "id": "decision-text"}),
    )
    decided_by = forms.CharField(label=gettext_lazy("By whom"), max_length=200)
    corrects = forms.ModelChoiceField(
        label=gettext_lazy("In place of"),
        required=False,
        queryset=Decision.objects.none(),
        empty_label=gettext_lazy("nothing, it is new"),
    )

    def __init__(self, *arguments: Any, pack: Pack, **options: Any) -> None:
        super().__init__(*arguments, **options)
        field = self.fields["corrects"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = Decision.objects.filter(pack=pack, correction=None)


class LinkForm(forms.Form):
    """How long a link works, whom it is for, and whether names are left out."""

    label = forms.CharField(label=gettext_lazy("For whom"), required=False, max_length=100)
    days = forms.IntegerField(label=gettext_lazy("Days it works"), min_value=1, max_value=LONGEST_DAYS, initial=7)
    hide_names = forms.BooleanField(label=gettext_lazy("Leave out names of people"), required=False, initial=True)


class ExportForm(forms.Form):
    """Which file is wanted."""

    kind = forms.ChoiceField(choices=PackExport.Kind.choices)
    hide_names = forms.BooleanField(required=False)
