"""Which release runs is the same everywhere, and a person can see it."""

from __future__ import annotations

import re
import tomllib

import pytest
from django.test import Client

from revenue_health import __version__
from revenue_health.embedded.home import PROJECT


def test_package_project_and_changelog_name_one_release() -> None:
    project = tomllib.loads((PROJECT / "pyproject.toml").read_text())["project"]
    released = re.findall(r"^## (\d+\.\d+\.\d+) \(\d{4}-\d\d-\d\d\)$", (PROJECT / "CHANGELOG.md").read_text(), re.M)
    assert project["version"] == __version__ == released[0]


def test_the_licence_named_is_the_licence_enclosed() -> None:
    project = tomllib.loads((PROJECT / "pyproject.toml").read_text())["project"]
    assert project["license"] == "AGPL-3.0-or-later"
    assert (PROJECT / "LICENSE").read_text().startswith("GNU AFFERO GENERAL PUBLIC LICENSE\nVersion 3")


@pytest.mark.django_db
def test_the_page_foot_says_which_release_made_it(client: Client) -> None:
    assert f"Revenue Health {__version__}</footer>" in client.get("/accounts/login/").content.decode()
