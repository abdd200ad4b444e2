"""What to do about each problem of a file, beside what is wrong with it: one table for all of them."""

from __future__ import annotations

import re

from departments.translation import gettext_noop

_TABLE: tuple[tuple[str, str], ...] = (
    # A whole file and its header.
    (r"is missing from the header", gettext_noop("add the column, or correct its name")),
    (r"is a (column|file) that is called ", gettext_noop("rename the {name}")),
    (r"appears in the header twice", gettext_noop("rename or delete one of the two")),
    (r"has an empty first line", gettext_noop("write the names of the columns into it")),
    (r"has more than \d+ columns", gettext_noop("delete those that are not needed")),
    (r"is a name reserved for the import", gettext_noop("rename the column")),
    (r"is empty; it needs a header row", gettext_noop("fill the file, or leave it out")),
    (r"seems to be separated by|begins with “sep=", gettext_noop("save it so")),
    (r"is missing; a first load needs it", gettext_noop("add the file")),
    (r"has no rows; a first load needs deals", gettext_noop("fill it, or bring in an export as a source")),
    (r"no file of the folder has a row", gettext_noop("check whether these are the right files")),
    (r"has \d+ rows; a company is exactly one", gettext_noop("leave one row")),
    (r"makes amounts that cannot be added up", gettext_noop("check its rates")),
    # Rows that cannot be told apart.
    (r"contains a NUL byte", gettext_noop("save the table as CSV again")),
    (
        r"has \d+ fields where the header has",
        gettext_noop("put a value that has separators into quotation marks, or mend the row"),
    ),
    (r"has a value, and the header has no name for it", gettext_noop("name the column, or delete it")),
    (r"a quotation mark opens in this row", gettext_noop("close it where the value ends")),
    (r"the line is longer than", gettext_noop("check where the line should end")),
    (r"the rows from this line on cannot be told apart", gettext_noop("check the quotation marks and line ends there")),
    # Values.
    (r"is empty$", gettext_noop("fill it in")),
    (r"is empty while the row sets a goal", gettext_noop("fill it in, or empty the other columns of the goal")),
    (r"is empty; only a lost or withdrawn row", gettext_noop("write the amount, 0 if there is none")),
    (r"is longer than \d+ characters", gettext_noop("shorten it")),
    (r"is not one of ", gettext_noop("write one of these")),
    (r"is negative", gettext_noop("write zero or more")),
    (r"has more than \d+ decimals", gettext_noop("round it")),
    (r"has more than \d+ digits before the point", gettext_noop("check it; no larger one can be kept")),
    (r"must be above zero", gettext_noop("correct it")),
    (r"is not a whole number", gettext_noop("write one such as 3")),
    (r"is not between \d+ and \d+$", gettext_noop("write a number between them")),
    (r"is not a calendar date", gettext_noop("check the day and the month")),
    (r"is not between the years", gettext_noop("check the year")),
    (r"is not a Monday", gettext_noop("write the Monday of the week")),
    (r"has spaces around it", gettext_noop("remove them")),
    (r"is reserved for \w+ deals", gettext_noop("choose another key")),
    (r"is neither 0 nor 1", gettext_noop("write 1 for yes and 0 for no")),
    (r"is not a currency code of three capital letters", gettext_noop("write one such as EUR")),
    (r"is not an e-mail address", gettext_noop("write one such as head@example.com, or leave it empty")),
    (r"is one of the largest amounts", gettext_noop("check whether it is mistyped")),
    # Values that do not go together.
    (r"is before \w+$", gettext_noop("check both times")),
    (
        r"is given if and only if goal_rule is between",
        gettext_noop("fill it in for between, and leave it empty for other rules"),
    ),
    (r"is below goal", gettext_noop("correct one of the two")),
    (r"is the (account|deal) itself", gettext_noop("name the one that is left, or leave it empty")),
    (r"is given on a row that is not lost", gettext_noop("leave it empty there")),
    (r"is given on a lost or withdrawn row", gettext_noop("leave it empty there")),
    (r"is given on a hand-off that is not completed", gettext_noop("leave it empty, or write when it was completed")),
    # Rows that do not go together.
    (r"is already on line \d+(, with other values)?$", gettext_noop("leave one of the two rows")),
    (r"; a (deal|ticket) is one row$", gettext_noop("leave one of them, or export without products and other parts")),
    (r"is not a known ([\w -]+?)( \([\d,]+ rows\))?$", gettext_noop("correct the key, or add the {name}")),
    (r"is not a stage of pipeline ", gettext_noop("correct the key, or add the stage")),
    (r"differs from an earlier row of the same (\w+)", gettext_noop("write the same in all rows of the {name}")),
    (r"has no row without owner_since", gettext_noop("add that row")),
    (r"is not (before|after) .*, the (first|last) day of ", gettext_noop("correct one of the two days")),
    (r"is the position of stage ", gettext_noop("give each stage of a pipeline its own position")),
    (r"has no rate on or before ", gettext_noop("add a rate of that day or an earlier one")),
    (r"withdraws opportunity .* a second time", gettext_noop("leave one of the two out")),
    (r"comes after opportunity .* was withdrawn", gettext_noop("leave it out, or correct the date")),
    (r"withdraws opportunity .* before something else", gettext_noop("correct the date")),
    (r"is what .* was merged into, but no event", gettext_noop("add an event that withdraws it")),
    (r"leads back to ", gettext_noop("name the deal that is left")),
    (r"is where the first event of opportunity", gettext_noop("correct one of the two")),
    (r"is not .*, the pipeline of its first event", gettext_noop("write that one, and an event for the move")),
)
_REMEDIES = tuple((re.compile(pattern), remedy) for pattern, remedy in _TABLE)


def remedy_of(reason: str) -> str:
    """What to do about a problem; empty where its reason says so itself."""
    for pattern, remedy in _REMEDIES:
        if match := pattern.match(reason):
            return remedy.format(name=match[1]) if match.groups() else remedy
    return ""
