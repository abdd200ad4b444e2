"""Addresses of the contribution model."""

from django.urls import path

from revenue_health.contribution.views import leak, panels, redirects, register

app_name = "contribution"
urlpatterns = [
    path("", redirects.drivers, name="bridge"),
    path("measurables/<key:key>/", panels.measurables, name="measurables_panel"),
    path("register/", register.register_page, name="register"),
    path("register/<int:pk>/", leak.leak_page, name="leak"),
    path("register/<int:pk>/owner/", leak.assign, name="leak_assign"),
    path("register/<int:pk>/status/", leak.status, name="leak_status"),
    path("<key:key>/", redirects.driver, name="party"),
]
