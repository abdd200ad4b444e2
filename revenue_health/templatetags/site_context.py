"""Tags for base.html: `{% site_context as site %}`, `{% navigation as navigation %}`, the release, the theme."""

from __future__ import annotations

from typing import Any

from django import template
from django.conf import settings
from django.http import HttpRequest

from departments.web.rendering import theme_of
from pipeline.page.site_context import SiteContext, site_context
from revenue_health.navigation import Navigation, navigation_of

register = template.Library()


@register.simple_tag(takes_context=True, name="site_context")
def site_context_tag(context: dict[str, Any]) -> SiteContext | None:
    """The request's site context; None on error pages, which are rendered without a request, and before sign-in."""
    request: HttpRequest | None = context.get("request")
    if request is None or not getattr(request, "user", None) or not request.user.is_authenticated:
        return None
    return site_context(request)


@register.simple_tag(takes_context=True)
def navigation(context: dict[str, Any]) -> Navigation | None:
    """The links of the header and the menu; None where `{% site_context %}` is."""
    if site_context_tag(context) is None:
        return None
    return navigation_of(context["request"])


@register.simple_tag
def version() -> str:
    """The release that rendered this page, for the page footer and for fault reports."""
    release: str = settings.VERSION
    return release


@register.simple_tag(takes_context=True)
def theme(context: dict[str, Any]) -> str:
    request: HttpRequest | None = context.get("request")
    return theme_of(request) if request is not None else "auto"
