"""What a refused form says first."""

from __future__ import annotations

from django import template
from django.forms import BaseForm

register = template.Library()


@register.inclusion_tag("partials/form_errors.html")
def form_errors(form: BaseForm | None) -> dict[str, object]:
    """That nothing is saved, what is wrong with the whole form, and a link to each field that says why."""
    if form is None or not form.is_bound:
        return {}
    wrong = [field for field in form.visible_fields() if field.errors]
    hidden = [error for field in form.hidden_fields() for error in field.errors]
    return {"errors": [*form.non_field_errors(), *hidden], "fields": wrong}
