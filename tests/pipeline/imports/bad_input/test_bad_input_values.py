"""Values of every kind at their edges: numbers, characters, keys, days, and problems that many rows share."""

# ruff: noqa: E501 - one case a line reads best.

from __future__ import annotations

from pathlib import Path

import pytest

from departments.core.text import CONTROL_REASON, INVISIBLE_REASON, KEY_REASON
from pipeline.models import Event, Opportunity
from pipeline.services.imports import company_folder_load
from pipeline.services.imports_export import company_folder_export
from pipeline.services.imports_result import ImportResult
from tests.pipeline.folders import GOOD, changed, folder_bytes, folder_write, part_write, truth

pytestmark = pytest.mark.django_db
E, OPP, D = "events.csv", "opportunities.csv", "departments.csv"
PLAIN = "is not a plain number, such as 1234.50"
EXPONENT = "is written with an exponent, which hides digits; write it in full, such as 1234.50"


def refused(path: Path) -> ImportResult:
    before = truth()
    result = company_folder_load(path=path)
    assert result.status == "refused"
    assert truth() == before
    return result


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("1.2E+06", EXPONENT), ("5e3", EXPONENT), ("1E-2", EXPONENT), ("12-", PLAIN), ("−12", PLAIN), ("(12)", PLAIN),
        ("1 200", PLAIN), ("1\u00a0200", PLAIN), ("1'200", PLAIN), ("12 %", PLAIN), ("#REF!", PLAIN), ("=3*4", PLAIN),
        ("٣", PLAIN), ("0x1F", PLAIN), (".5", PLAIN), ("5.", PLAIN), ("+-5", PLAIN), ("1_000", PLAIN),
        ("1.005", "has more than 2 decimals"), ("1.000", "has more than 2 decimals"), ("1.0001", "has more than 2 decimals"),
        ("1000000000000000", "has more than 15 digits before the point"), ("-0.01", "is negative"),
    ],
)  # fmt: skip
@pytest.mark.always(6)
def test_a_number_that_is_not_plain_is_refused_by_what_it_is(tmp_path: Path, text: str, reason: str) -> None:
    (found,) = refused(folder_write(tmp_path, changed(E, "won,120,", f"won,{text},"))).problems
    assert (found.file, found.line, found.column, found.value, found.reason) == (E, 4, "amount", text, reason)


@pytest.mark.parametrize(
    ("text", "cents"),
    [
        ("+120", 12000),
        (" 120 ", 12000),
        ("120.5000", 12050),
        ("0120.10", 12010),
        ("999999999999999.99", 99999999999999999),
    ],
)
def test_a_plain_number_in_other_clothes_is_that_number(tmp_path: Path, text: str, cents: int) -> None:
    assert company_folder_load(path=folder_write(tmp_path, changed(E, "won,120,", f"won,{text},"))).accepted
    assert Event.objects.get(stage__key="won").amount * 100 == cents


@pytest.mark.parametrize(
    ("file", "template", "day", "column"),
    [
        (E, "lead,100.50,{},", "2026-03-31", "expected_close"),
        (E, "O1,{},,lead", "2026-01-05T09:00:00+01:00", "occurred_at"),
        ("plan.csv", "new,{},2026-03-31,5000", "2026-01-01", "period_start"),
        ("plan.csv", "{},5000", "2026-03-31", "period_end"),
        ("rates.csv", "USD,{}", "2026-01-01", "date"),
        ("measurables.csv", "40,,{}", "2026-01-01", "effective_from"),
        ("entries.csv", "calls,{}", "2026-01-05", "week"),
    ],
)
@pytest.mark.parametrize("word", ["Infinity", "-infinity", "epoch", "today"])
@pytest.mark.always(6)
def test_a_word_that_a_database_takes_for_a_day_is_none(
    tmp_path: Path, file: str, template: str, day: str, column: str, word: str
) -> None:
    problems = refused(folder_write(tmp_path, changed(file, template.format(day), template.format(word)))).problems
    assert [(p.file, p.column, p.value) for p in problems] == [(file, column, word)]
    assert "is not an ISO 8601 date" in problems[0].reason


def events(*amounts: str) -> str:
    rows = "".join(f"O1,2026-01-0{day}T09:00:00Z,lead,{amount}\n" for day, amount in enumerate(amounts, 1))
    return f"opportunity,occurred_at,stage,amount\n{rows}"


def test_twelve_of_the_largest_amounts_are_accepted(tmp_path: Path) -> None:
    largest = "999999999999999.99"
    text = events(*[largest] * 9) + "".join(f"O1,2026-01-{day}T09:00:00Z,lead,{largest}\n" for day in (10, 11, 12))
    assert company_folder_load(path=folder_write(tmp_path, {E: text})).accepted


def test_amounts_that_cannot_be_added_up_are_refused_by_their_lines(tmp_path: Path) -> None:
    largest = "999999999999999.99"
    text = events("7") + "".join(f"O1,2026-02-01T09:{n:02}:00Z,lead,{largest}\n" for n in range(45))
    result = refused(folder_write(tmp_path, {E: text}))
    assert [(p.file, p.column, p.value) for p in result.problems] == [(E, "amount", largest)] * 20
    assert result.problems[0].line == 3
    assert "can be added up" in result.problems[0].reason


def test_a_rate_that_makes_amounts_too_large_is_refused(tmp_path: Path) -> None:
    company_folder_load(path=folder_write(tmp_path / "one", changed(E, "lead,2000", "lead,999999999999999")))
    result = refused(part_write(tmp_path / "two", {"rates.csv": "currency,date,rate\nUSD,2026-01-02,9999999\n"}))
    assert result.problems[0].reason.startswith("makes amounts that cannot be added up")


@pytest.mark.parametrize("day", ["0001-01-01", "0001-01-01T00:00:00+02:00", "9999-12-31", "9999-12-31T23:59:59-12:00"])
@pytest.mark.parametrize(
    ("file", "old", "column"), [(E, "2026-02-01,,due", "occurred_at"), ("entries.csv", "", "entered_at")]
)
@pytest.mark.always(3)
def test_the_ends_of_the_calendar_are_refused_in_every_zone(
    tmp_path: Path, day: str, file: str, old: str, column: str
) -> None:
    """The first day of year 1 begins in year 0 where clocks are ahead of UTC."""
    files = (
        changed(E, old, f"{day},,due")
        if old
        else {file: f"measurable,week,value,entered_at\ncalls,2026-01-05,1,{day}\n"}
    )
    problems = refused(folder_write(tmp_path, files)).problems
    assert [(p.column, p.reason) for p in problems] == [(column, "is not between the years 1900 and 2199")]


TEXTS = [
    ("company.csv", "Small", 2, "name"), (D, "Legal", 3, "name"), ("pipelines.csv", "Renewal", 3, "name"),
    ("stages.csv", "Offer", 3, "name"), ("loss_reasons.csv", "Price", 2, "name"), ("sources.csv", "Website", 2, "name"),
    ("accounts.csv", "Acme", 2, "name"), ("accounts.csv", "Tools", 2, "industry"), (OPP, "First deal", 2, "name"),
    (OPP, "North", 2, "team"), (OPP, "small", 2, "segment"), (E, "Ann", 2, "actor"), ("handoffs.csv", "Lea", 2, "assignee"),
    ("handoffs.csv", "contract", 2, "kind"),
    ("plan.csv", "small", 3, "segment"), ("measurables.csv", "days", 4, "unit"),
    ("entries.csv", "away, ill", 3, "note"), (OPP, "O2", 3, "key"), ("accounts.csv", "A2", 3, "key"), (D, "legal", 3, "key"),
]  # fmt: skip


@pytest.mark.parametrize("sign", ["\v", "\x1b", "\x85", "\uffff"])
def test_a_control_character_is_refused_in_every_text(tmp_path: Path, sign: str) -> None:
    files = dict(GOOD)
    for file, text, _, _ in TEXTS:
        files[file] = files[file].replace(text, text[0] + sign + text[1:], 1)
    found = {(p.file, p.line, p.column, p.reason) for p in refused(folder_write(tmp_path, files)).problems}
    assert {(file, line, column, CONTROL_REASON) for file, _, line, column in TEXTS} <= found


def test_a_control_character_can_be_seen_in_the_problem(tmp_path: Path) -> None:
    (found,) = refused(folder_write(tmp_path, changed(D, "Legal", "Le\vgal"))).problems
    assert found.value == "Le␋gal"


@pytest.mark.parametrize(
    ("key", "reason"),
    [
        ("r/d", KEY_REASON), ("r\\d", KEY_REASON), (".", KEY_REASON), ("..", KEY_REASON), ("a?b", KEY_REASON),
        ("a#b", KEY_REASON), ("50%", KEY_REASON), ("a:b", KEY_REASON), ("a b", KEY_REASON), ("a\u00a0b", KEY_REASON),
        ("a\u3000b", KEY_REASON), ("le\u200bgal", INVISIBLE_REASON), ("le\u00adgal", INVISIBLE_REASON),
        ("\u202elegal", INVISIBLE_REASON), ("x" * 65, KEY_REASON), ("legal ", KEY_REASON),
    ],
)  # fmt: skip
@pytest.mark.always(4)
def test_a_key_no_address_can_hold_is_refused(tmp_path: Path, key: str, reason: str) -> None:
    result = refused(folder_write(tmp_path, changed(D, "legal,Legal", f"{key},Legal")))
    assert (D, 3, "key", key, reason) in [(p.file, p.line, p.column, p.value, p.reason) for p in result.problems]


@pytest.mark.parametrize("key", ["=1+1", "@sum", "-7", "a'b&<c>", "Größe", "法務", "~", "x" * 64])
@pytest.mark.always(3)
def test_a_key_of_any_other_signs_comes_back_unharmed(tmp_path: Path, key: str) -> None:
    files = {name: text.replace("legal", key) for name, text in GOOD.items()}
    files = {name: text.replace("O1", f"{key}/ {key}"[:120]) for name, text in files.items()}
    assert company_folder_load(path=folder_write(tmp_path / "in", files)).accepted
    company_folder_export(path=tmp_path / "out")
    one = folder_bytes(tmp_path / "out")
    assert key.encode() in one[D]
    again = company_folder_load(path=tmp_path / "out")
    assert again.accepted
    assert {counts["new"] + counts["changed"] for counts in again.files.values()} == {0}


def test_accents_written_in_two_ways_are_one_key(tmp_path: Path) -> None:
    """é as one sign in one file, as e with an accent in the other."""
    files = changed(OPP, "O3,Third", "Caf\u00e9,Third") | changed(E, "O3,", "Cafe\u0301,")
    assert company_folder_load(path=folder_write(tmp_path / "one", files)).accepted
    assert Opportunity.objects.filter(key="Caf\u00e9").count() == 1
    text = GOOD["accounts.csv"] + "Caf\u00e9,One,,,,\nCafe\u0301,Two,,,,\n"
    (found,) = refused(part_write(tmp_path / "two", {"accounts.csv": text})).problems
    assert (found.line, found.reason) == (5, "is already on line 4")


@pytest.mark.parametrize("other", ["Sales", "s\u0430les", "ｓales"])
def test_keys_that_look_alike_are_named_in_a_note(tmp_path: Path, other: str) -> None:
    result = company_folder_load(path=folder_write(tmp_path, {D: GOOD[D] + f"{other},Other,internal,\n"}))
    assert result.accepted
    pair = " and ".join(f"“{key}”" for key in sorted(["sales", other]))
    assert f"departments.csv: keys that are easily taken for each other: {pair}." in result.notes


def test_keys_of_many_rows_that_differ_by_capitals_or_script_are_counted(tmp_path: Path) -> None:
    rows = "".join(f"{key},,new,,,,,EUR,{segment}\n" for key, segment in (("o1", "Small"), ("\u041e1", ""), ("o3", "")))
    result = company_folder_load(path=folder_write(tmp_path, {OPP: GOOD[OPP] + rows}))
    pairs = "“O1” and “o1” and “\u041e1”, “O3” and “o3”"
    assert f"{OPP}: 2 groups of keys that are easily taken for each other: {pairs}." in result.notes
    words = "values of segment that look the same to a reader but form separate groups: “Small” and “small”."
    assert f"{OPP}: {words}" in result.notes


def test_a_deal_that_gets_another_currency_is_named_since_its_earlier_amounts_get_it_too(tmp_path: Path) -> None:
    assert company_folder_load(path=folder_write(tmp_path / "one")).accepted
    changed = GOOD[OPP].replace("O2,,new,A2,Ann,North,,USD,small", "O2,,new,A2,Ann,North,,EUR,small")
    result = company_folder_load(path=part_write(tmp_path / "two", {OPP: changed}))
    (note,) = [note for note in result.notes if "another currency than before" in note]
    assert note.startswith("opportunities.csv: 1 deals have another currency than before (O2: USD, EUR)")


def test_spaces_around_a_text_make_no_second_group(tmp_path: Path) -> None:
    rows = "O4, Fourth,new,,,,,EUR,\u00a0small \nO5,,new,,,,,EUR,small\t\n"
    result = company_folder_load(path=folder_write(tmp_path, {OPP: GOOD[OPP] + rows}))
    assert f"{OPP}: spaces around values were left out: name (1), segment (2)." in result.notes
    assert set(Opportunity.objects.values_list("segment", flat=True)) == {"", "small"}
    assert Opportunity.objects.get(key="O4").name == "Fourth"


def test_signs_that_turn_the_direction_of_reading_are_left_out_and_counted(tmp_path: Path) -> None:
    """“gnp.exe” behind one is read as “exe.png”; the mark of an Arabic name, which turns nothing, stays."""
    rows = "O4,Fourth,new,,An\u202en,,,EUR,\nO5,\u0645\u200f!,new,,\u2066Ann\u2069,No\u202crth,,EUR,\n"
    result = company_folder_load(path=folder_write(tmp_path, {OPP: GOOD[OPP] + rows}))
    assert f"{OPP}: signs that turn the direction of reading were left out: owner (2), team (1)." in result.notes
    assert not any("spaces around" in note for note in result.notes)
    assert set(Opportunity.objects.values_list("owner", "team")) == {("Ann", "North"), ("Ann", ""), ("", "")}
    assert Opportunity.objects.get(key="O5").name == "\u0645\u200f!"


def test_a_value_of_which_nobody_sees_anything_is_empty_and_marks_beside_letters_stay(tmp_path: Path) -> None:
    rows = "O4,\u2764\ufe0f,new,,,,,EUR,\u200b\u2060\nO5,,new,,,,,EUR,small\n"
    result = company_folder_load(path=folder_write(tmp_path, {OPP: GOOD[OPP] + rows}))
    assert Opportunity.objects.get(key="O4").name == "\u2764\ufe0f"
    assert set(Opportunity.objects.values_list("segment", flat=True)) == {"", "small"}
    assert f"{OPP}: spaces around values were left out: segment (1)." in result.notes


def test_a_name_of_nothing_but_spaces_is_none(tmp_path: Path) -> None:
    result = refused(folder_write(tmp_path, {D: GOOD[D].replace("Legal", " \u00a0")}))
    assert [(one.file, one.line, one.column, one.reason) for one in result.problems] == [(D, 3, "name", "is empty")]


def test_ten_missing_keys_are_ten_problems(tmp_path: Path) -> None:
    rows = "".join(f"X{n % 10},2026-03-01T09:00:00Z,,lead,1,,,\n" for n in range(2_708))
    result = refused(folder_write(tmp_path, {E: GOOD[E] + rows}))
    assert result.problem_count == 10
    assert result.files[E]["refused"] == 2_708
    first = result.problems[0]
    assert (first.line, first.value, first.reason) == (9, "X0", "is not a known opportunity (271 rows)")


def test_a_missing_stage_is_one_problem_of_its_pipeline(tmp_path: Path) -> None:
    rows = "".join(f"O{n},2026-03-02T09:00:00Z,,demo,1,,,\n" for n in (1, 2, 3, 1))
    found = refused(folder_write(tmp_path, {E: GOOD[E] + rows})).problems
    assert sorted((p.line, p.reason) for p in found) == [
        (9, "is not a stage of pipeline new (3 rows)"),
        (11, "is not a stage of pipeline old"),
    ]


def test_a_date_after_an_instant_of_its_day_is_refused(tmp_path: Path) -> None:
    """Won on the day it was offered at ten: a bare date is midnight, so the deal would be won first and open again."""
    rows = "O3,2026-02-05T10:00:00Z,,due,7,,,\nO3,2026-02-05,,kept,7,,,\n"
    (found,) = refused(folder_write(tmp_path, {E: GOOD[E] + rows})).problems
    assert (found.line, found.column, found.value) == (10, "occurred_at", "2026-02-05")
    assert "would come before line 9" in found.reason


def test_a_date_before_an_instant_of_its_day_is_the_start_of_the_day(tmp_path: Path) -> None:
    rows = "O3,2026-02-05,,due,7,,,\nO3,2026-02-05T10:00:00Z,,kept,7,,,\nO3,2026-02-06,,due,7,,,\n"
    assert company_folder_load(path=folder_write(tmp_path, {E: GOOD[E] + rows})).accepted


def test_a_plan_of_other_spans_is_named(tmp_path: Path) -> None:
    plan = "pipeline,period_start,period_end,target\nnew,2025-12-29,2026-03-29,5\nnew,2026-04-01,2026-06-30,5\n"
    result = company_folder_load(path=folder_write(tmp_path, {"plan.csv": plan}))
    note = "plan.csv: 1 of 2 periods are not a month, quarter or year of the fiscal calendar; they are the plan for exactly these days: 2025-12-29..2026-03-29."
    assert note in result.notes


def test_files_and_columns_past_a_limit_are_counted(tmp_path: Path) -> None:
    extra = "".join(f",x{n:02}" for n in range(25))
    wide = f"key,name,department{extra}\nweb,Website,sales{',' * 25}\n"
    files = {f"f{n:02}.txt": "" for n in range(23)} | {"sources.csv": wide}
    result = company_folder_load(path=folder_write(tmp_path, files))
    assert result.accepted
    assert sum(note.endswith("f19.txt and 3 more.") for note in result.notes) == 1
    assert sum(note.endswith("x19 and 5 more.") for note in result.notes) == 1
