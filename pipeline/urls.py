"""Addresses of the pipeline floor; departments and data are its pages too, since they show what flows."""

from django.urls import path

from pipeline.views import departments
from pipeline.views.data import data, imports, sample, set_up, set_up_forms
from pipeline.views.deals import my_queue, opportunities, quality
from pipeline.views.leaks import leak_map
from pipeline.views.settings import company, lists
from pipeline.views.sources import pulls, removal, sources

app_name = "pipeline"
urlpatterns = [
    path("pipeline/", leak_map.leak_map_page, name="leak_map"),
    path("pipeline/opportunities/", opportunities.opportunity_list, name="opportunities"),
    path("pipeline/opportunities/<key:key>/", opportunities.opportunity_detail, name="opportunity"),
    path("departments/", departments.department_list, name="departments"),
    path("departments/<key:key>/", departments.department_detail, name="department"),
    path("my/queue/", my_queue.queue_page, name="my_queue"),
    path("data/", data.data_page, name="data"),
    path("set-up/", set_up.set_up_page, name="set_up"),
    path("set-up/plan/", set_up_forms.plan_page, name="set_up_plan"),
    path("set-up/owners/", set_up_forms.owners_page, name="set_up_owners"),
    path("set-up/sample/", sample.load, name="set_up_sample"),
    path("set-up/sample/throw-away/", sample.discard, name="set_up_sample_discard"),
    path("data/runs/", data.runs, name="data_runs"),
    path("data/recompute/", data.recompute_request, name="data_recompute"),
    path("data/uploads/", imports.upload_start, name="import_upload_start"),
    path("data/uploads/<slug:token>/", imports.uploaded, name="import_upload"),
    path("data/uploads/<slug:token>/take-in/", imports.confirm, name="import_confirm"),
    path("data/complete/", quality.quality_page, name="data_quality"),
    path("data/sources/", sources.source_list, name="sources"),
    path("data/sources/<int:pk>/", sources.source_detail, name="source"),
    path("data/sources/<int:pk>/mapping.toml", sources.source_mapping, name="source_mapping"),
    path("data/sources/<int:pk>/mapping/", sources.source_mapping_upload, name="source_mapping_upload"),
    path("data/sources/<int:pk>/remove/", removal.source_removal, name="source_remove"),
    path("data/sources/files/<slug:token>/", pulls.pull_page, name="source_files"),
    path("data/sources/files/<slug:token>/mapping/", pulls.pull_mapping, name="source_files_mapping"),
    path("data/sources/files/<slug:token>/read-again/", pulls.pull_reread, name="source_files_reread"),
    path("data/sources/files/<slug:token>/take-in/", pulls.pull_take_in, name="source_files_take_in"),
    path("data/sources/files/<slug:token>/remove/", removal.pull_removal, name="source_files_remove"),
    path("data/imports/<int:pk>/", imports.import_detail, name="import"),
    path("data/imports/<int:pk>/errors/", imports.errors, name="import_errors"),
    path("data/imports/<int:pk>/undo/", imports.undo, name="import_undo"),
    path("settings/", company.company_page, name="settings_company"),
    path("settings/<slug:kind>/", lists.index, name="settings_list"),
    path("settings/<slug:kind>/new/", lists.new, name="settings_new"),
    path("settings/<slug:kind>/<int:pk>/", lists.edit, name="settings_edit"),
    path("settings/<slug:kind>/<int:pk>/remove/", lists.remove, name="settings_remove"),
]
