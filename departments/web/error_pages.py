"""The 404 page: that there is nothing here, or that the page is for executives."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from departments.access import ExecutivesOnly


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Render either page; the status is 404 in both cases."""
    return render(request, "404.html", {"packs_only": isinstance(exception, ExecutivesOnly)}, status=404)
