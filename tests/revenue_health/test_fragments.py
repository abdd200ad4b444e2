"""What templates render once: for the same values, language and formats only, and never with DEBUG."""

from __future__ import annotations

from datetime import date

from django.template import Template, engines
from django.test import override_settings
from django.urls import set_script_prefix
from django.utils import translation

from departments.day_formats import AMERICAN, using_day_style
from departments.formats import using_number_language


def part(inside: str) -> Template:
    """A template with one fragment, which names `key`."""
    return engines["django"].from_string(
        "{% load figures fragments %}{% fragment key %}" + inside + "{% endfragment %}"
    )


def test_a_fragment_is_rendered_once_for_the_same_values() -> None:
    template = part("{{ other }}")
    assert template.render({"key": ("a", 1), "other": "first"}) == "first"
    assert template.render({"key": ("a", 1), "other": "second"}) == "first"
    assert template.render({"key": ("a", 2), "other": "second"}) == "second"
    assert template.render({"key": ("a", 1), "other": "third"}) == "first"


def test_two_fragments_keep_nothing_of_each_other() -> None:
    one, other = part("one"), part("other")
    assert (one.render({"key": 1}), other.render({"key": 1})) == ("one", "other")


def test_another_language_is_rendered_anew() -> None:
    template = part("{% translate 'Departments' %}")
    with translation.override("en"):
        assert template.render({"key": 1}) == "Departments"
    with translation.override("de"):
        assert template.render({"key": 1}) == "Abteilungen"
    with translation.override("en"):
        assert template.render({"key": 1}) == "Departments"


def test_another_way_to_write_numbers_and_days_is_rendered_anew() -> None:
    template = part("{{ number|grouped }}, {{ day|date:'j M' }}")
    context = {"key": 1, "number": 12_400, "day": date(2026, 11, 23)}
    assert template.render(context) == "12,400, 23 Nov"
    with using_number_language("de"):
        assert template.render(context) == "12.400, 23 Nov"
    with using_day_style(AMERICAN):
        assert template.render(context) == "12,400, Nov 23"


def test_addresses_below_another_prefix_are_rendered_anew() -> None:
    template = part("{% url 'search' %}")
    assert template.render({"key": 1}) == "/search/"
    set_script_prefix("/health/")
    try:
        assert template.render({"key": 1}) == "/health/search/"
    finally:
        set_script_prefix("/")


@override_settings(DEBUG=True)
def test_with_debug_every_page_renders_it_anew() -> None:
    template = part("{{ other }}")
    assert [template.render({"key": 1, "other": other}) for other in ("first", "second")] == ["first", "second"]


def test_a_cached_fragment_is_still_escaped() -> None:
    template = part("{{ other }}")
    context = {"key": 1, "other": "<b>"}
    assert [template.render(context), template.render(context)] == ["&lt;b&gt;"] * 2
