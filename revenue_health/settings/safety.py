"""What browsers may load and do, and which roles need a second factor."""

from __future__ import annotations

from django.core.exceptions import ImproperlyConfigured
from django.utils.csp import CSP

ROLES = ("executive", "board", "analyst", "head", "deputy", "member")


def second_factor_roles(names: list[str]) -> list[str]:
    """Roles that need a second factor; a name that is no role is an error of configuration."""
    roles = [name.strip().lower() for name in names if name.strip()]
    if unknown := [role for role in roles if role not in ROLES]:
        raise ImproperlyConfigured(
            f"SECOND_FACTOR_ROLES: {', '.join(unknown)} is not a role. Roles are {', '.join(ROLES)}."
        )
    return roles


def content_policy(sign_in: list[str]) -> dict[str, list[str]]:
    """Everything from ourselves; forms may lead on to the provider of single sign-on."""
    return {
        "default-src": [CSP.SELF],
        "script-src": [CSP.SELF],
        "style-src": [CSP.SELF],
        # Plotly makes PNG downloads from blobs and data URLs.
        "img-src": [CSP.SELF, "data:", "blob:"],
        "connect-src": [CSP.SELF],
        "object-src": [CSP.NONE],
        "base-uri": [CSP.SELF],
        "form-action": [CSP.SELF, *sign_in],
        "frame-ancestors": [CSP.NONE],
    }
