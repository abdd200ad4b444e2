"""Values of CRM exports: numbers, flags, dates and joins that are certain are read, all others refused by name."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from pipeline.imports.problems import ConversionRefused, ImportUnreadable
from pipeline.models import Event
from pipeline.services.imports import company_folder_load
from tests.pipeline.imports.conversion.exports import MAPPING, convert, history, mapping, table

HEAD = "id,stage,created,closed,amount\n"


def problems(tmp_path: Path, rows: str, text: str = MAPPING, **files: str) -> list[str]:
    with pytest.raises(ConversionRefused) as refused:
        convert(tmp_path, rows, text, **files)
    assert not (tmp_path / "out").exists()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["in", "m.toml"]
    return [str(one) for one in refused.value.problems.listed]


@pytest.mark.parametrize(
    ("files", "good", "bad"),
    [
        ('thousands_sign = ","', "1,200.50", ["13,75", "1,2,3"]),
        ('decimal_sign = ","\nthousands_sign = "."', "1.200,50", ["1200.50", "1,200.50"]),
        ('decimal_sign = ","\nthousands_sign = " "', "1\u202f200,50", ["12 00,50", "1.200,50"]),
        ('thousands_sign = "\'"', "1’200.50", ["12'00", "1,200.50"]),
        ('decimal_sign = ","', "1200,500", ["1,200", "12.000", "1200.5"]),
        ("", "1200.50", ["1.200", "250.000", "1,200.50", "1.2E3", "-5", "1.005", "$ 5", "5 %", "12345678901234567"]),
    ],
)
def test_amounts_are_read_as_the_mapping_says_or_refused_by_line(
    tmp_path: Path, files: str, good: str, bad: list[str]
) -> None:
    rows = HEAD + "".join(f'{n},Open,2026-10-05,,"{text}"\n' for n, text in enumerate([good, *bad], 1))
    listed = problems(tmp_path, rows, mapping(files=files))
    assert [one.partition("”")[0] for one in listed] == [
        f"deals.csv line {line}: amount “{text}" for line, text in enumerate(bad, 3)
    ]
    convert(tmp_path, HEAD + f'1,Open,2026-10-05,,"{good}"\n', mapping(files=files))
    assert history(tmp_path / "out") == {"1": [("open", "1200.5", "")]}


@pytest.mark.parametrize("words", ['delimiter = "tab"', 'delimiter = ""', 'decimal_sign = ""', 'thousands_sign = "."'])
def test_signs_and_delimiters_of_a_mapping_are_one_character(tmp_path: Path, words: str) -> None:
    (one,) = problems(tmp_path, HEAD, mapping(files=words))
    assert one.startswith(f"m.toml line 7: [files] {words.partition(' ')[0]}")


FLAGGED = 'closed_flag = "c"\nwon_flag = "w"\nskip_flag = "d"'
FLAG_HEAD = "id,stage,created,closed,amount,c,w,d\n"


@pytest.mark.parametrize(
    ("yes", "no"), [("1.0", "0.0"), ("X", ""), ("wahr", "falsch"), ("-1", "0"), ("ja", "nein"), ("on", "off")]
)
def test_flags_are_understood_whatever_program_wrote_them(tmp_path: Path, yes: str, no: str) -> None:
    rows = (
        f"A,Open,2026-10-05,2026-10-06,1000,{yes},{yes},{no}\nB,Open,2026-10-05,,400,{no},{no},{yes}\n"
        f"C,Open,2026-10-05,2026-10-06,5,{yes},{no},{no}\nD,Open,2026-10-05,,7,{no},{no},{no}\n"
    )
    notes = convert(tmp_path, FLAG_HEAD + rows, mapping(deal=FLAGGED)).notes
    assert {key: moves[-1][0] for key, moves in history(tmp_path / "out").items()} == {
        "A": "won",
        "C": "lost",
        "D": "open",
    }
    assert "1 rows are left out for their d." in notes
    assert ("3 deals have no w, which counts as a no." in notes) == (no == "")


@pytest.mark.parametrize("word", ["none", "2", "maybe", "?"])
def test_a_flag_that_is_neither_is_never_a_no(tmp_path: Path, word: str) -> None:
    rows = FLAG_HEAD + f"A,Open,2026-10-05,,1,no,no,no\nB,Won,2026-10-05,,1,no,no,{word}\n"
    (one,) = problems(tmp_path, rows, mapping(deal=FLAGGED))
    assert one.startswith(f"deals.csv line 3: d “{word}” is neither yes nor no")
    convert(tmp_path, rows, mapping(deal=FLAGGED, more=f'[values.d]\n"{word}" = "yes"\n'))
    assert list(history(tmp_path / "out")) == ["A"]


def test_a_closed_flag_alone_leaves_won_or_lost_to_the_stage(tmp_path: Path) -> None:
    rows = "id,stage,created,closed,amount,c\nA,Won,2026-10-05,2026-10-06,5,1\nB,Lost,2026-10-05,2026-10-06,5,1\n"
    convert(tmp_path, rows, mapping(deal='closed_flag = "c"'))
    assert [moves[-1][0] for moves in history(tmp_path / "out").values()] == ["won", "lost"]


def test_a_closed_flag_alone_does_not_lose_a_deal(tmp_path: Path) -> None:
    rows = "id,stage,created,closed,amount,c\nA,Open,2026-10-05,2026-10-06,5,1\n"
    (one,) = problems(tmp_path, rows, mapping(deal='closed_flag = "c"'))
    assert one.startswith("deals.csv line 2: stage “Open” is the stage of a closed deal and says neither won nor lost")


EXPECTED_HEAD = "id,stage,created,closed,amount,expected\n"


@pytest.mark.parametrize(
    ("zone", "expected", "day"),
    [
        ("Europe/Berlin", "2026-09-30T22:00:00Z", "2026-10-01"),
        ("Europe/Berlin", "2026-09-30T21:59:59Z", "2026-09-30"),
        ("America/New_York", "2026-10-01T03:59:59Z", "2026-09-30"),
        ("America/New_York", "2026-10-01T00:00:00-04:00", "2026-10-01"),
        ("Asia/Kolkata", "2026-09-30T18:30:00Z", "2026-10-01"),
        ("Pacific/Auckland", "2026-09-30T11:00:00Z", "2026-10-01"),
        ("Europe/Berlin", "2026-10-01 00:00:00", "2026-10-01"),
        ("Europe/Berlin", "2026-10-01", "2026-10-01"),
    ],
)
def test_an_expected_close_is_a_day_of_the_company(tmp_path: Path, zone: str, expected: str, day: str) -> None:
    rows = f"A,Open,2026-09-01,,5,{expected}\nB,Won,2026-09-01,2026-09-20,5,{expected}\n"
    convert(tmp_path, EXPECTED_HEAD + rows, mapping(deal='expected_close = "expected"', zone=zone))
    assert history(tmp_path / "out") == {"A": [("open", "5", day)], "B": [("open", "5", day), ("won", "5", day)]}


def test_the_close_of_a_closed_deal_is_not_what_was_expected(tmp_path: Path) -> None:
    rows = HEAD + "A,Open,2026-09-01,2026-12-01,5\nB,Won,2026-09-01,2026-09-20,5\n"
    notes = convert(tmp_path, rows, mapping(deal='expected_close = "closed"')).notes
    assert history(tmp_path / "out") == {"A": [("open", "5", "2026-12-01")], "B": [("open", "5", ""), ("won", "5", "")]}
    assert "1 closed deals have no expected close: their closed is the day they were closed." in notes


@pytest.mark.django_db
def test_a_deal_is_open_before_it_is_closed_on_the_same_day(tmp_path: Path) -> None:
    rows = (
        "A,Won,2026-10-05T10:15:00+02:00,2026-10-05,1000\nB,Lost,2026-10-05T14:00:00+02:00,2026-10-05,500\n"
        "C,Won,2026-10-05T10:15:00+02:00,2026-10-05T10:14:00+02:00,300\nD,Won,2026-10-05,2026-10-05,7\n"
        "E,Won,2026-10-05T22:30:00Z,2026-10-06,9\n"
    )
    notes = convert(tmp_path, HEAD + rows).notes
    result = company_folder_load(path=tmp_path / "out")
    assert result.accepted, result.problems
    events = Event.objects.order_by("opportunity__key", "occurred_at", "sequence")
    assert [(e.opportunity.key, e.stage.key if e.stage else "lost", e.amount) for e in events] == [
        (key, place, Decimal(0 if place == "lost" else amount))  # lost for what it was worth
        for key, end, amount in (
            ("A", "won", 1000),
            ("B", "lost", 500),
            ("C", "won", 300),
            ("D", "won", 7),
            ("E", "won", 9),
        )
        for place in ("open", end)
    ]
    assert events[1].occurred_at == datetime(2026, 10, 5, 8, 15, tzinfo=UTC)
    assert any(note.startswith("3 deals were closed on the day they were created") for note in notes)
    assert any(note.startswith("1 deals were closed before they began") for note in notes)


@pytest.mark.parametrize(
    ("zone", "created", "why"),
    [
        ("Europe/Berlin", "2026-03-29T02:30:00", "never was in Europe/Berlin"),
        ("America/New_York", "2026-03-08 02:30", "never was in America/New_York"),
        ("Europe/Berlin", "03/04/2026", "name its format in date_formats"),
        ("Europe/Berlin", "1899-12-31", "between the years 1900 and 2199"),
    ],
)
def test_a_date_that_is_uncertain_is_refused_by_line(tmp_path: Path, zone: str, created: str, why: str) -> None:
    (one,) = problems(tmp_path, HEAD + f"A,Open,{created},,5\n", mapping(zone=zone))
    assert one.startswith(f"deals.csv line 2: created “{created}”")
    assert why in one


def test_an_hour_that_comes_twice_is_noted(tmp_path: Path) -> None:
    notes = convert(tmp_path, HEAD + "A,Open,2026-10-25 02:30,,5\n").notes
    assert any("occurred twice in Europe/Berlin" in note for note in notes)


LOOKUP = '[[lookups]]\nname = "products"\nfile = "products.csv"\nkey = "product"\ndeal_column = "product"\n'


def test_a_lookup_with_a_key_twice_is_refused_unless_the_rows_agree(tmp_path: Path) -> None:
    rows = "id,stage,created,closed,amount,product\nA,Open,2026-10-05,,5,x\nB,Open,2026-10-05,,5,\n"
    text = mapping(deal='segment = "products.line"', more=LOOKUP)
    (one,) = problems(tmp_path, rows, text, products="product,line\nx,a\nx,b\n")
    assert one.startswith("products.csv line 3: product “x” is already on line 2, with other values")
    notes = convert(tmp_path, rows, text, products="product,line\nx,a\nx,a\n,c\n,\n").notes
    assert [row["segment"] for row in table(tmp_path / "out", "opportunities")] == ["a", ""]
    for note in (
        "1 rows of products.csv are duplicated; one of each counts.",
        "1 deals have no match in products.csv.",
        "1 rows of products.csv have no product and are left out.",
        "products.csv: 1 row in which every field is empty was left out.",
    ):
        assert note in notes


COLUMNS = ("key", "stage", "created", "closed", "amount", "open_amount", "closed_flag", "won_flag", "skip_flag", "name",
           "account", "owner", "team", "segment", "source", "reason", "currency", "expected_close")  # fmt: skip


@pytest.mark.parametrize("word", COLUMNS)
def test_a_column_that_is_not_there_is_refused_with_those_that_are(tmp_path: Path, word: str) -> None:
    base = {"key": "id", "stage": "stage", "created": "created", "closed": "closed", "amount": "amount"}
    wrong = f'{word} = "Nowhere"'
    text = MAPPING.replace(f'{word} = "{base[word]}"', wrong) if word in base else mapping(deal=wrong)
    (one,) = problems(tmp_path, HEAD, text)
    assert f"[deal] {word} “Nowhere” is not a column of deals.csv, which has amount, closed, created, id, stage" in one


def test_all_that_is_missing_is_named_at_once(tmp_path: Path) -> None:
    more = LOOKUP + '[accounts]\nfile = "companies.csv"\nkey = "a"\nname = "b"\n[values."products.colour"]\n"x" = "y"\n'
    listed = problems(tmp_path, HEAD, mapping(deal='team = "Team"', more=more), products="sku,line\n")
    text = "\n".join(listed)
    for what in (
        "[lookups] deal_column “product” is not a column of deals.csv",
        "[lookups] key “product” is not a column of products.csv",
        "[deal] team “Team”",
        "the export has no file companies.csv",
        "“products.colour” is not a column",
    ):
        assert what in text
    assert len(listed) == 5


def test_missing_keys_are_one_problem_each(tmp_path: Path) -> None:
    rows = "".join(f"{n},Open,2026-10-05,,5,source{n % 3},{n}\n" for n in range(300))
    head = "id,stage,created,closed,amount,source,x\n"
    listed = problems(tmp_path, head + rows, mapping(deal='source = "source"'))
    assert [one.partition("(it")[0] for one in listed] == [
        f"deals.csv line {line}: source “source{n}” is not a known source: the mapping's [[sources]] do not have it "
        for line, n in ((2, 0), (3, 1), (4, 2))
    ]
    assert all(one.endswith("(100 rows)") for one in listed)


@pytest.mark.parametrize(
    ("rows", "why"),
    [
        ("", "deals.csv: is empty|line 1: is empty"),
        (HEAD, "contains no deals"),
        (
            HEAD + ",,,,\n\n,,,,\n",
            "contains no deals to convert. deals.csv: 2 rows in which every field is empty were left out",
        ),
        ("id,id,stage,created,closed,amount\n", "appears in the header twice"),
        (HEAD + "A,Open,2026-10-05,,5,9\nB,Open\n", "(?s)line 2.*has 6 fields.*line 3.*has 2 fields"),
        (HEAD + "A,Open,2026-10-05,,5\nA,Open,2026-10-05,,6\n", "line 3: id “A” is already on line 2"),
        (HEAD + ",Open,2026-10-05,,5\n", "line 2: id is empty"),
        (HEAD + "A,Open,2026-10-05,,\n", "line 2: amount is empty"),
        (HEAD + "A,Stuck,2026-10-05,,5\n", "line 2: stage “Stuck” is not a known stage"),
        (HEAD + f"{'A' * 200},Open,2026-10-05,,5\n", "line 2: id “A+…?” is longer than 128"),
    ],
)
def test_nothing_and_nonsense_are_refused_by_name(tmp_path: Path, rows: str, why: str) -> None:
    with pytest.raises(ImportUnreadable, match=why):
        convert(tmp_path, rows)
    assert not (tmp_path / "out").exists()


def test_a_byte_order_mark_and_spaces_in_the_header_are_fine(tmp_path: Path) -> None:
    convert(tmp_path, "\ufeffid , stage,created,closed , amount\n A ,Open , 2026-10-05,, 5 \n")
    assert history(tmp_path / "out") == {"A": [("open", "5", "")]}


def test_a_refused_conversion_leaves_an_existing_folder_as_it_was(tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.mkdir()
    with pytest.raises(ImportUnreadable):
        convert(tmp_path, HEAD + "A,Open,someday,,5\n")
    assert (list(out.iterdir()), sorted(path.name for path in tmp_path.iterdir())) == ([], ["in", "m.toml", "out"])
    convert(tmp_path, HEAD + "A,Open,2026-10-05,,5\n")
    before = sorted(path.name for path in out.iterdir())
    with pytest.raises(ImportUnreadable, match="already exists and is not empty"):
        convert(tmp_path, HEAD + "B,Open,2026-10-05,,5\n")
    assert sorted(path.name for path in out.iterdir()) == before
    assert list(history(out)) == ["A"]
