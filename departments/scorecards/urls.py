"""Addresses of the scorecards."""

from django.urls import path, register_converter

from departments.scorecards.views import cells, files, scorecards, setup, week
from departments.scorecards.views.week_address import MondayConverter

register_converter(MondayConverter, "monday")

urlpatterns = [
    path("scorecards/", scorecards.scorecard_list, name="scorecards"),
    path("scorecards/<key:key>/", scorecards.scorecard_page, name="scorecard"),
    path("scorecards/<key:key>/panel/", scorecards.scorecard_panel, name="scorecard_panel"),
    path("scorecards/<key:key>/cells/<key:measurable>/<monday:week>/", cells.cell, name="scorecard_cell"),
    path("scorecards/<key:key>/paste/", cells.paste, name="scorecard_paste"),
    path("scorecards/<key:key>/weeks/<monday:week>/", week.week, name="scorecard_week"),
    path("scorecards/<key:key>/remarks/", setup.annotation_add, name="scorecard_annotations"),
    path(
        "scorecards/<key:key>/remarks/<int:pk>/remove/",
        setup.annotation_remove,
        name="scorecard_annotation_remove",
    ),
    path("scorecards/<key:key>/measurables/", setup.measurables, name="scorecard_measurables"),
    path("scorecards/<key:key>/measurables/<key:measurable>/", setup.measurable, name="scorecard_measurable"),
    path("scorecards/<key:key>/download/<str:kind>/", files.download, name="scorecard_download"),
    path("scorecards/<key:key>/upload/", files.upload, name="scorecard_upload"),
]
