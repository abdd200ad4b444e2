"""Addresses of the contribution model."""

from django.urls import path

from revenue_health.contribution.views import bridge, leak, panels, party, register

app_name = "contribution"
urlpatterns = [
    path("", bridge.show, name="bridge"),
    path("compute/", bridge.compute, name="compute"),
    path("panel/", panels.overview, name="panel"),
    path("panel/<key:key>/", panels.department, name="department_panel"),
    path("measurables/<key:key>/", panels.measurables, name="measurables_panel"),
    path("register/", register.index, name="register"),
    path("register/<int:pk>/", leak.show, name="leak"),
    path("register/<int:pk>/owner/", leak.assign, name="leak_assign"),
    path("register/<int:pk>/status/", leak.status, name="leak_status"),
    path("<key:key>/", party.show, name="party"),
]
