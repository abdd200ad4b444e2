"""Every component in every state, for whoever builds or judges a page."""

from __future__ import annotations

from django import forms
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_GET

from departments import formats
from departments.access import require
from departments.formats import MoneyScale
from departments.web.rendering import page_render
from pipeline.charts.leaks import CauseBar, cause_chart
from pipeline.page.site_context import site_context

TEMPLATE = "review/style/style.html"
SIZES = ("tiny", "small", "body", "large", "message", "display")
INKS = ("text", "secondary", "control", "hairline", "paper", "raised")
MEANINGS = ("good", "bad", "attention", "link")
SCALE = MoneyScale(currency="EUR", divisor=1000, letter="k")


def written() -> list[tuple[str, str]]:
    """Each way to write a figure, with an example of it."""
    return [
        ("money in a table, unit in the header", SCALE.write(1_340_000_00)),
        ("a difference of money", SCALE.signed(-90_000_00)),
        ("money in a sentence", formats.money_in_words(1_240_000_00, "EUR")),
        ("money of one deal", formats.money_full(12_400_50, "EUR")),
        ("a share, % in the header", formats.percent(0.524)),
        ("a share in a sentence", formats.percent_in_words(0.524)),
        ("percentage points", formats.points(-0.023)),
        ("days", formats.days(4.53)),
        ("a length of time", formats.duration(5 * 3600)),
        ("a count", formats.counted(1204, "deal")),
        ("what is undefined", formats.percent(None)),
    ]


class SampleForm(forms.Form):
    """A field of each kind."""

    name = forms.CharField(max_length=20, help_text="Help stands under the field.")
    day = forms.DateField(widget=forms.DateInput(attrs={"type": "date"}))
    stage = forms.ChoiceField(choices=[("", "All"), ("offer", "Offer")], required=False)
    note = forms.CharField(widget=forms.Textarea(attrs={"rows": 2}), required=False)
    agreed = forms.BooleanField(required=False, label="Remind me on Monday")


@require_GET
def style_page(request: HttpRequest) -> HttpResponse:
    """The page; the refused form shows its errors."""
    require(request, request.user.is_staff)
    refused = SampleForm({"refused-name": "much longer than twenty letters", "refused-day": ""}, prefix="refused")
    refused.is_valid()
    bars = [CauseBar(name=name, value=value) for name, value in (("Legal", 64_000_00), ("Production", 41_000_00))]
    context = {
        "site": site_context(request),
        "sizes": SIZES,
        "inks": INKS,
        "meanings": MEANINGS,
        "forms": [SampleForm(prefix="plain"), refused],
        "hues": [{"number": n, "x": n * 100, "text_x": n * 100 + 50, "letter": "ABCDEFGH"[n]} for n in range(8)],
        "formats": written(),
        "scale": SCALE,
        "chart": cause_chart(bars, scale=SCALE),
    }
    return page_render(request, TEMPLATE, context, partial="page")
