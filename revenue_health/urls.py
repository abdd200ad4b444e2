"""Every address of the installation."""

from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path

from revenue_health import health, home

urlpatterns: list[URLPattern | URLResolver] = [
    path("", home.home, name="home"),
    path("", include("pipeline.urls")),
    path("", include("departments.urls")),
    path("contribution/", include("revenue_health.contribution.urls")),
    path("accounts/", include("allauth.account.urls")),
    path("settings/", admin.site.urls),
    path("healthz", health.healthz, name="healthz"),
]
