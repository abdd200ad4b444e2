"""Addresses of packs, their board, decisions, links and files."""

from django.urls import URLPattern, path

from revenue_health.review.views.packs import archive, board, decisions, exports, freeze, links

urlpatterns: list[URLPattern] = [
    path("packs/", archive.pack_list, name="packs"),
    path("packs/freeze/", freeze.freeze, name="pack_freeze"),
    path("packs/decisions/", decisions.decision_list, name="decisions"),
    path("packs/<int:pk>/", archive.pack_page, name="pack"),
    path("packs/<int:pk>/csv/<slug:key>/", archive.csv, name="pack_csv"),
    path("packs/<int:pk>/decisions/", decisions.log, name="decision_log"),
    path("packs/<int:pk>/links/", links.create, name="pack_links"),
    path("packs/<int:pk>/links/<int:link>/revoke/", links.revoke, name="pack_link_revoke"),
    path("packs/<int:pk>/exports/", exports.panel, name="pack_exports"),
    path("packs/<int:pk>/exports/<int:export>/", exports.download, name="pack_export"),
    path("board/<int:pk>/", board.board_page, name="board"),
    path("b/<str:token>/", links.shared_board, name="pack_link"),
]
