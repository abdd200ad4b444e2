"""Whatever is done to the bytes of a good folder: it loads, or it is refused and nothing of it is kept."""

# ruff: noqa: E501 - rows of data are kept whole.

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipeline.models import Event, ImportBatch
from pipeline.services.imports import company_folder_load
from pipeline.services.imports_undo import import_undo
from tests.pipeline.folders import GOOD, folder_write, truth

SPICES = st.sampled_from(
    [b"", b"\0", b'"', b'""', b",", b"\n", b"\r", b"\r\n", b"\xff", b"\xc3", b"\xef\xbb\xbf", b"-", b"e", b"9" * 40, b"lost",
     b"O1", b"\\.", b"NaN", b" ", b"'", b"%s", b"\xe2\x80\xa8", b"0000-00-00", b"2026-02-30", b"9999999999-01-01", b"\x1a", b"\x7f"]
)  # fmt: skip
EDITS = st.lists(
    st.tuples(
        st.sampled_from(sorted(GOOD)), st.floats(0, 1), st.integers(0, 6), st.one_of(SPICES, st.binary(max_size=4))
    ),
    min_size=1,
    max_size=3,
)


@pytest.mark.django_db
@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(edits=EDITS)
def test_a_mangled_folder_is_loaded_or_refused_whole(edits: list[tuple[str, float, int, bytes]]) -> None:
    before = truth()
    with tempfile.TemporaryDirectory() as scratch:
        folder = folder_write(Path(scratch))
        for name, where, cut, spice in edits:
            data = (folder / name).read_bytes()
            place = int(where * len(data))
            (folder / name).write_bytes(data[:place] + spice + data[place + cut :])
        result = company_folder_load(path=folder)
    if result.accepted:
        assert Event.objects.filter(batch_id=result.batch).count() == result.files["events.csv"]["new"]
        import_undo(batch_id=result.batch)
    else:
        assert result.problem_count
        assert truth() == before
        assert ImportBatch.objects.get(pk=result.batch).status == "refused"
