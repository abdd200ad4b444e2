"""Names of stages and departments by id, in templates."""

from __future__ import annotations

from functools import lru_cache

from django import template
from django.urls import get_script_prefix, reverse

from pipeline.selectors.overview import Structure

register = template.Library()


@register.filter
def stage_name(structure: Structure, pk: int) -> str:
    return structure.stages[pk].name


@register.filter
def stage_place(structure: Structure, pk: int) -> str:
    """A stage with its pipeline, where two of them may be called alike."""
    stage = structure.stages[pk]
    return f"{stage.name} ({stage.pipeline_name})"


@register.filter
def deal_address(key: str) -> str:
    """The page of a deal by its key. Tables have a hundred of them, so each is made once."""
    return _deal_address(key, get_script_prefix())


@lru_cache(maxsize=8192)
def _deal_address(key: str, _prefix: str) -> str:
    return reverse("pipeline:opportunity", args=[key])


@register.simple_tag
def page_address(page: str, arguments: tuple[str, ...] = ()) -> str:
    """The address of a page by its name and arguments, where both are values."""
    return reverse(page, args=arguments)


@register.filter
def department_name(structure: Structure, pk: int | None) -> str:
    return structure.department_name(pk)
