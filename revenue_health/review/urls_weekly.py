"""Addresses of the weekly review and of the page that shows every component."""

from django.urls import path

from revenue_health.review.views import style
from revenue_health.review.views.weekly import changes, review

urlpatterns = [
    path("", review.review_page, name="index"),
    path("review/changes/", changes.changes_page, name="changes"),
    path("style/", style.style_page, name="style"),
]
