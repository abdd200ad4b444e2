"""What to do about each problem of a file, beside what is wrong with it: one table for all of them."""

from __future__ import annotations

import re

_TABLE: tuple[tuple[str, str], ...] = (
    # A whole file and its header.
    (r"is missing from the header", "add the column, or correct its name"),
    (r"is a (column|file) that is called ", r"rename the \1"),
    (r"appears in the header twice", "rename or delete one of the two"),
    (r"has an empty first line", "write the names of the columns into it"),
    (r"has more than \d+ columns", "delete those that are not needed"),
    (r"is a name reserved for the import", "rename the column"),
    (r"is empty; it needs a header row", "fill the file, or leave it out"),
    (r"seems to be separated by|begins with “sep=", "save it so"),
    (r"is missing; a first load needs it", "add the file"),
    (r"has no rows; a first load needs deals", "fill it, or bring in an export as a source"),
    (r"no file of the folder has a row", "check whether these are the right files"),
    (r"has \d+ rows; a company is exactly one", "leave one row"),
    (r"makes amounts that cannot be added up", "check its rates"),
    # Rows that cannot be told apart.
    (r"contains a NUL byte", "save the table as CSV again"),
    (r"has \d+ fields where the header has", "put a value that has separators into quotation marks, or mend the row"),
    (r"has a value, and the header has no name for it", "name the column, or delete it"),
    (r"a quotation mark opens in this row", "close it where the value ends"),
    (r"the line is longer than", "check where the line should end"),
    (r"the rows from this line on cannot be told apart", "check the quotation marks and line ends there"),
    # Values.
    (r"is empty$", "fill it in"),
    (r"is empty while the row sets a goal", "fill it in, or empty the other columns of the goal"),
    (r"is empty; only a lost or withdrawn row", "write the amount, 0 if there is none"),
    (r"is longer than \d+ characters", "shorten it"),
    (r"is not one of ", "write one of these"),
    (r"is negative", "write zero or more"),
    (r"has more than \d+ decimals", "round it"),
    (r"has more than \d+ digits before the point", "check it; no larger one can be kept"),
    (r"must be above zero", "correct it"),
    (r"is not a whole number", "write one such as 3"),
    (r"is not between \d+ and \d+$", "write a number between them"),
    (r"is not a calendar date", "check the day and the month"),
    (r"is not between the years", "check the year"),
    (r"is not a Monday", "write the Monday of the week"),
    (r"has spaces around it", "remove them"),
    (r"is reserved for \w+ deals", "choose another key"),
    (r"is neither 0 nor 1", "write 1 for yes and 0 for no"),
    (r"is not a currency code of three capital letters", "write one such as EUR"),
    (r"is not an e-mail address", "write one such as head@example.com, or leave it empty"),
    (r"is one of the largest amounts", "check whether it is mistyped"),
    # Values that do not go together.
    (r"is before \w+$", "check both times"),
    (r"is given if and only if goal_rule is between", "fill it in for between, and leave it empty for other rules"),
    (r"is below goal", "correct one of the two"),
    (r"is the (account|deal) itself", "name the one that is left, or leave it empty"),
    (r"is given on a row that is not lost", "leave it empty there"),
    (r"is given on a lost or withdrawn row", "leave it empty there"),
    (r"is given on a hand-off that is not completed", "leave it empty, or write when it was completed"),
    # Rows that do not go together.
    (r"is already on line \d+(, with other values)?$", "leave one of the two rows"),
    (r"is not a known ([\w -]+?)( \([\d,]+ rows\))?$", r"correct the key, or add the \1"),
    (r"is not a stage of pipeline ", "correct the key, or add the stage"),
    (r"differs from an earlier row of the same (\w+)", r"write the same in all rows of the \1"),
    (r"has no row without owner_since", "add that row"),
    (r"is the position of stage ", "give each stage of a pipeline its own position"),
    (r"has no rate on or before ", "add a rate of that day or an earlier one"),
    (r"withdraws opportunity .* a second time", "leave one of the two out"),
    (r"comes after opportunity .* was withdrawn", "leave it out, or correct the date"),
    (r"withdraws opportunity .* before something else", "correct the date"),
    (r"is what .* was merged into, but no event", "add an event that withdraws it"),
    (r"leads back to ", "name the deal that is left"),
    (r"is where the first event of opportunity", "correct one of the two"),
    (r"is not .*, the pipeline of its first event", "write that one, and an event for the move"),
)
_REMEDIES = tuple((re.compile(pattern), remedy) for pattern, remedy in _TABLE)


def remedy_of(reason: str) -> str:
    """What to do about a problem; empty where its reason says so itself."""
    for pattern, remedy in _REMEDIES:
        if match := pattern.match(reason):
            return match.expand(remedy)
    return ""
