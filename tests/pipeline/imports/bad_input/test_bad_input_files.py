"""Folders and archives made to harm: bombs, endless lines, links, pipes; none hangs, fills memory or is half loaded."""

from __future__ import annotations

import os
import resource
import stat
import zipfile
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest

from pipeline.imports.files.sources import folder_open
from pipeline.imports.files.tables import tables_of
from pipeline.imports.problems import ImportUnreadable, ProblemList
from pipeline.services.imports import company_folder_load
from tests.pipeline.folders import GOOD, folder_write, truth

pytestmark = pytest.mark.django_db


def reasons(path: Path) -> list[str]:
    before = truth()
    result = company_folder_load(path=path)
    assert result.status == "refused"
    assert truth() == before
    return [problem.reason for problem in result.problems]


class EndlessLine:
    """A stream of one line of a gigabyte."""

    def __init__(self) -> None:
        self.left, self.head = 1024**3, b"key,name\n"

    def read(self, size: int) -> bytes:
        if self.head:
            head, self.head = self.head, b""
            return head
        count = min(size, self.left)
        self.left -= count
        return b"x" * count


def test_a_line_of_a_gigabyte_is_refused_without_reading_it() -> None:
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    problems, stream = ProblemList(), EndlessLine()
    list(tables_of(stream, "accounts.csv", problems))
    assert [(p.line, p.reason) for p in problems.listed] == [(2, "the line is longer than 1,048,576 bytes")]
    assert stream.left > 1000 * 1024**2
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 200_000


def archive(path: Path, entries: dict[str | zipfile.ZipInfo, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as target:
        for name, data in entries.items():
            target.writestr(name, data)
    return path


def good() -> dict[Any, bytes]:
    return {name: text.encode() for name, text in GOOD.items()}


def link() -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo("link.csv")
    entry.external_attr = (stat.S_IFLNK | 0o777) << 16
    return entry


@pytest.mark.parametrize(
    ("entry", "data", "why"),
    [
        ("events2.csv", b"0" * 50_000_000, "unpacks to more than 200 times its size"),
        ("../events.csv", b"x", "a path outside it"),
        ("/etc/events.csv", b"x", "a path outside it"),
        ("a\\..\\events.csv", b"x", "a path outside it"),
        ("a/b/events.csv", b"x", "only one folder deep"),
        ("a/events.csv", b"x", "events.csv twice"),
        (link(), b"/etc/passwd", "a link"),
    ],
)
def test_a_zip_made_to_harm_is_refused(tmp_path: Path, entry: str | zipfile.ZipInfo, data: bytes, why: str) -> None:
    (reason,) = reasons(archive(tmp_path / "bad.zip", good() | {entry: data}))
    assert why in reason


def test_a_zip_of_too_many_files_is_refused(tmp_path: Path) -> None:
    (reason,) = reasons(archive(tmp_path / "bad.zip", {f"{n}.csv": b"" for n in range(1_001)}))
    assert "more than 1000 files" in reason


def test_a_zip_that_lies_about_a_size_is_refused(tmp_path: Path) -> None:
    path = archive(tmp_path / "bad.zip", good())
    data = path.read_bytes()
    size = len(GOOD["events.csv"]).to_bytes(4, "little")
    assert data.count(size) >= 2
    path.write_bytes(data.replace(size, (10).to_bytes(4, "little")))
    assert any("damaged" in reason or "longer" in reason for reason in reasons(path))


@pytest.mark.parametrize("cut", [10, 500, 1500])
def test_a_torn_zip_is_refused(tmp_path: Path, cut: int) -> None:
    path = archive(tmp_path / "bad.zip", good())
    path.write_bytes(path.read_bytes()[:-cut])
    (reason,) = reasons(path)
    assert "neither a folder nor a readable zip" in reason


def test_a_link_that_leaves_the_folder_is_refused(tmp_path: Path) -> None:
    outside = tmp_path / "outside.csv"
    outside.write_text(GOOD["events.csv"])
    folder = folder_write(tmp_path / "in", without=("events.csv",))
    (folder / "events.csv").symlink_to(outside)
    assert reasons(folder) == ["events.csv is a link that leaves the folder."]


def test_a_file_that_is_gone_when_its_turn_comes_is_named(tmp_path: Path) -> None:
    folder = folder_write(tmp_path / "in", without=("events.csv",))
    (folder / "events.csv").symlink_to(folder / "moved.csv")
    (reason,) = reasons(folder)
    assert reason.startswith("events.csv cannot be read: no such file or directory.")


@pytest.mark.parametrize("change", ["longer", "shorter"])
def test_a_file_that_is_written_to_while_it_is_read_is_refused(tmp_path: Path, change: str) -> None:
    folder = folder_write(tmp_path / "in")
    with folder_open(folder) as source, source.open("events.csv") as stream:
        assert stream.read(10) == b"opportunit"
        text = (folder / "events.csv").read_text()
        (folder / "events.csv").write_text(text + "O1,2026-04-01,,won,9,,,\n" if change == "longer" else text[:200])
        with pytest.raises(ImportUnreadable, match=r"events.csv was written to while it was read"):
            list(iter(lambda: stream.read(100), b""))


def test_a_pipe_does_not_hang(tmp_path: Path) -> None:
    folder = folder_write(tmp_path / "in", without=("events.csv",))
    os.mkfifo(folder / "events.csv")
    assert reasons(folder) == ["events.csv is not a regular file."]


def test_a_folder_that_is_not_there_is_said_so(tmp_path: Path) -> None:
    with pytest.raises(ImportUnreadable, match="There is no folder"):
        company_folder_load(path=tmp_path / "none")


def test_a_record_may_cross_the_blocks_it_is_read_in() -> None:
    from pipeline.imports.files.records import blocks_of, records_of

    text = b"k,v\n" + b"".join(b'%d,"a ""q""\n%d"\n' % (n, n) for n in range(200))
    blocks = [records_of(block) for block in blocks_of(BytesIO(text), block_bytes=97)]
    assert b"".join(block.data for block in blocks) == text
    assert [int(line) for block in blocks for line in block.lines] == [1, *range(2, 402, 2)]
