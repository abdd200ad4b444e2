"""The demo's one-click sign-in, for the sign-in page."""

from __future__ import annotations

from django import template

from departments.people.selectors.demo import DemoPerson
from departments.people.selectors.demo import demo_people as people

register = template.Library()


@register.simple_tag
def demo_people() -> list[DemoPerson]:
    return people()
