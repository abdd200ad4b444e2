"""Names of stages and departments by id, in templates."""

from __future__ import annotations

from django import template

from pipeline.selectors.overview import Structure

register = template.Library()


@register.filter
def stage_name(structure: Structure, pk: int) -> str:
    return structure.stages[pk].name


@register.filter
def department_name(structure: Structure, pk: int | None) -> str:
    return structure.department_name(pk)
