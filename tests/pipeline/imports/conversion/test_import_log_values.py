"""Values of event logs: what is certain is read; what is not is refused by the line and name the user wrote."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.imports.problems import ImportUnreadable
from tests.pipeline.imports.conversion.exports import table
from tests.pipeline.imports.conversion.logs import (
    CSV,
    HEAD,
    MAPPING,
    XES_MAPPING,
    convert_log,
    event,
    mapping,
    moves,
    problems,
    trace,
    xes,
)

AMOUNT = 'amount = "case:amount"'


@pytest.mark.parametrize(
    ("tag", "value", "amount"),
    [
        ("float", "1.25E7", "12500000"),
        ("float", "2.5e+2", "250"),
        ("float", " 10.0 ", "10"),
        ("float", "0.30000000000000004", "0.3"),
        ("int", "+5", "5"),
        ("string", "1200.50", "1200.5"),
    ],
)
def test_an_amount_of_xes_is_exact(tmp_path: Path, tag: str, value: str, amount: str) -> None:
    log = xes(trace("C1", f'<{tag} key="amount" value="{value}"/>', event("Lead", 1), event("Won", 5)))
    convert_log(tmp_path, log, mapping(base=XES_MAPPING, fields=AMOUNT))
    assert [move[2] for move in moves(tmp_path)["C1"]] == [amount, amount]


@pytest.mark.parametrize(
    ("tag", "value", "why"),
    [
        ("float", "INF", "is not a number"),
        ("float", "NaN", "is not a number"),
        ("float", "1E-3", "has more than 2 decimals"),
        ("float", "1E99999999", "is too large"),
        ("float", "1E17", "has more than 15 digits"),
        ("float", "1E15", "has more than 15 digits"),
        ("float", "-5.0", "is negative"),
        ("string", "1,200.50", "is not a number with the decimal sign"),
        ("string", "1.25E7", "has an exponent"),
        ("string", "1.250", "could be thousands"),
        ("boolean", "true", "is not a number"),
        ("date", "2026-09-01", "is not a number"),
    ],
)
def test_an_amount_that_is_none_is_refused_at_its_case(tmp_path: Path, tag: str, value: str, why: str) -> None:
    log = xes(trace("C1", f'<{tag} key="amount" value="{value}"/>', event("Lead", 1), event("Won", 5)))
    (one,) = problems(tmp_path, log, mapping(base=XES_MAPPING, fields=AMOUNT))
    assert one.startswith(f"log.xes line 3: case:amount “{value}” {why}")


def test_numbers_of_a_csv_log_are_read_by_the_signs_of_the_mapping(tmp_path: Path) -> None:
    text = mapping(log='decimal_sign = ","\nthousands_sign = "."', fields='amount = "value"')
    log = 'deal,step,time,who,value\nC1,Lead,2026-07-01,,"1.200,50"\nC2,Lead,2026-07-01,,1200.50\n'
    (one,) = problems(tmp_path, log, text)
    assert one.startswith("log.csv line 3: value “1200.50” is not a number")
    convert_log(tmp_path, log.replace("1200.50", "7"), text)
    assert [move[0][2] for move in moves(tmp_path).values()] == ["1200.5", "7"]


def test_groups_of_india_are_read_where_the_mapping_says_so(tmp_path: Path) -> None:
    text = mapping(log='thousands_sign = ","\nlakh = true', fields='amount = "value"')
    log = 'deal,step,time,who,value\nC1,Lead,2026-07-01,,"12,34,567.50"\nC2,Lead,2026-07-01,,"1,234,567"\n'
    (one,) = problems(tmp_path, log, text)
    assert one.startswith("log.csv line 3: value “1,234,567” is not a number")
    convert_log(tmp_path, log.replace("1,234,567", "5,000"), text)
    assert [move[0][2] for move in moves(tmp_path).values()] == ["1234567.5", "5000"]
    (one,) = problems(tmp_path, log, text.replace('thousands_sign = ","\n', ""))
    assert "thousands_sign is needed where lakh is true" in one


NESTED = '<string key="concept:name" value="Lost"/><date key="time:timestamp" value="2020-01-01T00:00:00Z"/>'


@pytest.mark.parametrize(
    "inside",
    [
        f'<list key="remarks"><values>{NESTED}</values></list>',
        f'<list key="remarks">{NESTED}</list>',
        f'<container key="c">{NESTED}</container>',
        f'<string key="note" value="x">{NESTED}</string>',
        f'<list key="a"><values><list key="b"><values>{NESTED}</values></list></values></list>',
        f'<list key="a"><values><event>{NESTED}</event></values></list>',
        f'<x:extra xmlns:x="http://example.com/x">{NESTED}</x:extra>',
        '<string xmlns="http://example.com/x" key="concept:name" value="Lost"/>',
    ],
)
def test_what_is_nested_is_no_attribute_of_the_event_or_the_case(tmp_path: Path, inside: str) -> None:
    log = xes(
        trace("C1", event("Lead", 1, inside), event("Won", 5)),
        trace("C2", inside.replace("Lost", "OLD-7"), event("Lead", 2)),
    )
    convert_log(tmp_path, log, XES_MAPPING)
    assert {key: [(place, at[:10]) for place, at, _ in history] for key, history in moves(tmp_path).items()} == {
        "C1": [("lead", "2026-09-01"), ("won", "2026-09-05")],
        "C2": [("lead", "2026-09-02")],
    }


@pytest.mark.parametrize("root", ["<log>", '<x:log xmlns:x="http://www.xes-standard.org/">'])
def test_the_namespace_of_a_log_may_have_a_prefix_or_be_missing(tmp_path: Path, root: str) -> None:
    log = xes(trace("C1", event("Lead", 1)), root=root)
    if "x:" in root:
        log = log.replace("<trace", "<x:trace").replace("</trace", "</x:trace").replace("<event", "<x:event")
        log = log.replace("</event", "</x:event").replace("<string", "<x:string").replace("<date", "<x:date")
    convert_log(tmp_path, log, XES_MAPPING)
    assert list(moves(tmp_path)) == ["C1"]


def test_an_attribute_that_stands_twice_is_refused_where_it_is_used(tmp_path: Path) -> None:
    again = '<string key="concept:name" value="Lost"/>'
    (one,) = problems(tmp_path, xes(trace("C1", event("Lead", 1, again))), XES_MAPPING)
    assert one == "log.xes line 3: concept:name appears twice with different values"
    unused = '<string key="a" value="1"/><string key="a" value="2"/>'
    notes = convert_log(tmp_path, xes(trace("C1", event("Lead", 1, unused))), XES_MAPPING)
    assert "1 attributes appear twice with different values and are not used, such as a." in notes


def test_a_file_that_is_no_log_says_so(tmp_path: Path) -> None:
    with pytest.raises(ImportUnreadable, match="its outermost element is <html>"):
        convert_log(tmp_path, "<html><trace/></html>", XES_MAPPING)


FIELDS = ("amount", "created", "name", "owner", "team", "segment", "source", "currency_attribute")


@pytest.mark.parametrize("name", ["Value", "event:Value", "case:value"])
@pytest.mark.parametrize("word", FIELDS)
@pytest.mark.always(8)
def test_a_field_the_log_does_not_have_is_refused(tmp_path: Path, word: str, name: str) -> None:
    log = "deal,step,time,who,value\nC1,Lead,2026-07-01 10:00,Ann,10\n"
    (one,) = problems(tmp_path, log, mapping(fields=f'{word} = "{name}"'))
    assert one.startswith(f"m.toml line 13: [opportunity] {word} “{name}” is not an attribute of log.csv")
    assert "cases: deal; events: deal, step, time, value, who" in one


@pytest.mark.parametrize("word", ["case", "activity", "time", "transition", "resource"])
def test_a_column_the_log_does_not_have_is_refused(tmp_path: Path, word: str) -> None:
    (one,) = problems(tmp_path, CSV, mapping(log=f'{word} = "Step"'))
    assert f"[log] {word} “Step” is not an attribute of log.csv, which has" in one
    log = xes(trace("C1", event("Lead", 1)), trace("C2", event("Won", 1)))
    (one,) = problems(tmp_path, log, mapping(base=XES_MAPPING, log=f'{word} = "Step"'))
    assert (
        f"[log] {word} “Step” is not an attribute of log.xes, which has cases: concept:name; events: concept:name"
        in one
    )


def test_all_names_that_are_missing_are_named_at_once(tmp_path: Path) -> None:
    fields = "\n".join(f'{word} = "{word.upper()}"' for word in FIELDS)
    assert len(problems(tmp_path, CSV, mapping(log='transition = "T"', fields=fields))) == 9


def test_an_attribute_that_only_some_events_have_is_fine(tmp_path: Path) -> None:
    log = xes(trace("C1", event("Lead", 1), event("Won", 2, '<float key="sum" value="7"/>')))
    notes = convert_log(tmp_path, log, mapping(base=XES_MAPPING, fields='amount = "event:sum"'))
    assert [move[2] for move in moves(tmp_path)["C1"]] == ["0", "7"]
    assert not any("no amount" in note for note in notes)


def test_a_case_of_which_no_event_has_an_amount_is_counted(tmp_path: Path) -> None:
    log = xes(trace("C1", event("Lead", 1, '<float key="sum" value="7"/>')), trace("C2", event("Lead", 1)))
    notes = convert_log(tmp_path, log, mapping(base=XES_MAPPING, fields='amount = "event:sum"'))
    assert "1 cases have no amount; they count with amount_default." in notes


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (HEAD, "contains no cases"),
        (HEAD + ",,,\n\n", "contains no cases"),
        ("", "is empty"),
        (xes(), "contains no cases"),
        (
            HEAD + "C1,Lunch,2026-07-01,Ann\n",
            "None of the 1 cases of log.csv enters a stage.*“Lunch”.*“Lead”, “Won”, “Lost”",
        ),
        (xes(trace("C1", event("Lunch", 1))), "None of the 1 cases of log.xes enters a stage"),
        ("deal,step,step,time,who\n", "appears in the header twice"),
        (HEAD + "C1,Lead\nC1,Lead,2026-07-01,Ann,x,y\n", "(?s)line 2.*has 2 fields.*line 3.*has 6 fields"),
        (HEAD + ",Lead,2026-07-01,Ann\n", "line 2: deal is empty"),
    ],
)
def test_a_log_of_nothing_is_no_success(tmp_path: Path, content: str, why: str) -> None:
    with pytest.raises(ImportUnreadable, match=why):
        convert_log(tmp_path, content, XES_MAPPING if content.startswith("<") else MAPPING)


def test_a_case_without_a_name_or_with_one_of_another_is_refused(tmp_path: Path) -> None:
    log = xes(trace("C1", event("Lead", 1)), trace("C1", event("Lead", 2)), "<trace>" + event("Lead", 1) + "</trace>")
    assert problems(tmp_path, log, XES_MAPPING) == [
        "log.xes line 4: concept:name “C1” is already on line 3; a case is one deal",
        "log.xes line 5: concept:name is missing",
    ]


def test_spaces_a_byte_order_mark_and_blank_rows_are_fine(tmp_path: Path) -> None:
    notes = convert_log(
        tmp_path, "\ufeff deal , step,time ,who\n C1 , Lead ,2026-07-01 10:00, Ann\n,,,\n\nC1,Won,2026-07-02,Ann\n"
    )
    assert [place for place, _, _ in moves(tmp_path)["C1"]] == ["lead", "won"]
    assert "log.csv: 1 row in which every field is empty was left out." in notes


def test_a_date_of_creation_may_stand_in_the_rows_of_a_csv(tmp_path: Path) -> None:
    log = "deal,step,time,who,born\nC1,Lead,2026-07-03 10:00,,2026-07-01 08:00\nC2,Lead,2026-07-03 10:00,,2026-07-09\n"
    notes = convert_log(tmp_path, log, mapping(fields='created = "born"'))
    assert [history[0][1][:10] for history in moves(tmp_path).values()] == ["2026-07-01", "2026-07-03"]
    assert "1 deals were created after their first event; they count from that event." in notes


def test_rows_of_a_case_that_disagree_about_it_are_counted(tmp_path: Path) -> None:
    log = "deal,step,time,who,case:region\nC1,Lead,2026-07-01,,\nC1,Won,2026-07-02,,north\nC1,Won,2026-07-03,,south\n"
    notes = convert_log(tmp_path, log, mapping(fields='segment = "case:region"'))
    assert table(tmp_path / "out", "opportunities")[0]["segment"] == "north"
    assert any(note.startswith("1 rows differ in case:region") for note in notes)


REASON = '[[loss_reasons]]\nkey = "fit"\nname = "F"\ndepartment = "sales"\n'
REVIEW = '[[handoffs]]\nactivity = "Review"\ndepartment = "sales"\n'


@pytest.mark.parametrize("rules", ["", '[handoff_rules]\nwithout_request = "skip"\n'])
def test_work_without_life_cycle_is_a_hand_off_of_its_moment(tmp_path: Path, rules: str) -> None:
    rows = "C1,Review,2026-07-01 12:00,Bo\nC1,Review,2026-07-01 15:00,Cy\n"
    notes = convert_log(tmp_path, CSV + rows, mapping(more=REVIEW + rules))
    assert [
        (one["requested_at"][11:16], one["started_at"][11:16], one["completed_at"][11:16], one["assignee"])
        for one in table(tmp_path / "out", "handoffs")
    ] == [("12:00", "12:00", "12:00", "Bo"), ("15:00", "15:00", "15:00", "Cy")]
    assert any(note.startswith("2 hand-offs come from events without a life-cycle transition") for note in notes)
    assert not any("Review" in note for note in notes)


def test_an_event_without_a_transition_completes_what_was_requested(tmp_path: Path) -> None:
    log = "deal,step,time,who,t\nC1,Lead,2026-07-01,,\nC1,Review,2026-07-02,,SCHEDULE\nC1,Review,2026-07-04,Bo,\n"
    convert_log(
        tmp_path, log, mapping(log='transition = "t"', more=REVIEW + '[handoff_rules]\nrequested = ["Schedule"]\n')
    )
    (one,) = table(tmp_path / "out", "handoffs")
    assert (one["requested_at"][:10], one["completed_at"][:10], one["assignee"]) == ("2026-07-02", "2026-07-04", "Bo")


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        ('owner = "sales"', 'owner = "slaes"', "line 21: [stages] owner “slaes” is not a department of the mapping"),
        ('key = "won"', 'key = "lead"', "m.toml line 24: [stages] key “lead” appears twice"),
        ('["Lost"]', '["Lost"]\nreason = "price"\n' + REASON, "“price” is not a loss reason"),
        ("[opportunity]", '[opportunity]\namount_default = "1,5"', "line 12: [opportunity] amount_default “1,5”"),
        ("[log]", '[log]\ndelimiter = "tab"', "m.toml line 7: [log] delimiter “tab” is not a delimiter"),
        ("[log]", '[log]\nthousands_sign = "."', "[log] thousands_sign “.” is wrong"),
        ("[log]", '[log]\ntime_zone = "CET+1"', "[log] time_zone “CET+1” is not an IANA time zone"),
        ("[[losses]]", REVIEW + REVIEW + "[[losses]]", "[handoffs] activity “Review” appears twice"),
    ],
)  # fmt: skip
def test_a_mistake_in_the_mapping_has_its_line(tmp_path: Path, old: str, new: str, why: str) -> None:
    listed = problems(tmp_path, CSV, MAPPING.replace(old, new))
    assert why in listed[0]
