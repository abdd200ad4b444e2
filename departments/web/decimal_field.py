"""The form field for exact numbers entered in a browser's number input."""

from __future__ import annotations

import re
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

_PLAIN = re.compile(r"[+-]?[0-9]+(\.[0-9]+)?")


class PlainDecimalField(forms.DecimalField):
    """A number in full with a point, as browsers send it. Python also reads 1e3, 1_000 and digits of other scripts,
    which nobody means who types money."""

    default_error_messages = {
        "invalid": gettext_lazy("Write a number such as 1234.50: no signs of thousands, a point before the decimals.")
    }

    def to_python(self, value: Any) -> Any:
        """The number, or the sentence that says how to write one."""
        if isinstance(value, str) and value.strip() and not _PLAIN.fullmatch(value.strip()):
            raise forms.ValidationError(self.error_messages["invalid"], code="invalid")
        return super().to_python(value)
