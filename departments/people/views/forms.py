"""The forms of the people pages."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.contrib.auth.validators import UnicodeUsernameValidator
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from departments.models import Department, Membership, User
from departments.models.company import validate_time_zone


def role_choices() -> list[tuple[str, str]]:
    """Roles of the company, then roles in each department, as one list: `head:legal`."""
    company = [(role.value, str(role.label)) for role in Membership.COMPANY_ROLES]
    departments = Department.objects.filter(kind=Department.Kind.INTERNAL)
    inside = [
        (f"{role.value}:{department.key}", _("{label} of {name}").format(label=role.label, name=department.name))
        for department in departments
        for role in (Membership.Role.HEAD, Membership.Role.DEPUTY, Membership.Role.MEMBER)
    ]
    return company + inside


class RoleForm(forms.Form):
    """One role: of the company, or in one department."""

    role = forms.ChoiceField(label="Role")

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **{"auto_id": "people-%s"} | named)
        field = self.fields["role"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = role_choices()

    def chosen(self) -> tuple[str, Department | None]:
        """The role and its department, None for a role of the company."""
        role, _, key = self.cleaned_data["role"].partition(":")
        return role, Department.objects.get(key=key) if key else None


class InviteForm(RoleForm):
    """Whom to ask in, as what."""

    email = forms.EmailField(label="E-mail", widget=forms.EmailInput(attrs={"autocomplete": "off"}))
    field_order = ("email", "role")


class AcceptForm(forms.Form):
    """What somebody invited says of themselves."""

    first_name = forms.CharField(label=gettext_lazy("First name"), max_length=150)
    last_name = forms.CharField(label=gettext_lazy("Last name"), max_length=150)
    username = forms.CharField(label=gettext_lazy("User name"), max_length=150, validators=[UnicodeUsernameValidator()])
    password = forms.CharField(
        label="Password",
        strip=False,
        help_text=gettext_lazy("At least 10 characters, and not a common password. A few words are easy to remember."),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def __init__(self, *arguments: Any, email: str, **named: Any) -> None:
        super().__init__(*arguments, **{"auto_id": "invitation-%s"} | named)
        self.invited_email = email
        self.fields["username"].widget.attrs["autocomplete"] = "username"

    def clean_username(self) -> str:
        username: str = self.cleaned_data["username"]
        if User.objects.filter(username__iexact=username).exists():
            raise ValidationError(_("This user name is already taken."))
        return username

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        names = {name: values.get(name, "") for name in ("username", "first_name", "last_name")}
        if password := values.get("password"):
            try:
                # A user that is not saved: a password must not resemble the name or the address.
                validate_password(password, User(email=self.invited_email, **names))
            except ValidationError as problem:
                self.add_error("password", problem)
        return values


class AccountForm(forms.ModelForm):  # type: ignore[type-arg]  # Django's own cannot be subscripted
    """One's own name, clock, and how numbers, dates and times are written."""

    time_zone = forms.CharField(
        required=False,
        max_length=64,
        validators=[validate_time_zone],
        help_text=gettext_lazy("Such as Europe/Berlin. Empty: the company’s."),
        widget=forms.TextInput(attrs={"list": "account-zones", "autocomplete": "off"}),
    )

    class Meta:
        model = User
        fields = ("first_name", "last_name", "time_zone", "language", "number_style", "day_style", "clock_style")
        labels = {
            "language": "Language",
            "number_style": "Numbers",
            "day_style": "Dates",
            "clock_style": gettext_lazy("Time of day"),
        }

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        styles = {"number_style": User.Numbers, "day_style": User.Days, "clock_style": User.Clock}
        for name, style in styles.items():
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)
            field.choices = [("", _("As in my browser")), *style.choices]
        if len(settings.LANGUAGES) == 1:
            del self.fields["language"]
        else:
            field = self.fields["language"]
            assert isinstance(field, forms.ChoiceField)
            field.choices = [("", _("As in my browser")), *settings.LANGUAGES]
