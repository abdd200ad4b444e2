"""Two people editing one form: saving an outdated page does not overwrite what the other person changed."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _


class ConcurrentEditMixin(forms.BaseForm):
    """A form that sends along what each field held when the page was made (Django's `show_hidden_initial`).

    A field that this person left alone keeps what somebody else has saved since. One that both changed, to different
    values, is refused once, with the other's value; sent again, it is written.
    """

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        for field in self.fields.values():
            field.show_hidden_initial = True

    def full_clean(self) -> None:
        """What a page of an earlier release did not send along counts as shown as it is stored."""
        missing = [name for name in self.fields if self[name].html_initial_name not in self.data]
        if self.is_bound and missing:
            self._show({self[name].html_initial_name: self._stored(name) for name in missing})
        super().full_clean()

    def clean(self) -> dict[str, Any]:
        """Compare what was shown, what is stored and what was sent, field by field."""
        super().clean()
        for name, field in self.fields.items():
            # Browsers send line breaks as CRLF, whatever the page had.
            shown = self.data[self[name].html_initial_name].replace("\r\n", "\n")
            if shown != self._stored(name) and not field.disabled:
                self._settle(name)
        return self.cleaned_data

    def _show(self, hidden: dict[str, str]) -> None:
        """What hidden fields say when the form is shown again."""
        data = self.data.copy() if isinstance(self.data, QueryDict) else dict(self.data)
        for name, text in hidden.items():
            data[name] = text
        self.data = data

    def _stored(self, name: str) -> str:
        """What is stored, as the hidden field writes it."""
        field = self.fields[name]
        text: str | None = field.hidden_widget().format_value(field.prepare_value(self[name].initial))
        return (text or "").replace("\r\n", "\n")

    def _settle(self, name: str) -> None:
        bound, field, stored = self[name], self.fields[name], self._stored(name)
        if not field.has_changed(bound.initial, bound.data):
            return  # both mean the same
        if name in self.changed_data:
            self._show({bound.html_initial_name: stored})
            sentence = _("Somebody changed this to “{value}” in the meantime. Save again to write what you entered.")
            self.add_error(name, sentence.format(value=self._label(field, stored)))
        elif name in self.cleaned_data:
            self.cleaned_data[name] = field.clean(stored)
            # The form's own check has seen what was sent, not what is written now.
            if clean := getattr(self, f"clean_{name}", None):
                self.cleaned_data[name] = clean()

    def _label(self, field: forms.Field, stored: str) -> str:
        """A stored value as the page writes it."""
        for value, label in getattr(field, "choices", ()):
            if str(value) == stored:
                return str(label)
        if isinstance(field, forms.BooleanField):
            return _("yes") if stored == "True" else _("no")
        return stored or _("nothing")
