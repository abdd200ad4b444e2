"""What stands around every page: `{% shell as shell %}`, `{% navigation as navigation %}`, the release, the theme."""

from __future__ import annotations

from typing import Any

from django import template
from django.conf import settings
from django.http import HttpRequest

from departments.web.rendering import theme_of
from pipeline.page.shell import Shell, shell_of
from revenue_health.navigation import Navigation, navigation_of

register = template.Library()


@register.simple_tag(takes_context=True)
def shell(context: dict[str, Any]) -> Shell | None:
    """The page's surroundings; None on error pages, which are rendered without a request, and before sign-in."""
    request: HttpRequest | None = context.get("request")
    if request is None or not getattr(request, "user", None) or not request.user.is_authenticated:
        return None
    return shell_of(request)


@register.simple_tag(takes_context=True)
def navigation(context: dict[str, Any]) -> Navigation | None:
    """The links of the header and the menu; None where `shell` is None."""
    if shell(context) is None:
        return None
    return navigation_of(context["request"])


@register.simple_tag
def version() -> str:
    """The release that made this page, for the foot of the page and for whoever reports a fault."""
    release: str = settings.VERSION
    return release


@register.simple_tag(takes_context=True)
def theme(context: dict[str, Any]) -> str:
    request: HttpRequest | None = context.get("request")
    return theme_of(request) if request is not None else "auto"
