"""One event a request, with its id, person and route; the address without keys (see departments/masking.py)."""

from __future__ import annotations

from typing import Any

import structlog
from django.http import HttpRequest
from django_structlog.middlewares import RequestMiddleware

from departments.masking import address_of, route_of
from departments.web.visitors import client_address


class RequestLogMiddleware(RequestMiddleware):
    """django_structlog's, with an address that may be read by others and the visitor's own network address."""

    @staticmethod
    def format_request(request: HttpRequest) -> str:
        """Method and address, such as `GET /u/***/`."""
        return f"{request.method} {address_of(request)}"

    @classmethod
    def bind_ip(cls, request: HttpRequest) -> None:
        """Where the visitor is, and the name of the page."""
        match = route_of(request)
        names: dict[str, Any] = {"ip": client_address(request), "route": match.view_name if match else None}
        structlog.contextvars.bind_contextvars(**names)
