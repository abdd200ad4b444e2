"""Tables of tickets and of changes in Russian and Ukrainian, and columns of days in stages: found by their headers."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.pipeline.sources.reading.strange_lists import strange

DEALS = (
    "Номер сделки;Этап сделки;Дата создания;Дата закрытия;Сумма;Ответственный\n"
    "С101;Новая;05.01.2026;;1 200,50;Иванов\nС102;Переговоры;06.01.2026;;80,00;Петрова\n"
    "С103;Выиграна;07.01.2026;02.03.2026;45,00;Иванов\nС104;Проиграна;08.01.2026;05.03.2026;30,00;Петрова\n"
)
TICKETS = {
    "заявки.csv": (
        "Номер заявки;Сделка;Отдел;Дата открытия;Дата решения;Срок;Исполнитель\n"
        "З1;С101;Юридический;10.01.2026;12.01.2026;13.01.2026;Орлов\n"
        "З2;С101;Финансы;11.01.2026;;15.01.2026;Котова\nЗ3;С102;Юридический;12.01.2026;14.01.2026;;Орлов\n"
    ),
    "звернення.csv": (
        "Номер звернення;Угода;Відділ;Створено;Вирішено;Термін;Виконавець\n"
        "З1;С101;Юридичний;10.01.2026;12.01.2026;13.01.2026;Орлов\n"
        "З2;С101;Фінанси;11.01.2026;;15.01.2026;Котова\nЗ3;С102;Юридичний;12.01.2026;14.01.2026;;Орлов\n"
    ),
}
CHANGES = {
    "история.csv": (
        "Сделка;Поле;Старое значение;Новое значение;Дата изменения;Кто изменил\n"
        "С103;Этап;Новая;Переговоры;20.01.2026;Иванов\nС103;Этап;Переговоры;Выиграна;02.03.2026;Иванов\n"
        "С103;Сумма;40,00;45,00;21.01.2026;Иванов\n"
    ),
    "зміни.csv": (
        "Угода;Попередній етап;Новий етап;Змінено;Хто змінив\n"
        "С103;Новая;Переговоры;20.01.2026;Іваненко\nС103;Переговоры;Выиграна;02.03.2026;Іваненко\n"
    ),
}


@pytest.mark.parametrize("name", TICKETS)
def test_tickets_are_found_by_their_headers(tmp_path: Path, name: str) -> None:
    names = TICKETS[name].splitlines()[0].split(";")
    part = strange(tmp_path, {"сделки.csv": DEALS, name: TICKETS[name]}, reporting_currency="RUB").content["tickets"]
    assert [part.get(role) for role in ("key", "deal_column", "queue", "opened", "closed", "due", "assignee")] == names


@pytest.mark.parametrize("name", CHANGES)
def test_changes_are_found_and_become_the_history(tmp_path: Path, name: str) -> None:
    seen = strange(tmp_path, {"сделки.csv": DEALS, name: CHANGES[name]}, reporting_currency="RUB")
    assert [(e["stage"][:3], e["occurred_at"][:10]) for e in seen.events if e["opportunity"] == "С103"] == [
        ("нов", "2026-01-07"), ("пер", "2026-01-20"), *([("пер", "2026-01-21")] if name == "история.csv" else []),
        ("won", "2026-03-02"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    "header", ["Дата перехода в «Переговоры»", "Дата входа в стадию Переговоры", "Переговоры дата"]
)
def test_days_in_stages_are_found(tmp_path: Path, header: str) -> None:
    lines = DEALS.splitlines()
    days = [f";{header};Дата входа в «Новая»", ";;05.01.2026", ";20.01.2026;06.01.2026", ";21.01.2026;07.01.2026", ";;"]
    table = "\n".join(line + more for line, more in zip(lines, days, strict=True)) + "\n"
    seen = strange(tmp_path, {"сделки.csv": table}, reporting_currency="RUB")
    assert seen.content["stage_dates"] == {header: "Переговоры", "Дата входа в «Новая»": "Новая"}
