"""What a folder brings that nothing else meets, or that changes what is there, is noted or refused, never silent."""

from __future__ import annotations

from pathlib import Path

import pytest

from departments.models import Company
from pipeline.services.imports import company_folder_load
from tests.pipeline.folders import GOOD, changed, folder_write, part_write, truth

pytestmark = pytest.mark.django_db
UNKNOWN = "measurables.csv: the source of these is neither manual nor a figure that is computed, so they stay empty:"


def odd_notes(folder: Path) -> list[str]:
    result = company_folder_load(path=folder)
    assert result.accepted, result.problems
    return [note for note in result.notes if "no deal has the segment" in note or "rates" in note or UNKNOWN in note]


@pytest.mark.parametrize(
    ("files", "note"),
    [
        (
            changed("plan.csv", "1000,,small", "1000,,Small"),
            "plan.csv: no deal has the segment of these targets, so nothing is compared: “Small” of new.",
        ),
        (
            {"rates.csv": GOOD["rates.csv"].replace("0.875", "87.5")},
            "decimal points: USD 87.5 on 2026-02-01 after 0.9.",
        ),
        (
            {"rates.csv": GOOD["rates.csv"] + "EUR,2026-01-01,1.1\n"},
            "rates.csv: 1 rows are of EUR, the company's own currency, and are not used.",
        ),
        (
            changed("measurables.csv", "2026-01-01,manual", "2026-01-01,Manual")
            | {"measurables.csv": GOOD["measurables.csv"].replace("manual", "Manual")},
            f"{UNKNOWN} calls (“Manual”), wait (“median_days”).",
        ),
    ],
)
def test_what_nothing_meets_is_noted(tmp_path: Path, files: dict[str, str], note: str) -> None:
    good = odd_notes(folder_write(tmp_path / "good"))
    assert good == [f"{UNKNOWN} wait (“median_days”)."]
    assert any(note in one for one in odd_notes(part_write(tmp_path / "odd", files)))


def test_a_figure_that_is_computed_is_no_unknown_source(tmp_path: Path) -> None:
    files = changed("measurables.csv", "median_days", "median_hold_days:offer:sales")
    assert odd_notes(folder_write(tmp_path, files)) == []


def test_another_currency_would_make_plan_and_rates_worth_something_else(tmp_path: Path) -> None:
    assert company_folder_load(path=folder_write(tmp_path / "good")).accepted
    before = truth()
    result = company_folder_load(path=part_write(tmp_path / "usd", changed("company.csv", "EUR", "USD")))
    assert [(p.file, p.line, p.column, p.value) for p in result.problems] == [
        ("company.csv", 2, "reporting_currency", "USD")
    ]
    assert "is not EUR, the currency of the plan" in result.problems[0].reason
    assert truth() == before


def test_another_time_zone_is_noted(tmp_path: Path) -> None:
    assert company_folder_load(path=folder_write(tmp_path / "good")).accepted
    zone = part_write(tmp_path / "zone", changed("company.csv", "Europe/Berlin", "America/New_York"))
    result = company_folder_load(path=zone)
    assert Company.objects.get().time_zone == "America/New_York"
    assert any("changes from Europe/Berlin to America/New_York" in note for note in result.notes)


def notes_of(folder: Path) -> list[str]:
    result = company_folder_load(path=folder)
    assert result.accepted, result.problems
    return list(result.notes)


def test_deals_of_which_nothing_happened_are_counted_and_named(tmp_path: Path) -> None:
    assert not any("no event" in note for note in notes_of(folder_write(tmp_path / "one")))
    rows = "".join(f"X{n:02},,new,,,,,EUR,\n" for n in range(22))
    notes = notes_of(part_write(tmp_path / "two", {"opportunities.csv": GOOD["opportunities.csv"] + rows}))
    (note,) = [note for note in notes if "no event" in note]
    assert note.startswith("opportunities.csv: 22 deals have no event, so no figure counts them: “X00”, “X01”, ")
    assert note.endswith("“X19” and 2 more.")


def test_values_of_weeks_to_come_are_counted(tmp_path: Path) -> None:
    week = "measurable,week,value\ncalls,2199-12-30,7\ncalls,2199-12-23,\n"
    assert (
        "entries.csv: 1 value of weeks that have not begun, the last of 2199-12-30; correct the week if it is a slip."
        in notes_of(folder_write(tmp_path, {"entries.csv": week}))
    )


PLAN = "pipeline,period_start,period_end,target\nnew,2026-01-01,2026-03-31,900\n"
MONTHS = "new,2026-01-01,2026-01-31,300\nnew,2026-02-01,2026-02-28,300\nnew,2026-03-01,2026-03-31,{march}\n"


@pytest.mark.parametrize(
    ("rows", "odd"),
    [
        (MONTHS.format(march=300), ""),
        (MONTHS.format(march=30), "new 2026-01-01..2026-03-31: 900.00 ≠ 300.00 + 300.00 + 30.00"),
        ("new,2026-01-01,2026-01-31,5000\n", ""),  # other months may have no plan of their own
        ("new,2026-03-01,2026-04-30,7\n", "new 2026-01-01..2026-03-31 / 2026-03-01..2026-04-30"),
    ],
)
def test_targets_that_contradict_each_other_are_named(tmp_path: Path, rows: str, odd: str) -> None:
    notes = notes_of(folder_write(tmp_path, {"plan.csv": PLAN + rows}))
    contradictions = [note for note in notes if "not the sum" in note or "share days" in note]
    assert [note.rpartition(": new")[2] for note in contradictions] == ([odd.removeprefix("new") + "."] if odd else [])


TINY = "currency,date,rate\nUSD,2026-01-01,0.{zeros}1\nUSD,2026-02-01,0.9\n"


def test_a_rate_at_which_amounts_come_to_nothing_is_named_with_its_counts(tmp_path: Path) -> None:
    """O2 has two amounts of 2,000 USD: at 0.000002 they are 0.004, at 0.00001 two cents."""
    notes = notes_of(folder_write(tmp_path / "one", {"rates.csv": TINY.format(zeros="00000").replace("1\n", "2\n")}))
    assert (
        "rates.csv: at 0.000002 EUR for 1 USD (since 2026-01-01) 2 of 2 amounts above 0 come to 0.00 EUR, the first of"
        " deal “O2”; they count as nothing. Check the decimal point of the rate."
    ) in notes
    notes = notes_of(part_write(tmp_path / "two", {"rates.csv": TINY.format(zeros="0000")}))
    assert not any("come to 0.00" in note for note in notes)
    cents = {"events.csv": "opportunity,occurred_at,stage,amount\nO2,2026-03-02T08:00:00Z,lead,400\n"}
    assert any("1 of 3 amounts above 0 come to 0.00" in note for note in notes_of(part_write(tmp_path / "c", cents)))


HANDOFFS = "key,opportunity,department,requested_at,completed_at\n"


@pytest.mark.parametrize(
    ("rows", "note"),
    [
        # O1 lives from 5 January 9:00 to its win on 1 February 11:00 in Berlin, O2 is lost on 1 March, O3 is open.
        ("A,O3,legal,2026-01-01,2026-01-31\nB,O1,legal,2025-01-01,2025-02-01\n",
         "2 hand-offs are over before the first event of their deal (the first: A of deal “O3”)"),
        ("A,O1,legal,2026-01-01,2026-01-09\n",
         "1 hand-off is requested before the first event of their deal (the first: A of deal “O1”)"),
        ("A,O1,legal,2026-02-03,\nB,O2,legal,2026-03-02,2026-03-03\n",
         "2 hand-offs are requested after their deal was closed (the first: A of deal “O1”)"),
        ("A,O3,legal,2026-02-03,\nB,O2,legal,2026-02-27,2026-03-03\n", ""),
    ],
)  # fmt: skip
def test_handoffs_outside_the_life_of_their_deal_are_counted(tmp_path: Path, rows: str, note: str) -> None:
    notes = [n for n in notes_of(folder_write(tmp_path, {"handoffs.csv": HANDOFFS + rows})) if "hand-off" in n]
    assert len(notes) == bool(note)
    assert all(note in one and one.endswith(".") for one in notes)


@pytest.mark.parametrize("name", ["Lead", "lead", " LEAD ", "Leаd", "Ｌead"])
def test_two_stages_of_one_name_are_named(tmp_path: Path, name: str) -> None:
    stages = GOOD["stages.csv"] + f"new,early,{name},0,sales,0,\nold,lead,Lead,0,sales,0,\n"
    notes = notes_of(folder_write(tmp_path, {"stages.csv": stages}))
    (note,) = [note for note in notes if "cannot tell apart" in note]
    assert note == (
        f"stages.csv: names that a reader cannot tell apart, counted apart by their keys: new “{name.strip()}” (early)"
        " and “Lead” (lead). Rename one, or map both to one key."
    )


def test_a_name_that_comes_later_is_compared_with_those_that_are_in(tmp_path: Path) -> None:
    assert not any("cannot tell apart" in note for note in notes_of(folder_write(tmp_path / "one")))
    later = part_write(tmp_path / "two", {"sources.csv": "key,name,department\nsite,WEBSITE,sales\n"})
    assert any("“WEBSITE” (site) and “Website” (web)" in note for note in notes_of(later))
