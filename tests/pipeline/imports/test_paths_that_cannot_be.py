"""A path that the system refuses is a sentence of every import command, as a missing file is, and never a traceback."""

from __future__ import annotations

import json
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

LONG = "x" * 300
COMMANDS = {
    "load": ("load", "{path}"),
    "a log": ("import_log", "{path}", "--sketch"),
    "a CRM export": ("convert_crm", "{path}", "{out}", "--mapping", "{mapping}"),
    "a source": ("source", "add", "{path}"),
}


@pytest.mark.django_db
@pytest.mark.parametrize("name", COMMANDS)
@pytest.mark.parametrize("json_wanted", [False, True])
def test_a_path_that_cannot_be_is_a_sentence(tmp_path: Path, name: str, *, json_wanted: bool) -> None:
    (tmp_path / "mapping.toml").touch()
    places = {"path": tmp_path / LONG, "out": tmp_path / "out", "mapping": tmp_path / "mapping.toml"}
    arguments = [part.format(**places) for part in COMMANDS[name]]
    out = StringIO()
    with pytest.raises(CommandError, match="File name too long") as refused:
        call_command(*arguments, *(["--json"] if json_wanted else []), stdout=out)
    assert len(str(refused.value)) < 300
    assert not (tmp_path / "out").exists()
    if json_wanted:
        assert json.loads(out.getvalue()) == {"error": str(refused.value)}
