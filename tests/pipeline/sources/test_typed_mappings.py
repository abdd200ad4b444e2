"""What people type into a mapping, by its form and by its file: taken as it is, or named and nothing saved."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterator
from copy import deepcopy
from datetime import UTC, date, datetime, time
from typing import Any

import pytest
from django.contrib.messages import get_messages
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from departments.models import User
from pipeline.imports.conversion.toml_text import mapping_toml
from pipeline.models import SourceMapping, SourcePull
from pipeline.services.sources.mappings import mapping_content
from pipeline.sources.meaning.mapping_gaps import decided
from pipeline.sources.meaning.pipelines import limit_text
from tests.forms.html_forms import forms_of
from tests.pipeline.sources.uploads import COMPANY, HEADER, edit, look, upload

pytestmark = pytest.mark.django_db
DEALS = """D1,Won,2026-01-05,2026-02-03,1200,Ann,
D2,Lost,2026-01-06,2026-02-04,900,Bob,Price
D3,Offer,2026-01-07,,700,Bob,
"""
ODD = (
    float("nan"), float("inf"), -1, 10**30, 1e300, True, "", "x" * 10_000, "a\0b", [], [[]], {}, [{"a": 1}],
    date(1, 1, 1), datetime(9999, 12, 31, tzinfo=UTC), time(2, 30),
)  # fmt: skip


@pytest.fixture
def root() -> Client:
    client = Client()
    person = User.objects.create_superuser("root", "root@example.com", "quiet-river-stone")
    client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    return client


@pytest.fixture
def pull() -> SourcePull:
    read = upload({"deals.csv": HEADER + DEALS})
    edit(read, company=COMPANY)
    look(read)
    read.refresh_from_db()
    return read


def form(root: Client, pull: SourcePull) -> dict[str, str]:
    """What a browser sends of the mapping as it stands."""
    page = f"/data/sources/files/{pull.token}/"
    (found,) = {one for one in forms_of(page, root.get(page).content) if one.action == f"{page}mapping/"}
    return {name: values[-1] for name, values in found.sent().items()}


def row_of(form: dict[str, str], value: str) -> str:
    """The beginning of the names of a stage's row."""
    return next(name.removesuffix("value") for name, text in form.items() if name.endswith("-value") and text == value)


@pytest.mark.parametrize(
    ("typed", "days"),
    [("14", 14), ("2.5", 2.5), ("2,5", 2.5), (" 7 ", 7), ("12345.67", 12345.67), ("999999.99", 999999.99)],
)
def test_a_limit_is_kept_to_its_last_digit(root: Client, pull: SourcePull, typed: str, days: float) -> None:
    sent = form(root, pull)
    field = f"{row_of(sent, 'Offer')}limit"
    assert root.post(f"/data/sources/files/{pull.token}/mapping/", sent | {field: typed}).status_code == 302
    (stage,) = [one for one in SourceMapping.objects.first().content["stages"] if "Offer" in one["activities"]]
    assert stage["time_limit_days"] == days
    # And so is what the form shows of it.
    SourcePull.objects.update(state=SourcePull.State.LOOKED)
    assert float(form(root, pull)[field]) == days == float(limit_text(days))


@pytest.mark.parametrize(
    "typed",
    ["abc", "-3", "0", "1,234", "1,234.5", "1.234,5", "1 000", "12%", "=1+1", "1e309", "1e3", "NaN", "Infinity", "٣",
     "½", "²", "9" * 400, "2026-02-30"],
)  # fmt: skip
@pytest.mark.always(5)
def test_a_limit_or_a_place_that_is_no_number_is_named_and_nothing_is_saved(
    root: Client, pull: SourcePull, typed: str
) -> None:
    versions, sent = SourceMapping.objects.count(), form(root, pull)
    row = row_of(sent, "Offer")
    for word, sentence in (("limit", "is no limit"), ("position", "is no place in the order")):
        if word == "position" and typed == "0":
            continue
        changed = sent | {f"{row}{word}": typed, f"{row}name": "Angebot"}
        page = root.post(f"/data/sources/files/{pull.token}/mapping/", changed)
        shown = page.content.decode()
        assert (page.status_code, f"Angebot: “{typed[:30]}” {sentence}" in shown) == (422, True)
        assert 'value="Angebot"' in shown, "what else was typed is still in the form"
    assert SourceMapping.objects.count() == versions
    assert SourcePull.objects.get().state == SourcePull.State.LOOKED


def test_a_mapping_that_contradicts_itself_is_no_version(root: Client, pull: SourcePull) -> None:
    """The next files of the source would be read by it."""
    versions, sent = SourceMapping.objects.count(), form(root, pull)
    sent["reason-0-department"] = "nowhere"
    page = root.post(f"/data/sources/files/{pull.token}/mapping/", sent)
    assert (page.status_code, "nowhere" in page.content.decode()) == (422, True)
    assert SourceMapping.objects.count() == versions


@pytest.mark.parametrize("row", ["-1", "abc", "1.5", "²", "10000", "=1"])
def test_a_row_of_names_that_is_no_number_reads_nothing_again(root: Client, pull: SourcePull, row: str) -> None:
    page = root.post(f"/data/sources/files/{pull.token}/read-again/", {"table-0-header_row": row}, follow=True)
    assert f"deals.csv: “{row}” is no row of names." in page.content.decode()
    assert SourcePull.objects.get().state == SourcePull.State.LOOKED


@pytest.mark.parametrize(
    ("taken_at", "sentence"),
    [
        ("2026-03-29T02:30", "Clocks are changed in that hour of Europe/Berlin."),
        ("2026-10-25T02:30", "Clocks are changed in that hour of Europe/Berlin."),
        ("2026-02-30T10:00", "Write a day and a time such as 2026-11-23T10:00."),
        ("2026-11-23T24:00", "Write a day and a time such as 2026-11-23T10:00."),
        ("0001-01-01T00:00", "That is not a day from 1900 to 2200."),
        ("9999-12-31T23:59", "That is not a day from 1900 to 2200."),
    ],
)
def test_files_show_the_state_of_an_instant_that_is_one(root: Client, taken_at: str, sentence: str) -> None:
    User.objects.update(time_zone="Europe/Berlin")
    sent = {"uploads": SimpleUploadedFile("deals.csv", (HEADER + DEALS).encode()), "taken_at": taken_at}
    page = root.post("/data/sources/", sent)
    assert (page.status_code, sentence in page.content.decode()) == (422, True)
    assert not SourcePull.objects.exists()


def changed(content: Any) -> Iterator[Any]:
    """The same content with each of its values replaced by an odd one, in turn."""
    places = content.items() if isinstance(content, dict) else enumerate(content)
    for at, value in places:
        others = list(ODD) if not isinstance(value, dict | list) else [0, "x", [0], {"x": 0}]
        if isinstance(value, dict | list):
            others += list(changed(value))
        for other in others:
            copy = deepcopy(content)
            copy[at] = other
            yield copy


def toml(value: Any) -> str:
    """Any value as TOML has it, also those that no mapping of ours holds."""
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{json.dumps(key)} = {toml(inner)}" for key, inner in value.items()) + " }"
    if isinstance(value, list):
        return "[" + ", ".join(map(toml, value)) + "]"
    if isinstance(value, date | time):
        return value.isoformat()
    return json.dumps(value).replace("NaN", "nan").replace("Infinity", "inf")


def sends(root: Client, pull: SourcePull, content: dict[str, Any]) -> str:
    """What the page says of a mapping file; a version that it takes can be shown."""
    root.cookies.pop("messages", None)
    versions = SourceMapping.objects.count()
    text = "".join(f"{name} = {toml(part)}\n" for name, part in content.items())
    file = SimpleUploadedFile("m.toml", text.encode())
    sent = root.post(f"/data/sources/{pull.source_id}/mapping/", {"mapping": file})
    *_, message = get_messages(sent.wsgi_request)
    if message.level_tag == "success":
        SourcePull.objects.update(state=SourcePull.State.LOOKED)
        assert root.get(f"/data/sources/files/{pull.token}/").status_code == 200
    else:
        assert SourceMapping.objects.count() == versions
    return str(message)


@pytest.fixture
def plain(pull: SourcePull) -> dict[str, Any]:
    """The mapping as its file has it."""
    return tomllib.loads(mapping_toml(decided(mapping_content(pull.source.mappings.first()))))


@pytest.mark.parametrize(
    ("part", "sentence"),
    [
        ({"company": "x"}, "Write [company] in a line of its own"),
        ({"stages": {"key": "x"}}, "Write [[stages]] in a line of its own"),
        ({"stages": [1]}, "Write [[stages]] in a line of its own"),
        ({"values": {"Stage": 1}}, "[values] Stage: write a text"),
        ({"loss_reasons": [{"name": "Price"}]}, "Each [[loss_reasons]] needs a text as department."),
        ({"deal": {"key": "Deal ID", "created": []}}, "[deal] created: write a text"),
        ({"deal": {"key": date(2026, 1, 1)}}, "[deal] key: write a text"),
        ({"pipeline": {"key": "sales", "name": float("nan")}}, "[pipeline] name: write a text"),
        ({"files": {"deals": float("inf")}}, "[files] deals: write a text"),
    ],
)
@pytest.mark.always(3)
def test_a_part_that_is_built_otherwise_is_named(
    root: Client, pull: SourcePull, plain: dict[str, Any], part: dict[str, Any], sentence: str
) -> None:
    assert sentence in sends(root, pull, plain | part)


def test_a_control_character_in_a_mapping_is_a_space(root: Client, pull: SourcePull, plain: dict[str, Any]) -> None:
    plain["pipeline"]["name"] = "New\0business"
    assert "version" in sends(root, pull, plain)
    assert SourceMapping.objects.first().content["pipeline"]["name"] == "New business"


@pytest.mark.slow
def test_no_value_of_a_mapping_file_breaks_its_page(root: Client, pull: SourcePull, plain: dict[str, Any]) -> None:
    for content in changed(plain):
        assert sends(root, pull, content)
