"""Django's handle on the review app."""

from django.apps import AppConfig


class ReviewConfig(AppConfig):
    name = "revenue_health.review"
    label = "review"
