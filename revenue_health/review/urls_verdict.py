"""Addresses of the drivers, the what-if and the forecast."""

from django.urls import URLPattern, path

from revenue_health.contribution.views import redirects
from revenue_health.review.views.drivers import driver, drivers, evidence
from revenue_health.review.views.forecast import forecast, scenarios, track_record, what_if

urlpatterns: list[URLPattern] = [
    path("drivers/", drivers.drivers_page, name="drivers"),
    path("drivers/panel/", drivers.panel, name="drivers_panel"),
    path("drivers/progress/", drivers.progress, name="drivers_progress"),
    path("drivers/compute/", drivers.compute, name="drivers_compute"),
    path("drivers/inside/", drivers.sales_cuts, name="drivers_inside"),
    path("drivers/evidence/", evidence.ask, name="evidence"),
    path("drivers/evidence/<int:pk>/", evidence.evidence_state, name="evidence_state"),
    path("drivers/evidence/<int:pk>/pdf/", evidence.download, name="evidence_pdf"),
    path("drivers/<key:key>/", driver.driver_page, name="driver"),
    path("accountability/", redirects.drivers, name="accountability"),
    path("forecast/", forecast.forecast_page, name="forecast"),
    path("forecast/lever/", forecast.lever_line, name="lever_line"),
    path("forecast/compute/", forecast.compute, name="forecast_compute"),
    path("track-record/", track_record.track_record_page, name="track_record"),
    path("what-if/", what_if.what_if_page, name="what_if"),
    path("what-if/scenarios/", scenarios.scenario_list, name="scenarios"),
    path("what-if/scenarios/save/", scenarios.save, name="scenario_save"),
    path("what-if/scenarios/<int:pk>/delete/", scenarios.delete, name="scenario_delete"),
    path("what-if/scenarios/<int:pk>/restore/", scenarios.restore, name="scenario_restore"),
]
