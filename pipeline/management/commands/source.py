"""`manage.py source add|list|pull|map|status|remove`: sources of data on the command line, as in the browser."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser

from departments.core.text import clean_values
from departments.core.upload_limits import MEGABYTE
from pipeline.imports.conversion.toml_text import mapping_toml
from pipeline.imports.problems import ImportUnreadable
from pipeline.management.commands._answers import AnsweringCommand
from pipeline.models import DataSource, SourcePull
from pipeline.selectors.sources.sources import source_rows
from pipeline.services.sources.mappings import mapping_columns_check, mapping_save, notes_of_files
from pipeline.services.sources.pulls import pull_confirm, pull_import, pull_preview, pull_read, pull_start
from pipeline.services.sources.removal import pull_files_remove, source_remove
from pipeline.services.sources.storage import pull_bytes
from pipeline.services.uploads import upload_room_check
from pipeline.sources.convert import mapping_check
from pipeline.sources.meaning.mapping_gaps import decided

State = SourcePull.State


class Command(AnsweringCommand):
    help = "Files of other systems: read them, map them, import them."

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        steps = parser.add_subparsers(dest="step", required=True)
        add = self._step(steps, "add", "read files as a new source and propose a mapping")
        add.add_argument("files", nargs="+", type=Path, metavar="FILE")
        self._step(steps, "list", "all sources with their newest files")
        pull = self._step(steps, "pull", "take the next files of a source in and compute")
        pull.add_argument("source", metavar="NAME")
        pull.add_argument("files", nargs="*", type=Path, metavar="FILE", help="none: those that were read last")
        pull.add_argument("--dry-run", action="store_true", help="show what would happen, change nothing")
        pull.add_argument("--rename-company", action="store_true", help="the files are of the same company, renamed")
        pull.add_argument("--last-day", action="store_true", help="read the figures as of the last day of the data")
        mapping = self._step(steps, "map", "print the newest mapping as TOML, or take a file as the next version")
        mapping.add_argument("source", metavar="NAME")
        mapping.add_argument("file", nargs="?", type=Path, metavar="M.toml")
        status = self._step(steps, "status", "how far the newest files of a source are")
        status.add_argument("source", metavar="NAME")
        remove = self._step(steps, "remove", "remove files that a source keeps, or the whole source")
        remove.add_argument("source", metavar="NAME")
        remove.add_argument("--files", metavar="TOKEN", help="only the files of this upload; `list` names the newest")
        remove.add_argument(
            "--yes", action="store_true", help="really remove; without it, only show what would be lost"
        )

    def _step(self, steps: Any, name: str, words: str) -> CommandParser:
        parser: CommandParser = steps.add_parser(name, help=words)
        parser.add_argument("--json", action="store_true", help="print one JSON object and nothing else")
        return parser

    def answer(self, options: dict[str, Any]) -> bool:
        steps = {"add": self._add, "list": self._list, "pull": self._pull, "map": self._map, "status": self._status,
                 "remove": self._remove}  # fmt: skip
        return steps[options["step"]](options)

    def _add(self, options: dict[str, Any]) -> bool:
        pull = self._read(options["files"], None)
        return self._say_pull(options, pull)

    def _list(self, options: dict[str, Any]) -> bool:
        answer = [
            {"name": row.source.name, "kind": row.source.kind, "system": row.source.system, "imported": row.taken_in,
             "newest": row.newest.name if row.newest else None,
             "token": row.newest.token if row.newest else None, "state": row.newest.state if row.newest else None}
            for row in source_rows()
        ]  # fmt: skip
        lines = [f"{row['name']}: {row['kind']}, {row['imported']} imported, {row['state']}" for row in answer]
        self.say(options, {"sources": answer}, *(lines or ["There is no source yet."]))
        return True

    def _pull(self, options: dict[str, Any]) -> bool:
        source = self._source(options)
        pull = self._read(options["files"], source) if options["files"] else source.pulls.first()
        if pull is None:
            raise CommandError("The source has no files yet; name some.")
        if pull.state in (State.READ, State.LOOKED):
            SourcePull.objects.filter(pk=pull.pk).update(state=State.LOOKING)
            pull_preview(token=pull.token)
        if not options["dry_run"] and pull_confirm(token=pull.token, rename_company=options["rename_company"]):
            pull_import(token=pull.token, user=None, last_day=options["last_day"])
        pull.refresh_from_db()
        return self._say_pull(options, pull)

    def _map(self, options: dict[str, Any]) -> bool:
        source = self._source(options)
        newest = source.mappings.first()
        if options["file"] is None:
            if newest is None:
                raise CommandError("The source has no mapping yet.")
            text = mapping_toml(decided(newest.content, keeps_open=True))
            self.say(options, {"version": newest.version, "mapping": text}, text)
            return True
        try:
            content = clean_values(tomllib.loads(options["file"].read_text(encoding="utf-8-sig")))
        except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
            raise ImportUnreadable(f"The mapping {options['file']} cannot be read: {error}") from error
        kind, kinds = source.kind, DataSource.Kind
        mapping_check(content, log=kind == kinds.LOG, tickets=kind == kinds.TICKETS)
        mapping_columns_check(source=source, content=content)
        saved = mapping_save(source=source, content=content, origin=options["file"].name, user=None)
        self.say(options, {"version": saved.version}, f"The mapping is version {saved.version} now.")
        return True

    def _status(self, options: dict[str, Any]) -> bool:
        pull = self._source(options).pulls.first()
        if pull is None:
            raise CommandError("The source has no files yet.")
        return self._say_pull(options, pull)

    def _remove(self, options: dict[str, Any]) -> bool:
        source, token = self._source(options), options["files"]
        pulls = source.pulls.filter(token=token) if token else source.pulls.all()
        if token and not pulls:
            tokens = ", ".join(source.pulls.values_list("token", flat=True)) or "none"
            raise CommandError(f"The source has no upload {token}; it has: {tokens}.")
        size, uploads = sum(pull_bytes(pull.token) for pull in pulls), [pull.name for pull in pulls]
        if options["yes"]:
            if token:
                pull_files_remove(token=token, user=None)
            else:
                source_remove(source=source, user=None)
        what = f"The files of {len(uploads)} uploads ({size / MEGABYTE:,.1f} MB)"
        what += "" if token else f" and {source.name} with its mapping"
        verb = "are removed." if options["yes"] else "would be removed; say --yes to do it."
        answer = {"source": source.name, "uploads": uploads, "bytes": size, "removed": options["yes"]}
        lost = "A mended mapping can no longer be applied without the files. What was imported stays."
        self.say(options, answer, f"{what} {verb}", lost)
        return True

    def _read(self, files: list[Path], source: DataSource | None) -> SourcePull:
        for path in files:
            if path.is_dir():
                raise ImportUnreadable(f"{path} is a folder: name the files in it, such as {path / '*.csv'}.")
            if not path.is_file():
                raise ImportUnreadable(f"There is no file {path}.")
        upload_room_check(size=sum(path.stat().st_size for path in files))
        pull = pull_start(files=[(path.name, _pieces(path)) for path in files], source=source, user=None)
        pull_read(token=pull.token)
        pull.refresh_from_db()
        return pull

    def _source(self, options: dict[str, Any]) -> DataSource:
        source = DataSource.objects.filter(name=options["source"]).first()
        if source is None:
            names = ", ".join(DataSource.objects.values_list("name", flat=True)) or "none"
            raise CommandError(f"There is no source “{options['source']}”; there are: {names}.")
        return source

    def _say_pull(self, options: dict[str, Any], pull: SourcePull) -> bool:
        look = pull.look
        answer = {
            "source": pull.source.name, "files": pull.name, "state": pull.state, "error": pull.error,
            "import": pull.batch_id, "undecided": look.get("undecided", []), "outcomes": look.get("outcomes", {}),
            "handoffs": dict(look.get("handoffs", [])),
            "checks": look.get("checks", []), "notes": look.get("notes") or notes_of_files(pull),
            "problems": look.get("problems", []),
        }  # fmt: skip
        lines = [f"{pull.source.name}: {pull.name} is {pull.state}. {pull.error}".strip()]
        listed = [*answer["undecided"], *answer["problems"], *answer["checks"], *notes_of_files(pull)]
        lines += [f"  {line}" for line in listed]
        self.say(options, answer, *lines)
        return pull.state != State.FAILED and not answer["undecided"] and not answer["problems"]


def _pieces(path: Path) -> Iterator[bytes]:
    with path.open("rb") as stream:
        while piece := stream.read(MEGABYTE):
            yield piece
