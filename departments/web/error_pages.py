"""What stands on a 404: that there is nothing, or for whom the page is."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from departments.access import ExecutivesOnly


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """The status is 404 either way."""
    return render(request, "404.html", {"packs_only": isinstance(exception, ExecutivesOnly)}, status=404)
