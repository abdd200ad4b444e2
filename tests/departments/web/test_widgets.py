"""Lists of choices, which our own template draws: they are what Django's draw, but for white space."""

from __future__ import annotations

import re

import pytest
from django import forms
from django.forms.renderers import DjangoTemplates
from django.forms.renderers import get_default_renderer as ours

GROUPED = [("", "All"), ("Open", [("a", "A & B"), ("b", "<b>")]), ("2", "Two")]


class Marked(forms.Select):
    """A list some of whose choices have attributes of their own."""

    def create_option(self, *arguments: object, **named: object) -> dict[str, object]:
        option = super().create_option(*arguments, **named)
        option["attrs"] |= {"disabled": option["value"] == "b", "data-key": f"<{option['value']}>"}
        return option


@pytest.mark.parametrize("widget", [forms.Select, forms.SelectMultiple, Marked])
@pytest.mark.parametrize("value", ["", "a", ["2"], None, 'x" onclick="y'])
def test_a_list_of_choices_is_that_of_django(widget: type[forms.Select], value: object) -> None:
    field = widget(choices=GROUPED, attrs={"id": "stage", "required": True, "hidden": False, "title": 'a "b"'})
    drawn = [field.render("stage", value, renderer=renderer) for renderer in (DjangoTemplates(), ours())]
    expected, actual = (re.sub(r"\s*\n\s*", "", html) for html in drawn)
    assert actual == expected
    assert "&lt;b&gt;" in actual
    assert "A &amp; B" in actual


def test_what_we_have_no_template_for_is_drawn_by_that_of_django() -> None:
    field = forms.Textarea(attrs={"rows": 2})
    assert field.render("note", "<i>", renderer=ours()) == field.render("note", "<i>", renderer=DjangoTemplates())
