"""The forms of commitments and issues, and how an address fills them in."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, timedelta
from typing import Any, cast

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from departments.access import Visitor, may_assign, user_roles, visible_department_ids
from departments.discussion.selectors.commitments import DUE
from departments.models import Department, Measurable, Membership, User, current_company
from departments.subjects import Subject, SubjectUnknown, subject_of, subject_visible
from departments.web.day_field import DayField
from departments.web.decimal_field import PlainDecimalField

STATUSES = {
    "open": gettext_lazy("Open"),
    "done": gettext_lazy("Done"),
    "dropped": gettext_lazy("Dropped"),
    "any": gettext_lazy("Any"),
}
USUAL_DAYS = 14
MEASURED = ("measurable", "expected_effect", "expected_unit", "expected_from")


class _PersonChoice(forms.ModelChoiceField):  # type: ignore[type-arg]  # Django's own cannot be subscripted
    def label_from_instance(self, obj: Any) -> str:
        return f"{obj.get_full_name() or obj.username} (@{obj.username})"


def committing(user: Visitor) -> QuerySet[Department]:
    """The departments one may promise something for."""
    internal = Department.objects.filter(kind=Department.Kind.INTERNAL)
    return internal if may_assign(user) else internal.filter(pk__in=user_roles(user).leads)


class IssueForm(forms.Form):
    """What is off track, and where."""

    text = forms.CharField(
        label=gettext_lazy("What is off track"), max_length=500, widget=forms.Textarea(attrs={"rows": 2})
    )
    department = forms.ModelChoiceField(Department.objects.none(), to_field_name="key", empty_label=None)
    measurable = forms.ModelChoiceField(
        Measurable.objects.none(),
        to_field_name="key",
        required=False,
        empty_label=gettext_lazy("none"),
        label=gettext_lazy("Measurable"),
    )
    subject = forms.CharField(required=False, max_length=200, widget=forms.HiddenInput)

    def __init__(self, *arguments: Any, user: User, **more: Any) -> None:
        super().__init__(*arguments, **{"auto_id": "commitment-%s", **more})
        self.user = user
        departments = committing(user)
        cast("forms.ModelChoiceField[Department]", self.fields["department"]).queryset = departments
        cast("forms.ModelChoiceField[Measurable]", self.fields["measurable"]).queryset = Measurable.objects.filter(
            department__in=departments
        ).order_by("department_id", "pk")

    def clean_subject(self) -> str:
        return subject_text(self.user, self.cleaned_data["subject"])


class CommitmentForm(IssueForm):
    """What is promised: by whom, by when, and what it should move."""

    owner = _PersonChoice(User.objects.none(), to_field_name="username", empty_label=None)
    due = DayField(label="Due", widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
    expected_effect = PlainDecimalField(
        required=False,
        max_digits=18,
        decimal_places=4,
        label=gettext_lazy("Expected effect"),
        help_text=gettext_lazy("By how much it should change, such as -2."),
    )
    expected_unit = forms.ChoiceField(
        required=False, label="Unit", help_text=gettext_lazy("The currency, or a unit of the scorecards.")
    )
    expected_from = forms.CharField(
        required=False,
        max_length=300,
        label="Source",
        help_text=gettext_lazy("Where the expected effect comes from, such as a scenario of What-if."),
    )
    field_order = (
        "text", "owner", "due", "department", "measurable", "expected_effect", "expected_unit", "expected_from",
    )  # fmt: skip

    def __init__(self, *arguments: Any, user: User, **more: Any) -> None:
        super().__init__(*arguments, user=user, **more)
        self.fields["text"].label = _("What will be done")
        cast("forms.ChoiceField", self.fields["expected_unit"]).choices = [
            ("", ""),
            *((unit, unit) for unit in units()),
        ]
        self.fields["measurable"].help_text = _("Its weeks before and after are compared once the commitment is done.")
        works_here = [role for role in Membership.Role.values if role != Membership.Role.BOARD]
        cast("forms.ModelChoiceField[User]", self.fields["owner"]).queryset = (
            User.objects.filter(is_active=True, memberships__role__in=works_here).distinct().order_by("username")
        )
        if self["department"].value() and (self["subject"].value() or self["measurable"].value()):
            # The figure it is about says whose commitment it is.
            self.fields["department"].widget = forms.HiddenInput()

    @property
    def first_fields(self) -> list[forms.BoundField]:
        """What every commitment needs."""
        return [field for field in self.visible_fields() if field.name not in MEASURED]

    @property
    def measured_fields(self) -> list[forms.BoundField]:
        """What it should change, and by how much: folded until somebody wants to measure it."""
        return [field for field in self.visible_fields() if field.name in MEASURED]


def units() -> list[str]:
    """What an expected effect may be in: the reporting currency, days, percent, and the units of all scorecards."""
    known = Measurable.objects.exclude(unit="").order_by("unit").values_list("unit", flat=True).distinct()
    return list(dict.fromkeys([current_company().reporting_currency, "days", "%", *known]))


class FilterForm(forms.Form):
    """Which commitments the list shows."""

    department = forms.ChoiceField(required=False)
    owner = forms.ChoiceField(required=False)
    status = forms.ChoiceField(required=False, choices=list(STATUSES.items()))
    due = forms.ChoiceField(required=False, choices=[("", gettext_lazy("Any day")), *DUE.items()])

    def __init__(self, query: Any, *, user: Visitor, owners: Collection[tuple[str, str]]) -> None:
        super().__init__(query, auto_id="commitments-%s")
        seen, internal = visible_department_ids(user), Department.objects.filter(kind=Department.Kind.INTERNAL)
        visible_departments = internal if seen is None else internal.filter(pk__in=seen)
        choices = {"department": visible_departments.values_list("key", "name"), "owner": owners}
        for name, values in choices.items():
            field = cast(forms.ChoiceField, self.fields[name])
            field.choices = [("", _("All")), *values]
            field.error_messages["invalid_choice"] = _("Unknown {name} “%(value).80s”. Showing all.").format(name=name)


def subject_text(user: Visitor, text: str) -> str:
    """A subject one may see, as it stands; the error of a form otherwise."""
    subject = visible(user, text) if text else None
    if text and subject is None:
        raise forms.ValidationError(_("The figure it should move does not exist."))
    return text


def visible(user: Visitor, text: str) -> Subject | None:
    """The figure a text names, None when there is none for this reader."""
    try:
        subject = subject_of(text)
    except SubjectUnknown:
        return None
    return subject if subject_visible(user, subject) else None


def filled_in(query: Any, *, user: User, today: date) -> dict[str, Any]:
    """What an address such as `?measurable=leg_wait` or `?subject=leak:3&text=…` fills into the form."""
    names = ("text", "department", "owner", "due", "measurable", "subject", "expected_effect", "expected_unit")
    values = {name: query[name][:500] for name in (*names, "expected_from") if query.get(name)}
    measurable = Measurable.objects.select_related("department").filter(key=values.get("measurable", "")).first()
    subject = visible(user, values.get("subject", ""))
    department = measurable.department if measurable else (subject.department if subject else None)
    if department is None:
        department = committing(user).first()
    key = values.get("department") or (department.key if department else "")
    leads = Membership.objects.filter(role=Membership.Role.HEAD, department__key=key).select_related("user").first()
    usual = {
        "department": key,
        "owner": leads.user.username if leads else user.username,
        "due": today + timedelta(days=USUAL_DAYS),
        "expected_unit": measurable.unit if measurable else "",
        "text": _("Bring “{name}” back to its goal").format(name=measurable.name) if measurable else "",
    }
    return usual | values
