"""Stored sentences in another language: a text of the catalogue is recognised with its values, anything else stays."""

from __future__ import annotations

import pytest
from django.utils import translation

from departments.core.stored_texts import in_language
from departments.day_formats import DayStyle, using_day_style
from departments.formats import using_number_language


def german(text: str) -> str:
    with translation.override("de"), using_number_language("de"), using_day_style(DayStyle(names="de")):
        return in_language(text)


@pytest.mark.parametrize(
    ("stored", "shown"),
    [
        ("not checked yet", "noch nicht geprüft"),
        ("Seen for the first time.", "Zum ersten Mal gesehen."),
        ("the work in Proposal moved from Sales to Legal", "die Arbeit in Proposal ging von Sales zu Legal über"),
        (
            "The amounts it handled say no more than 1,204 deals would; 30 are needed.",
            "Die bearbeiteten Beträge sagen nicht mehr als 1.204 gleich große Deals; 30 sind nötig.",
        ),
        (
            "a.csv line 3: week “2026-01-01” is not a Monday; entries are per week; write the Monday of the week",
            "a.csv, Zeile 3: week “2026-01-01” ist kein Montag; Einträge gelten je Woche;"
            " schreiben Sie den Montag der Woche",
        ),
        ("Since 23 Nov 2026", "Seit 23. Nov. 2026"),
        ("EUR 114 k won, EUR 78.4 k lost.", "EUR 114 Tsd gewonnen, EUR 78,4 Tsd verloren."),
        (
            "Q4 is heading for EUR 288 k, 182 k short of plan; under 1 % chance to reach plan."
            " No department’s share is clear.",
            "Q4 steuert auf EUR 288 Tsd zu, 182 Tsd unter Plan; Chance, den Plan zu erreichen: unter 1 %."
            " Der Anteil keiner Abteilung ist klar.",
        ),
    ],
)
def test_a_stored_sentence_is_recognised(stored: str, shown: str) -> None:
    assert german(stored) == shown
    assert in_language(stored) == stored


@pytest.mark.parametrize("text", ["", "Legal", "Contracts on our own terms", "We won the deal and kept the price"])
def test_what_people_wrote_stays(text: str) -> None:
    assert german(text) == text
