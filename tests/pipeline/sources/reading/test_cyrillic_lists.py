"""Lists in Russian and Ukrainian: their headers, stages, outcomes, flags, months and currencies are read as such."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.core.flag_text import parse_flag
from pipeline.imports.conversion.month_names import months_in_english
from pipeline.sources.meaning.owners import is_market, sounds_ended, stage_kind
from pipeline.sources.meaning.roles import unit_in_name
from pipeline.sources.meaning.statuses import status_kind
from tests.pipeline.sources.reading.strange_lists import strange

RUSSIAN = (
    "Номер сделки;Название;Этап сделки;Дата создания;Дата закрытия;Сумма, ₽;Ответственный;Компания;Причина отказа\n"
    "101;Склад;Новая заявка;05.01.2026;;1 200 000,50;Иванов;ООО Ромашка;\n"
    "102;Линия;Переговоры;06.01.2026;;80 000,00;Петрова;АО Север;\n"
    "103;Насос;Выиграна;07.01.2026;02.03.2026;45 000,00;Иванов;АО Север;\n"
    "104;Кран;Проиграна;08.01.2026;05.03.2026;30 000,00;Петрова;ООО Ромашка;Выбрали конкурента\n"
)
UKRAINIAN = (
    "№ угоди;Назва угоди;Стадія;Створено;Закрито;Вартість;Відповідальний;Клієнт;Джерело;Валюта\n"
    "A1;Склад;Нова;05.01.2026;;1 200,50;Шевченко;ТОВ Зоря;Сайт;UAH\n"
    "A2;Лінія;Успішно;06.01.2026;02.03.2026;900,00;Коваль;ТОВ Мрія;Виставка;UAH\n"
    "A3;Кран;Програно;08.01.2026;05.03.2026;300,00;Коваль;ТОВ Зоря;Сайт;UAH\n"
)


def test_a_russian_list_is_read_from_its_headers_to_its_money(tmp_path: Path) -> None:
    seen = strange(tmp_path, {"сделки.csv": RUSSIAN}, reporting_currency="RUB")
    assert seen.deal["key"] == "Номер сделки"
    roles = ("stage", "created", "closed", "amount", "owner", "account", "reason")
    assert {role: seen.deal[role] for role in roles} == {
        "stage": "Этап сделки", "created": "Дата создания", "closed": "Дата закрытия", "amount": "Сумма, ₽",
        "owner": "Ответственный", "account": "Компания", "reason": "Причина отказа",
    }  # fmt: skip
    assert seen.deal["name"] == "Название"
    assert seen.outcomes == {"open": [2, 1_280_000.5], "won": [1, 45_000.0], "lost": [1, 30_000.0]}


def test_a_ukrainian_list_is_read_from_its_headers_to_its_money(tmp_path: Path) -> None:
    seen = strange(tmp_path, {"угоди.csv": UKRAINIAN}, reporting_currency="UAH")
    assert {role: seen.deal[role] for role in ("key", "name", "stage", "created", "closed", "amount", "owner")} == {
        "key": "№ угоди", "name": "Назва угоди", "stage": "Стадія", "created": "Створено", "closed": "Закрито",
        "amount": "Вартість", "owner": "Відповідальний",
    }  # fmt: skip
    assert (seen.deal["account"], seen.deal["source"], seen.deal["currency"]) == ("Клієнт", "Джерело", "Валюта")
    assert seen.outcomes == {"open": [1, 1200.5], "won": [1, 900.0], "lost": [1, 300.0]}


@pytest.mark.parametrize(
    ("header", "other"), [("Сумма", "Сумма скидки"), ("Бюджет", "Взвешенная сумма"), ("Сума", "Сума ПДВ")]
)
def test_another_sum_is_taken_only_where_there_is_no_better_one(header: str, other: str, tmp_path: Path) -> None:
    for place, names in enumerate(([header, other], [other, header])):
        list_ = (
            f"ID;Этап;Дата создания;{';'.join(names)}\n1;Новая;05.01.2026;10,00;20,00\n2;Новая;05.01.2026;1,00;2,00\n"
        )
        assert strange(tmp_path / str(place), {"d.csv": list_}).deal["amount"] == header


def test_an_expected_day_is_not_the_day_of_closing(tmp_path: Path) -> None:
    head = "ID;Этап;Дата создания;Предполагаемая дата закрытия;Дата закрытия;Сумма\n"
    seen = strange(tmp_path, {"d.csv": head + "1;Выиграна;05.01.2026;31.03.2026;10.02.2026;9,00\n"})
    assert seen.deal["closed"] == "Дата закрытия"
    assert seen.deal["expected_close"] == "Предполагаемая дата закрытия"


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        ("Успешно реализовано", "won"), ("Закрыто и не реализовано", "lost"), ("Сделка успешна", "won"),
        ("Сделка провалена", "lost"), ("Неуспешно", "lost"), ("Виграно", "won"), ("Втрачено", "lost"),
        ("Договор подписан", "won"), ("Відмова клієнта", "lost"), ("Отменена", "lost"), ("Переговоры", ""),
    ],
)  # fmt: skip
def test_stages_say_won_and_lost(value: str, kind: str) -> None:
    assert stage_kind(value) == kind


def test_a_stage_that_only_says_ended_needs_a_decision() -> None:
    assert sounds_ended("Закрыто")
    assert sounds_ended("Завершено")
    assert not sounds_ended("В работе")


def test_a_status_says_open() -> None:
    assert [status_kind(value) for value in ("В работе", "Открыта", "Відкрито", "Выиграна")] == [
        "open", "open", "open", "won"
    ]  # fmt: skip
    assert is_market("Ушёл к конкуренту")


def test_flags_and_months_are_read() -> None:
    assert [parse_flag(word) for word in ("Да", "нет", "Так", "ні")] == [True, False, True, False]
    assert months_in_english("3 марта 2026") == "3 Mar 2026"
    assert months_in_english("3 бер. 2026") == "3 Mar 2026"


@pytest.mark.parametrize(
    ("header", "unit"),
    [
        ("Сумма, тыс. руб.", "тыс. руб."), ("Бюджет (млн ₽)", "млн ₽"), ("Сума, тис. грн", "тис. грн"),
        ("Wartość (tys. zł)", "tys. zł"), ("Сумма, руб.", ""),
    ],
)  # fmt: skip
def test_thousands_in_the_name_of_a_column_are_seen(header: str, unit: str) -> None:
    assert unit_in_name(header) == unit
