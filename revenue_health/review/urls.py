"""Addresses of the executive pages, topic by topic."""

from revenue_health.review import urls_weekly

app_name = "review"
urlpatterns = [
    *urls_weekly.urlpatterns,
]
