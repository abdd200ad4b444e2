"""The order in which a request passes the middleware, and its response comes back through it."""

from __future__ import annotations

ORDER = [
    # Redirects to https before anything else is done for a request.
    "django.middleware.security.SecurityMiddleware",
    # Outside of everything that may answer by itself, so that static files and redirects carry the policies too.
    "django.middleware.csp.ContentSecurityPolicyMiddleware",
    "departments.web.safety.policy_middleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    # Before the first reader of cookies (sessions) and of forms (CSRF): the database refuses some control characters.
    "departments.web.clean_text.CleanTextMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    # Every page asks for a sign-in, unless its view is marked login_not_required.
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "departments.web.lock_waits.LockWaitMiddleware",
    "departments.web.middleware.HistoryMiddleware",
    # Idle before second factor: whose session is over signs in again, and does not set up a factor in it.
    "departments.web.safety.idle_middleware",
    "departments.web.safety.second_factor_middleware",
    # The language first: the style of days takes its names of months from it.
    "departments.web.language.language_middleware",
    "departments.web.middleware.time_zone_middleware",
    "departments.web.middleware.numbers_middleware",
    "revenue_health.contribution.middleware.verdict_words_middleware",
    "django_htmx.middleware.HtmxMiddleware",
    # Innermost: the person is known by then, and static files are not logged.
    "revenue_health.logs.requests.RequestLogMiddleware",
]
