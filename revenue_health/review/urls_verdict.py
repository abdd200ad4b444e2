"""Addresses of the verdict, the what-if and the forecast."""

from django.urls import URLPattern, path

from revenue_health.review.views.accountability import evidence, verdict
from revenue_health.review.views.forecast import forecast, scenarios, track_record, what_if

urlpatterns: list[URLPattern] = [
    path("accountability/", verdict.show, name="accountability"),
    path("accountability/compute/", verdict.compute, name="accountability_compute"),
    path("accountability/inside/", verdict.inside, name="accountability_inside"),
    path("accountability/evidence/", evidence.ask, name="accountability_evidence"),
    path("accountability/evidence/<int:pk>/", evidence.show, name="accountability_evidence_state"),
    path("accountability/evidence/<int:pk>/pdf/", evidence.download, name="accountability_evidence_pdf"),
    path("forecast/", forecast.forecast_page, name="forecast"),
    path("forecast/compute/", forecast.compute, name="forecast_compute"),
    path("track-record/", track_record.show, name="track_record"),
    path("what-if/", what_if.what_if_page, name="what_if"),
    path("what-if/scenarios/", scenarios.scenario_list, name="scenarios"),
    path("what-if/scenarios/save/", scenarios.save, name="scenario_save"),
    path("what-if/scenarios/<int:pk>/delete/", scenarios.delete, name="scenario_delete"),
    path("what-if/scenarios/<int:pk>/restore/", scenarios.restore, name="scenario_restore"),
]
