"""Every problem of a company folder names its file, its line where there is one, what is wrong, and what to do."""

# ruff: noqa: E501 - one case a line reads best.

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from pipeline.imports.folder.format import FILES
from pipeline.imports.remedies import remedy_of
from pipeline.services.imports import company_folder_load
from tests.pipeline.folders import GOOD, changed, folder_write, part_write, says_what_to_do

E, D, S = "events.csv", "departments.csv", "stages.csv"


def reasons_of_format() -> Iterator[str]:
    """What one value, one row or one reference can have, in every file."""
    for file in FILES:
        yield "is empty"
        for column in file.columns:
            yield from (reason for _, reason in column.kind.problems)
        yield from (rule.reason for rule in file.rules)
        for reference in file.references:
            yield from (reference.reason, f"{reference.reason} (2,708 rows)")


@pytest.mark.parametrize("reason", sorted(set(reasons_of_format())))
def test_each_problem_of_a_value_says_what_to_do(reason: str) -> None:
    assert says_what_to_do(reason, remedy_of(reason))


def test_a_key_that_is_not_known_is_to_be_corrected_or_added() -> None:
    assert remedy_of("is not a known loss reason (12 rows)") == "correct the key, or add the loss reason"


_MERGED = (
    "\n".join(
        line + end
        for line, end in zip(GOOD["opportunities.csv"].splitlines(), (",merged_into", ",O2", ",", ","), strict=True)
    )
    + "\n"
)
STRUCTURE: dict[str, dict[str, str]] = {
    "a column is missing": changed(D, "key,", "no,"),
    "a column in capitals": changed(D, "key,", "Key,"),
    "a column that may be missing, in other letters": changed(E, "expected_close", "Expected close"),
    "a column twice": changed(D, "key,name", "key,key"),
    "an empty first line": {D: "\n" + GOOD[D]},
    "nothing in it": {D: ""},
    "only separators": {D: ",,,\n" + GOOD[D]},
    "semicolons": {D: GOOD[D].replace(",", ";")},
    "sep=": {D: "sep=;\n" + GOOD[D]},
    "too many columns": {D: ",".join(f"c{n}" for n in range(2_100)) + "\n"},
    "a field too many": changed(D, "legal,Legal,internal,", "legal,Legal,internal,,"),
    "a field without a name": {D: "\n".join(line + ",x" for line in GOOD[D].splitlines()).replace("head_email,x", "head_email,")},
    "a quotation mark": changed(D, "Legal", 'Le"gal'),
    "an open quotation mark": changed(D, "market,Market", 'market,"Market'),
    "NUL": changed(D, "Legal", "Le\0gal"),
    "a lone carriage return": changed(D, "legal,", "\rlegal,"),
    "a key twice": changed(D, "legal,Legal", "sales,Legal"),
    "two companies": {"company.csv": GOOD["company.csv"] + GOOD["company.csv"].splitlines()[1] + "\n"},
    "no deals": {"opportunities.csv": GOOD["opportunities.csv"].splitlines()[0] + "\n", E: GOOD[E].splitlines()[0] + "\n"},
    "a stage of another pipeline": changed(E, ",lead,100.50", ",due,100.50"),
    "an unknown deal": changed(E, "O3,", "O9,"),
    "two stages of one place": changed(S, "Offer,2", "Offer,1"),
    "no rate": {"rates.csv": "currency,date,rate\nUSD,2026-02-01,0.9\n"},
    "a measurable in two ways": changed("measurables.csv", "calls,sales,Calls,,between", "calls,sales,Rings,,between"),
    "withdrawn and then moved": changed(E, "2026-01-09T09:00:00+01:00,2026-01-10T09:00:00Z,offer,100.50", "2026-01-09T09:00:00+01:00,,withdrawn,"),
    "merged and not withdrawn": {"opportunities.csv": _MERGED},
    "a day after an instant": changed(E, "2026-02-01T10:00:00.250000Z", "2026-01-09"),
    "amounts that cannot be added up": {E: GOOD[E] + "".join(f"O1,2026-04-01T09:{n:02}:00Z,,lead,999999999999999.99,,,\n" for n in range(45))},
}  # fmt: skip


@pytest.mark.django_db
@pytest.mark.parametrize("case", STRUCTURE)
@pytest.mark.always(10)
def test_each_problem_of_files_and_rows_says_where_and_what_to_do(tmp_path: Path, case: str) -> None:
    result = company_folder_load(path=folder_write(tmp_path, STRUCTURE[case]))
    assert result.problems
    for problem in result.problems:
        assert problem.file
        assert problem.line or "needs" in problem.reason
        assert says_what_to_do(problem.reason, problem.remedy), problem
        assert str(problem).endswith(problem.remedy or problem.reason)


@pytest.mark.django_db
@pytest.mark.parametrize("files", [{}, {"deals.csv": "a,b\n"}, {D: GOOD[D]}])
def test_a_folder_that_is_none_says_what_to_do(tmp_path: Path, files: dict[str, str]) -> None:
    for problem in company_folder_load(path=part_write(tmp_path, files)).problems:
        assert says_what_to_do(problem.reason, problem.remedy), problem


@pytest.mark.django_db
def test_a_file_in_capitals_is_not_left_out(tmp_path: Path) -> None:
    (problem,) = company_folder_load(path=folder_write(tmp_path, {"Events.CSV": GOOD[E]}, without=(E,))).problems
    assert str(problem) == "Events.CSV: is a file that is called events.csv in a company folder; rename the file"
