"""PDF: the print style sheet on A4 landscape, a page for each slide, legible in black and white."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.contrib.staticfiles import finders
from django.template.loader import render_to_string

from revenue_health.review.selectors.packs.cells import Names
from revenue_health.review.selectors.packs.printing import print_slide
from revenue_health.review.services.exports.content import ExportContent, Progress
from revenue_health.review.services.exports.problem import ExportProblem

TEMPLATE = "review/packs/pdf.html"
STYLE = "css/review/pack_paper.css"
NO_PANGO = (
    "PDF needs the Pango library, which this machine has not. Install it (Debian and Ubuntu: libpango-1.0-0, "
    "libpangoft2-1.0-0 and libharfbuzz-subset0; macOS: brew install pango) and ask again; "
    "PowerPoint, Excel and CSV work without it."
)


def write_pdf(content: ExportContent, path: Path, progress: Progress) -> None:
    """Raises ExportProblem where Pango is missing."""
    html_class, css_class = _weasyprint()
    progress(0.1)
    # Names that must be hidden are out of the slides already; the others are printed as they are.
    names = Names({}, switch=False)
    pages = [print_slide(slide, number, names, on_paper=True) for number, slide in enumerate(content.slides, 1)]
    html = render_to_string(TEMPLATE, {"content": content, "pack": content.pack, "slides": pages})
    style = finders.find(STYLE)
    assert isinstance(style, str)
    progress(0.3)
    html_class(string=html, url_fetcher=_nothing).write_pdf(path, stylesheets=[css_class(filename=style)])
    progress(0.95)


def _weasyprint() -> tuple[Any, Any]:
    """Imported when it is needed: it loads Pango, and everything else must work without."""
    try:
        from weasyprint import CSS, HTML
    except (OSError, ImportError) as problem:
        raise ExportProblem(NO_PANGO) from problem
    return HTML, CSS


def _nothing(url: str, *arguments: object, **options: object) -> dict[str, Any]:
    """A pack is whole: making its PDF asks for nothing from anywhere."""
    raise ValueError(f"{url} is not part of the pack")
