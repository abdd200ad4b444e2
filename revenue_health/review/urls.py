"""Addresses of the executive pages, topic by topic."""

from revenue_health.review import urls_packs, urls_verdict, urls_weekly

app_name = "review"
urlpatterns = [
    *urls_weekly.urlpatterns,
    *urls_verdict.urlpatterns,
    *urls_packs.urlpatterns,
]
