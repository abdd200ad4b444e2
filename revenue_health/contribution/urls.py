"""Addresses of the contribution model."""

from django.urls import path

from revenue_health.contribution.views import bridge, panels, party

app_name = "contribution"
urlpatterns = [
    path("", bridge.show, name="bridge"),
    path("compute/", bridge.compute, name="compute"),
    path("panel/", panels.overview, name="panel"),
    path("panel/<str:key>/", panels.department, name="department_panel"),
    path("<str:key>/", party.show, name="party"),
]
