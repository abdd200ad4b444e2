"""Everything that can be wrong in a folder: each is named by file, line, column, value and reason; nothing is kept."""

# ruff: noqa: E501 - one case a line reads best.

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from departments.core.text import KEY_REASON
from pipeline.models import ImportBatch
from pipeline.services.imports import company_folder_load
from pipeline.services.imports_result import ImportResult
from tests.pipeline.folders import GOOD, changed, folder_write, part_write, says_what_to_do, truth

pytestmark = pytest.mark.django_db
NO_STAGE = "is not a stage of pipeline new"
PLAIN = "is not a plain number, such as 1234.50"
ISO = "is not an ISO 8601 date and time with an offset, such as 2026-03-31T09:00:00+02:00"
NAIVE = "has no time zone; write an ISO 8601 date and time with an offset, such as 2026-03-31T09:00:00+02:00"
EXPONENT = "is written with an exponent, which hides digits; write it in full, such as 1234.50"
NO_DAY = "is not a calendar date"
E, OPP, H = "events.csv", "opportunities.csv", "handoffs.csv"

# file, old text, new text -> line, column, value, reason
CASES = [
    ("stages.csv", "2,sales", "2,sails", 3, "owner_department", "sails", "is not a known department"),
    ("loss_reasons.csv", "Price,sales", "Price,x", 2, "department", "x", "is not a known department"),
    (H, "O1,legal", "O1,leagl", 2, "department", "leagl", "is not a known department"),
    (E, "offer,100.50", "ofer,100.50", 3, "stage", "ofer", NO_STAGE),
    (E, "offer,100.50", "due,100.50", 3, "stage", "due", NO_STAGE),
    (OPP, "deal,new", "deal,now", 2, "pipeline", "now", "is not a known pipeline"),
    (OPP, "new,A1", "new,A9", 2, "account", "A9", "is not a known account"),
    (OPP, "North,web", "North,wob", 2, "source", "wob", "is not a known source"),
    (E, "price,Ann", "prize,Ann", 7, "reason", "prize", "is not a known loss reason"),
    (E, "O2,2026-01-06", "O7,2026-01-06", 5, "opportunity", "O7", "is not a known opportunity"),
    (H, "H2,O2", "H2,O7", 3, "opportunity", "O7", "is not a known opportunity"),
    ("entries.csv", "calls,2026-01-05", "cals,2026-01-05", 2, "measurable", "cals", "is not a known measurable"),
    (E, "05T09:00:00+01:00", "05T09:00:00", 2, "occurred_at", "2026-01-05T09:00:00", NAIVE),
    (E, "2026-02-01,,due", "01/02/2026,,due", 8, "occurred_at", "01/02/2026", ISO),
    (E, "2026-02-01,,due", "2026-02-30,,due", 8, "occurred_at", "2026-02-30", NO_DAY),
    (E, "2026-01-05T09", "2026-13-05T09", 2, "occurred_at", "2026-13-05T09:00:00+01:00", NO_DAY),
    (E, "2026-01-05T09", "2026-01-05T25", 2, "occurred_at", "2026-01-05T25:00:00+01:00", ISO),
    (E, "2026-02-01,,due", "0026-02-01,,due", 8, "occurred_at", "0026-02-01", "is not between the years 1900 and 2199"),
    (E, "2026-03-31,,Ann", "2026-02-29,,Ann", 2, "expected_close", "2026-02-29", NO_DAY),
    (E, "2026-01-10T09", "2026-01-09T07", 3, "recorded_at", "2026-01-09T07:00:00Z", "is before occurred_at"),
    (E, ",120,", ",-120,", 4, "amount", "-120", "is negative"),
    (E, ",120,", ",NaN,", 4, "amount", "NaN", PLAIN),
    (E, ",120,", ",inf,", 4, "amount", "inf", PLAIN),
    (E, ",120,", ",1e400,", 4, "amount", "1e400", EXPONENT),
    (E, ",120,", ',"1,200.00",', 4, "amount", "1,200.00", PLAIN),
    (E, ",120,", ",EUR 120,", 4, "amount", "EUR 120", PLAIN),
    (E, ",120,", ",1.200,", 4, "amount", "1.200", "has more than 2 decimals"),
    (E, ",120,", ",12345678901234567,", 4, "amount", "12345678901234567", "has more than 15 digits before the point"),
    (E, "won,120,", "won,,", 4, "amount", "", "is empty; only a lost or withdrawn row may leave it out"),
    (E, "won,120,,,Ann", "won,120,,price,Ann", 4, "reason", "price", "is given on a row that is not lost"),
    (H, "08T10:00:00Z,,,", "08T10:00:00Z,,2026-01-07,", 3, "completed_at", "2026-01-07", "is before requested_at"),
    (H, "2026-01-10T10", "2026-01-13T10", 2, "completed_at", "2026-01-12T10:00:00Z", "is before started_at"),
    (H, "20T10:00:00Z,,", "20T10:00:00Z,approved,", 3, "outcome", "approved", "is given on a hand-off that is not completed"),
    (H, ",approved,", ",done,", 2, "outcome", "done", "is not one of approved, returned, rejected, cancelled"),
    (OPP, "O2,,new", "O1,,new", 3, "key", "O1", "is already on line 2"),
    ("rates.csv", "2026-02-01", "2026-01-01", 3, "currency+date", "USD 2026-01-01", "is already on line 2"),
    (H, "H2,", "H1,", 3, "key", "H1", "is already on line 2"),
    (OPP, "O2,", ",", 3, "key", "", "is empty"),
    (OPP, "O2,", "O2 ,", 3, "key", "O2 ", "has spaces around it"),
    ("departments.csv", "internal,\n", "inner,\n", 3, "kind", "inner", "is not one of internal, external"),
    ("departments.csv", "legal,Legal", "le gal,Legal", 3, "key", "le gal", KEY_REASON),
    ("stages.csv", "new,won", "new,lost", 4, "key", "lost", "is reserved for lost deals"),
    ("stages.csv", "new,won", "new,withdrawn", 4, "key", "withdrawn", "is reserved for withdrawn deals"),
    ("stages.csv", "Offer,2", "Offer,two", 3, "position", "two", "is not a whole number"),
    ("stages.csv", "sales,0,14", "sales,yes,14", 2, "earns", "yes", "is neither 0 nor 1"),
    ("stages.csv", "0,14", "0,0", 2, "time_limit_days", "0", "must be above zero"),
    ("stages.csv", "Offer,2", "Offer,1", 3, "position", "1", "is the position of stage lead too"),
    ("rates.csv", "0.9\n", "0\n", 2, "rate", "0", "must be above zero"),
    ("company.csv", "EUR", "Euro", 2, "reporting_currency", "Euro", "is not a currency code of three capital letters"),
    ("company.csv", "Europe/Berlin", "Berlin", 2, "time_zone", "Berlin", "is not an IANA time zone, such as Europe/Berlin"),
    ("company.csv", "Europe/Berlin", "posixrules", 2, "time_zone", "posixrules", "is not an IANA time zone, such as Europe/Berlin"),
    ("company.csv", "Europe/Berlin", "right/UTC", 2, "time_zone", "right/UTC", "is not an IANA time zone, such as Europe/Berlin"),
    ("company.csv", "Europe/Berlin", "CET", 2, "time_zone", "CET", "is the clock of several places; name one of them, such as Europe/Berlin"),
    ("company.csv", "Europe/Berlin", "localtime", 2, "time_zone", "localtime", "is not an IANA time zone, such as Europe/Berlin"),
    ("departments.csv", "legal,Legal", "legal,\u200b \u2060", 3, "name", "", "is empty"),
    ("company.csv", "Berlin,1", "Berlin,13", 2, "fiscal_year_start_month", "13", "is not between 1 and 12"),
    ("plan.csv", "2026-03-31,5000", "2025-03-31,5000", 2, "period_end", "2025-03-31", "is before period_start"),
    ("measurables.csv", "30,50", "30,", 3, "goal_high", "", "is given if and only if goal_rule is between"),
    ("measurables.csv", "30,50", "30,20", 3, "goal_high", "20", "is below goal"),
    ("measurables.csv", "at_least,40", "at_least,", 2, "goal", "", "is empty while the row sets a goal"),
    ("entries.csv", "2026-01-12", "2026-01-13", 3, "week", "2026-01-13", "is not a Monday; entries are per week"),
    (E, "won,120,,,Ann", "won,120,,,Ann,extra", 4, "", "O1,2026-02-01T10:00:00.250000Z,,won,120,,,Ann,extra", "has 9 fields where the header has 8"),
    (E, "won,120,,,Ann", "won,120", 4, "", "O1,2026-02-01T10:00:00.250000Z,,won,120", "has 5 fields where the header has 8"),
    (E, "price,Ann", "price,A\0n", 7, "actor", "A␀n", "contains a NUL byte"),
    ("accounts.csv", "Bolt", 'Bo"l"t', 3, "", "", 'a quotation mark is inside a value; the whole value needs quotes and its own are doubled: ""'),
    ("accounts.csv", "Bolt", '"Bo" lt', 3, "", "", 'a quotation mark is inside a value; the whole value needs quotes and its own are doubled: ""'),
]  # fmt: skip


def refused(path: Path) -> tuple[ImportResult, list[tuple[str, str, str, str, str]]]:
    """Load what must be refused: the truth is as before, the batch and its error file stay."""
    before = truth()
    result = company_folder_load(path=path)
    assert truth() == before
    batch = ImportBatch.objects.get(pk=result.batch)
    assert (result.status, batch.status, batch.errors_file) == ("refused", "refused", result.errors_file)
    with Path(batch.errors_file).open(encoding="utf-8", newline="") as handle:
        header, *rows = [tuple(row) for row in csv.reader(handle)]
    assert header == ("file", "line", "column", "value", "reason", "what to do")
    assert [row for row in rows if not says_what_to_do(row[4], row[5])] == []
    rows = [row[:5] for row in rows]
    assert {counts["new"] + counts["changed"] + counts["unchanged"] for counts in result.files.values()} <= {0}
    return result, rows


@pytest.mark.parametrize(("file", "old", "new", "line", "column", "value", "reason"), CASES)
@pytest.mark.always(12)
def test_one_wrong_value_refuses_all_and_is_named(
    tmp_path: Path, file: str, old: str, new: str, line: int, column: str, value: str, reason: str
) -> None:
    result, rows = refused(folder_write(tmp_path, changed(file, old, new)))
    assert (file, str(line), column, value, reason) in rows
    assert len(rows) == 1 or (column == "key" and {row[3] for row in rows} & {value, "O2", "legal", "won"})
    assert result.files[file]["refused"] == 1


def test_a_currency_needs_a_rate_before_the_first_event(tmp_path: Path) -> None:
    _, rows = refused(folder_write(tmp_path, changed("rates.csv", "2026-01-01", "2026-01-15")))
    why = "has no rate on or before 2026-01-06, the day of the first event of opportunity O2"
    assert rows == [(OPP, "3", "currency", "USD", why)]


def test_an_earlier_event_may_lose_its_rate(tmp_path: Path) -> None:
    company_folder_load(path=folder_write(tmp_path / "one"))
    text = "opportunity,occurred_at,stage,amount\nO2,2025-12-06T08:00:00Z,lead,1\n"
    _, rows = refused(part_write(tmp_path / "two", {E: text}))
    assert rows[0][:4] == (E, "2", "occurred_at", "USD")


def test_a_deal_with_a_history_cannot_change_its_pipeline(tmp_path: Path) -> None:
    company_folder_load(path=folder_write(tmp_path / "one"))
    _, rows = refused(part_write(tmp_path / "two", {OPP: "key,pipeline,currency\nO1,old,EUR\n"}))
    why = "is not new, the pipeline of its first event; a deal moves with an event, not here"
    assert rows == [(OPP, "2", "pipeline", "old", why)]


def test_lines_are_counted_as_an_editor_counts_them(tmp_path: Path) -> None:
    text = GOOD["accounts.csv"].replace("Acme", '"Ac\nme\n"').replace("\nA2", "\n\nA2") + "A1,Again,,,,\n"
    _, rows = refused(folder_write(tmp_path, {"accounts.csv": text}))
    assert rows == [("accounts.csv", "7", "key", "A1", "is already on line 2")]


def test_another_encoding_is_named_with_its_line(tmp_path: Path) -> None:
    folder_write(tmp_path)
    (tmp_path / OPP).write_bytes(GOOD[OPP].replace("Third", "Dritte Größe").encode("latin-1"))
    _, rows = refused(tmp_path)
    assert rows == [(OPP, "4", "name", "Dritte Gr��e", "is not UTF-8; save the file in the encoding UTF-8")]


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-32"])
def test_wide_encodings_are_refused(tmp_path: Path, encoding: str) -> None:
    folder_write(tmp_path)
    (tmp_path / E).write_bytes(GOOD[E].encode(encoding))
    _, rows = refused(tmp_path)
    assert rows[0][0] == E


@pytest.mark.parametrize(
    ("text", "line", "column", "reason"),
    [
        ("", "1", "", "is empty; it needs a header row"),
        ("\n\n", "1", "", "has an empty first line; it needs a header row"),
        ("opportunity,occurred_at,amount\n", "1", "stage", "is missing from the header"),
        ("opportunity,stage,stage,occurred_at,amount\n", "1", "stage", "appears in the header twice"),
        (
            GOOD[E].replace("\n", "\r"),
            "1",
            "",
            "a carriage return without a line feed; save the file with line ends of one kind",
        ),
        (GOOD[E] + 'O1,"2026-02-01', "9", "", "a quotation mark opens in this row and is never closed"),
    ],
)
def test_a_broken_file_is_refused_once(tmp_path: Path, text: str, line: str, column: str, reason: str) -> None:
    _, rows = refused(folder_write(tmp_path, {E: text}))
    assert rows == [(E, line, column, "", reason)]


@pytest.mark.parametrize("name", ["company.csv", "departments.csv", "pipelines.csv", "stages.csv", OPP, E])
def test_a_first_load_needs_the_six_files(tmp_path: Path, name: str) -> None:
    _, rows = refused(folder_write(tmp_path, without=(name,)))
    assert rows == [(name, "", "", "", "is missing; a first load needs it")]


def test_a_folder_of_other_things_is_refused(tmp_path: Path) -> None:
    company_folder_load(path=folder_write(tmp_path / "one"))
    _, rows = refused(part_write(tmp_path / "two", {"holiday.jpg": "x"}))
    assert rows[0][4].startswith("no file of a company folder was found")


def test_a_company_is_one_row(tmp_path: Path) -> None:
    _, rows = refused(folder_write(tmp_path, {"company.csv": GOOD["company.csv"] + "Two,EUR,UTC,1\n"}))
    assert rows == [("company.csv", "1", "", "", "has 2 rows; a company is exactly one")]


def test_rows_of_one_measurable_agree(tmp_path: Path) -> None:
    _, rows = refused(folder_write(tmp_path, changed("measurables.csv", "Calls,,between", "Talks,,between")))
    assert rows == [("measurables.csv", "3", "name", "Talks", "differs from an earlier row of the same measurable")]


def test_what_names_a_refused_row_is_not_refused_for_that(tmp_path: Path) -> None:
    _, rows = refused(folder_write(tmp_path, changed(OPP, "EUR,small", "euro,small")))
    assert [row[:3] for row in rows] == [(OPP, "2", "currency")]


def test_the_error_file_is_bounded_and_counts_the_rest(tmp_path: Path) -> None:
    text = GOOD[E] + "O1,yesterday,,lead,1,,,\n" * 12_000
    result, rows = refused(folder_write(tmp_path, {E: text}))
    assert (len(rows), rows[-1][4]) == (10_001, "2000 more problems are not listed")
    assert (result.problem_count, result.files[E]["refused"]) == (12_000, 12_000)


def test_a_dry_run_of_a_bad_folder_lists_what_is_wrong(tmp_path: Path) -> None:
    result = company_folder_load(path=folder_write(tmp_path, changed(E, ",120,", ",x,")), dry_run=True)
    assert (result.accepted, result.batch, ImportBatch.objects.count()) == (False, None, 0)
    assert "events.csv,4,amount,x" in Path(result.errors_file).read_text()
