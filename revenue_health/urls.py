"""Every address of the installation."""

from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path
from django.views.generic import RedirectView

from revenue_health import health

urlpatterns: list[URLPattern | URLResolver] = [
    path("", RedirectView.as_view(pattern_name="pipeline:leak_map"), name="home"),
    path("", include("pipeline.urls")),
    path("", include("departments.urls")),
    path("contribution/", include("revenue_health.contribution.urls")),
    path("accounts/", include("allauth.account.urls")),
    path("settings/", admin.site.urls),
    path("healthz", health.healthz, name="healthz"),
]
