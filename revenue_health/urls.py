"""Every address of the installation."""

from allauth.account.decorators import secure_admin_login
from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path
from django.utils.translation import gettext_lazy
from django.views.generic import RedirectView

from revenue_health import health
from revenue_health.search.views import search_page

# The admin has no sign-in of its own: second factor and rate limits hold for it too.
admin.site.site_header = admin.site.site_title = "Revenue Health"
admin.site.index_title = gettext_lazy("Records behind the pages")
admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("pipeline.urls")),
    path("", include("departments.urls")),
    path("", include("revenue_health.review.urls")),
    path("contribution/", include("revenue_health.contribution.urls")),
    # Single sign-on and invitations identify people by e-mail address, so only people managers may change it.
    path("accounts/email/", RedirectView.as_view(pattern_name="departments:account"), name="account_email"),
    path("accounts/", include("allauth.urls")),
    path("admin/", admin.site.urls),
    path("search/", search_page, name="search"),
    path("healthz", health.healthz, name="healthz"),
]

handler404 = "departments.web.error_pages.not_found"
