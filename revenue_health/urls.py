"""Every address of the installation."""

from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path

from revenue_health import health
from revenue_health.review.views import weekly

urlpatterns: list[URLPattern | URLResolver] = [
    path("", weekly.show, name="home"),
    path("", include("pipeline.urls")),
    path("", include("departments.urls")),
    path("", include("revenue_health.review.urls")),
    path("contribution/", include("revenue_health.contribution.urls")),
    path("accounts/", include("allauth.account.urls")),
    path("settings/", admin.site.urls),
    path("healthz", health.healthz, name="healthz"),
]
