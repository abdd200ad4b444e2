"""A list as a person types it in Germany: day first, a comma for decimals, a dot for thousands, a title above."""

from __future__ import annotations

from datetime import date, timedelta


def german_rows() -> list[list[object]]:
    """Sixty rows as a person types them: day first, a comma for decimals, a dot for thousands."""
    begin = date(2026, 1, 5)
    stages = ["Qualifizierung", "Angebot", "Verhandlung", "Gewonnen", "Verloren"]
    names: list[object] = ["Angebotsnr", "Kunde", "Phase", "Angelegt am", "Abschluss", "Betrag", "Verlustgrund"]
    rows: list[list[object]] = [["Vertriebsliste", "", "", "", "", "", ""], [], names]
    for number in range(60):
        stage = stages[number % 5]
        created = begin + timedelta(days=number * 3)
        closed = (created + timedelta(days=20)).strftime("%d.%m.%Y") if number % 5 > 2 else ""
        reason = ("Preis", "Wettbewerb")[number % 2] if stage == "Verloren" else ""
        # 1.000,50 then 1.100,50 ...: the sum of 60 of them is worked out in the test.
        whole = 1_000 + 100 * number
        text = f"{whole // 1000}.{whole % 1000:03d},50"
        rows.append(
            [f"A-{number:03d}", f"Kunde {number % 7}", stage, created.strftime("%d.%m.%Y"), closed, text, reason]
        )
    return rows
