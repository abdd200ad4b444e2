"""Addresses of the weekly review and of the page that shows every component."""

from django.urls import path

from revenue_health.review.views import style
from revenue_health.review.views.weekly import changes, review

urlpatterns = [
    path("", review.show, name="index"),
    path("review/changes/", changes.show, name="changes"),
    path("style/", style.style_page, name="style"),
]
