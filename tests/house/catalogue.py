"""The catalogue of translations: `python -m tests.house.catalogue` takes up new texts and compiles what is translated.

Texts are gathered from templates and modules in pure Python, so neither CI nor a laptop needs GNU gettext. What is no
longer said is left out; a text that changed is a new text, and never a guess marked fuzzy.
"""

from __future__ import annotations

import io
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.utils.translation.template import templatize

ROOT = Path(__file__).parent.parent.parent
FOLDER = ROOT / "locale" / "de" / "LC_MESSAGES"
PO, MO = FOLDER / "django.po", FOLDER / "django.mo"
PACKAGES = ("departments", "pipeline", "revenue_health")
KEYWORDS = {
    **dict.fromkeys(("_", "gettext", "gettext_lazy", "gettext_noop"), None),
    **dict.fromkeys(("ngettext", "ngettext_lazy"), (1, 2)),
    **dict.fromkeys(("pgettext", "pgettext_lazy"), ((1, "c"), 2)),
}
IN_TABLES: dict[str, dict[str, tuple[int]]] = {
    "pipeline/core/measured.py": {"_counted": (3,), "_rate": (3,), "_money_figure": (2,)},
    "pipeline/imports/folder/format.py": {"Rule": (3,), "Reference": (3,)},
    "revenue_health/review/selectors/packs": {"Column": (1,)},
}
"""Tables of constants with a text in each row, by file or folder: which argument it is."""
COUNTED = {"counted": (2, 3)}
"""`counted(n, "deal")` is a text with a plural, which has an s where none is given."""

HEADER = """\
# German; words and tone: docs/translation.md. `python -m tests.house.catalogue` takes up new texts and compiles
# this file, translations are typed in here."""
NOT_WRITTEN = (b'"POT-', b'"PO-', b'"Generated', b'"Project-Id', b'"Report-', b'"Last-T', b'"Language-Team')
"""What differs from one writing to the next, or names people."""
SOME_DAY = datetime(2026, 1, 1, tzinfo=UTC)

type Message = str | tuple[str, str]


def gathered() -> Catalog:
    """Every marked text, with the files it stands in."""
    catalog = Catalog(locale="de", fuzzy=False)
    for path, message, context in _messages():
        catalog.add(message, context=context, locations=[(str(path.relative_to(ROOT)), 0)])
    return catalog


def stored() -> Catalog:
    """The German catalogue."""
    with PO.open("rb") as file:
        return read_po(file, locale="de")


def compiled(catalog: Catalog) -> bytes:
    """What gettext reads; the same bytes from the same translations, whenever it is made."""
    catalog.creation_date = catalog.revision_date = SOME_DAY
    file = io.BytesIO()
    write_mo(file, catalog)
    return file.getvalue()


def taken_up(texts: Catalog, translated: Catalog) -> Catalog:
    """All texts, with the translations there are."""
    catalog = Catalog(locale="de", fuzzy=False, header_comment=HEADER)
    for message in texts:
        if not message.id:
            continue
        earlier = translated.get(message.id, message.context)
        same = earlier is not None and earlier.id == message.id
        locations = sorted({(name, 0) for name, _ in message.locations})
        catalog.add(
            message.id,
            earlier.string if same else None,
            context=message.context,
            locations=locations,
            user_comments=earlier.user_comments if same else (),
            flags={"python-brace-format"} & set(message.flags),
        )
    return catalog


def written(catalog: Catalog) -> bytes:
    """The catalogue as a file: by text, without numbers of lines, so that moved code changes nothing in it."""
    file = io.BytesIO()
    write_po(file, catalog, width=120, sort_output=True, include_lineno=False, omit_header=False)
    return b"\n".join(line for line in file.getvalue().split(b"\n") if not line.startswith(NOT_WRITTEN))


def _messages() -> Iterator[tuple[Path, Message, str | None]]:
    for path in sorted((ROOT / "templates").rglob("*.*")):
        # Its lines become Python of a kind, indented at will.
        code = "\n".join(line.lstrip() for line in templatize(path.read_text()).split("\n"))
        yield from _of_code(path, code)
    for package in PACKAGES:
        for path in sorted((ROOT / package).rglob("*.py")):
            if "migrations" not in path.parts:
                yield from _of_code(path, path.read_text())


def _of_code(path: Path, code: str) -> Iterator[tuple[Path, Message, str | None]]:
    file = io.BytesIO(code.encode())
    place = str(path.relative_to(ROOT))
    tables = {name: at for begin, names in IN_TABLES.items() if place.startswith(begin) for name, at in names.items()}
    for _line, message, _comments, context in extract("python", file, {**KEYWORDS, **tables, **COUNTED}):
        yield path, message, context
    file.seek(0)
    for _line, message, _comments, _context in extract("python", file, {"counted": (2,)}):
        yield path, (message, f"{message}s"), None


def main() -> int:
    """Rewrites both files; says what is not translated, and fails where something is not."""
    catalog = taken_up(gathered(), stored() if PO.exists() else Catalog(locale="de"))
    PO.write_bytes(written(catalog))
    MO.write_bytes(compiled(stored()))
    texts = [message for message in catalog if message.id]
    left = [message for message in texts if not all(message.string if message.pluralizable else [message.string])]
    for message in left:
        print(message.id, file=sys.stderr)
    print(f"{len(texts)} texts, {len(texts) - len(left)} translated.")
    return 1 if left else 0


if __name__ == "__main__":
    sys.exit(main())
