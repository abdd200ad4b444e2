"""Pages tell the company's time, or the reader's own."""

from datetime import UTC, datetime

import pytest
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from departments.models import Company, User
from departments.web.middleware import time_zone_middleware

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 7, 1, 12, 0, tzinfo=UTC)


def hour_shown(user: User) -> int:
    cache.clear()
    request = HttpRequest()
    request.user = user
    shown: list[int] = []

    def view(request: HttpRequest) -> HttpResponse:
        shown.append(timezone.localtime(NOON).hour)
        return HttpResponse()

    time_zone_middleware(view)(request)
    return shown[0]


def test_the_company_s_time_is_shown() -> None:
    Company.objects.create(name="A", reporting_currency="EUR", time_zone="Europe/Berlin")
    assert hour_shown(User(username="a")) == 14


def test_a_person_s_own_time_goes_before() -> None:
    Company.objects.create(name="A", reporting_currency="EUR", time_zone="Europe/Berlin")
    assert hour_shown(User(username="a", time_zone="America/New_York")) == 8


def test_before_a_company_is_loaded_it_is_utc() -> None:
    assert hour_shown(User(username="a")) == 12
