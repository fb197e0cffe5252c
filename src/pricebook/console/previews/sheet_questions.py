"""The question which sheets are read; it comes before all others."""

import re
from collections.abc import Sequence

from pricebook.console.page_texts import Texts
from pricebook.console.previews.question_choices import Question, make_choice
from pricebook.console.previews.sample_tables import SampleTable
from pricebook.errors import PriceListIssue
from pricebook.pricelists.detection.column_names import column_index

_OF_SHEET = re.compile(r'^Sheet "([^"]*)": ')
_OPTIONS = frozenset({"sheet_name", "sheet_names"})
_OF_COLUMNS = ("column_mapping.", "ignored_columns", "key_columns")
_LACKS = "has no column"
_MAX_EXAMPLE = 200
# Answers about the columns of other sheets are of no use for those that are chosen now.
_FORGOTTEN = ("column_mapping", "ignored_columns", "key_columns", "header_row")


def sheet_of(issue: PriceListIssue) -> str | None:
    """Return the sheet that an issue is about, None for the whole price list."""
    found = _OF_SHEET.match(issue.message)
    return found[1] if found else None


def without_sheet(message: str) -> str:
    """Return a message without the sheet that it is about."""
    return _OF_SHEET.sub("", message)


def is_of_sheets(issue: PriceListIssue) -> bool:
    """Return whether the sheets that are read decide an issue."""
    return issue.option in _OPTIONS


def sheets_question(
    issues: Sequence[PriceListIssue],
    tables: Sequence[SampleTable],
    chosen: Sequence[str],
    t: Texts,
) -> Question | None:
    """Return the question which sheets are read; None if there is one, or if they are chosen.

    It is repeated if the columns of the chosen sheets have different names.
    """
    named = dict.fromkeys(filter(None, map(sheet_of, issues)))
    doubts = [each for each in issues if is_of_sheets(each)]
    offered = dict.fromkeys(name for each in doubts for name in each.candidates)
    names = list({table.name: None for table in tables if table.name in {**named, **offered}})
    names += [each for each in {**named, **offered} if each not in names]
    differs = len(chosen) > 1 and (bool(doubts) or _differ(issues, tables))
    is_open = not chosen or differs or (bool(doubts) and not named)
    if len(names) == 1 or not names or not is_open:
        return None
    detail = t("previews.sheets_detail")
    if differs:
        detail = t("previews.sheets_differ")
    elif doubts and not named:
        detail = doubts[0].message.partition("; set those")[0] + "."
    together = t("previews.answer.all_sheets", n=len(names))
    # The articles of the other sheets are not absent: these are imported on their own.
    lacking = {"mode": "partial"} if differs else {}
    return Question(
        legend=t("previews.questions.sheet_names"),
        detail=detail,
        sheets=[
            make_choice(each, sheets_patch([each]) | lacking, _example(tables, each))
            for each in names
        ],
        choices=[] if differs else [make_choice(together, sheets_patch(names))],
    )


def sheets_patch(names: Sequence[str]) -> dict[str, object]:
    """Return the options that read these sheets, without what is known of the columns of others."""
    return {"sheet_names": list(names), "sheet_name": None, **dict.fromkeys(_FORGOTTEN, None)}


def _differ(issues: Sequence[PriceListIssue], tables: Sequence[SampleTable]) -> bool:
    """Return whether an answer about the columns of one sheet cannot hold for another one."""
    return any(
        _LACKS in issue.message or not common_candidates(issue, tables)
        for issue in issues
        if sheet_of(issue) and issue.option.startswith(_OF_COLUMNS) and issue.candidates
    )


def common_candidates(issue: PriceListIssue, tables: Sequence[SampleTable]) -> list[str]:
    """Return the columns of an issue that every sheet has."""
    return [
        each
        for each in issue.candidates
        if column_index(each) is not None or all(table.find(each) for table in tables)
    ]


def _example(tables: Sequence[SampleTable], name: str) -> str:
    """Return the cells of a row of goods of a sheet."""
    rows = [cells for each in tables if each.name == name for cells in each.rows]
    widest = max((len(list(filter(None, cells))) for cells in rows), default=0)
    full = [cells for cells in rows if len(list(filter(None, cells))) == widest]
    return " | ".join(filter(None, full[0]))[:_MAX_EXAMPLE] if full else ""
