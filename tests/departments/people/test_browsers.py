"""Names of browsers, from headers as they are sent."""

from __future__ import annotations

import pytest

from departments.templatetags.browsers import browser

EDGE = "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0 Safari/537.36 Edg/130.0"
SAFARI = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 Version/18.0 Safari/604.1"


@pytest.mark.parametrize(
    ("header", "name"),
    [
        (EDGE, "Edge, Windows"),
        (SAFARI, "Safari, iPhone"),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:133.0) Gecko/20100101 Firefox/133.0", "Firefox, Linux"),
        ("curl/8.0", "curl/8.0"),
        ("", "unknown browser"),
    ],
)
def test_the_first_name_that_fits(header: str, name: str) -> None:
    assert browser(header) == name
