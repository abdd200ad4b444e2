"""Addresses of the contribution model."""

from django.urls import path

from revenue_health.contribution.views import bridge, leak, panels, party, register

app_name = "contribution"
urlpatterns = [
    path("", bridge.bridge_page, name="bridge"),
    path("compute/", bridge.compute, name="compute"),
    path("panel/", panels.overview, name="panel"),
    path("panel/<key:key>/", panels.department, name="department_panel"),
    path("measurables/<key:key>/", panels.measurables, name="measurables_panel"),
    path("register/", register.register_page, name="register"),
    path("register/<int:pk>/", leak.leak_page, name="leak"),
    path("register/<int:pk>/owner/", leak.assign, name="leak_assign"),
    path("register/<int:pk>/status/", leak.status, name="leak_status"),
    path("<key:key>/", party.party_page, name="party"),
]
