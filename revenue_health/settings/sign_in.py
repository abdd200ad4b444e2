"""How people sign in: password, codes from an app, passkeys, and the company's own single sign-on by OpenID Connect."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured

FORMS = {
    "login": "departments.people.views.sign_in_forms.SignInForm",
    "reset_password": "departments.people.views.reset_form.ResetForm",
    "reset_password_from_key": "departments.people.views.sign_in_forms.NewPasswordForm",
    "change_password": "departments.people.views.sign_in_forms.PasswordChangeForm",
}
"""allauth's ACCOUNT_FORMS."""
_NEEDED = ("OIDC_CLIENT_ID", "OIDC_SECRET", "OIDC_SERVER_URL")


def oidc_providers(values: dict[str, str]) -> dict[str, Any]:
    """allauth's SOCIALACCOUNT_PROVIDERS from OIDC_NAME, OIDC_CLIENT_ID, OIDC_SECRET, OIDC_SERVER_URL; none without."""
    missing = [name for name in _NEEDED if not values.get(name)]
    if len(missing) == len(_NEEDED):
        return {}
    if missing:
        raise ImproperlyConfigured(f"Single sign-on is only partly configured: {', '.join(missing)} is not set.")
    if not values["OIDC_SERVER_URL"].startswith("https://"):
        raise ImproperlyConfigured("OIDC_SERVER_URL must begin with https://.")
    name = values.get("OIDC_NAME") or "Single sign-on"
    return {
        "openid_connect": {
            "OAUTH_PKCE_ENABLED": True,
            "APPS": [
                {
                    "provider_id": "sso",
                    "name": name,
                    "client_id": values["OIDC_CLIENT_ID"],
                    "secret": values["OIDC_SECRET"],
                    "settings": {"server_url": values["OIDC_SERVER_URL"]},
                }
            ],
        }
    }


def oidc_origin(values: dict[str, str]) -> list[str]:
    """Where the sign-in form is led on to: the content policy must allow it."""
    parts = urlsplit(values.get("OIDC_SERVER_URL", ""))
    return [f"{parts.scheme}://{parts.netloc}"] if parts.netloc else []
