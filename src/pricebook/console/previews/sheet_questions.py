"""The question which sheets are read, and which of them other questions are about."""

from collections.abc import Sequence

from pricebook.console.page_texts import Texts
from pricebook.console.previews.issue_groups import sheet_of
from pricebook.console.previews.question_choices import Choice, Question, make_choice
from pricebook.console.previews.sample_tables import SampleTable
from pricebook.errors import PriceListIssue
from pricebook.pricelists.detection.column_names import column_index

_OPTIONS = frozenset({"sheet_name", "sheet_names"})
_SAME_ARTICLES = "at different prices"
_MAX_EXAMPLE = 200
_MAX_NAMES = 6
_REASON_END = "; set those"
# Answers about the columns of other sheets are of no use for those that are chosen now.
_FORGOTTEN = ("column_mapping", "ignored_columns", "key_columns", "header_row")


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

    It is repeated if the chosen sheets have the same articles at different prices.
    """
    named = dict.fromkeys(filter(None, map(sheet_of, issues)))
    doubts = [each for each in issues if is_of_sheets(each)]
    offered = dict.fromkeys(name for each in doubts for name in each.candidates)
    names = list({table.name: None for table in tables if table.name in {**named, **offered}})
    names += [each for each in {**named, **offered} if each not in names]
    # Beside issues of single sheets, the others can be read: they may still be one price list.
    is_whole_doubt = bool(doubts) and not named
    differs = is_whole_doubt and _SAME_ARTICLES in doubts[0].message
    is_open = not chosen or is_whole_doubt
    if len(names) == 1 or not names or not is_open:
        return None
    details = [t("previews.sheets_detail")]
    if is_whole_doubt:
        details = [doubts[0].message.partition(_REASON_END)[0] + "."]
    if differs:
        details.append(t("previews.sheets_one_by_one"))
    patch_of = _alone_patch if differs else _one_patch
    together = t("previews.answer.all_sheets", n=len(names))
    return Question(
        legend=t("previews.questions.sheet_names"),
        details=details,
        sheets=[make_choice(each, patch_of(each), _example(tables, each)) for each in names],
        choices=[] if differs else [make_choice(together, sheets_patch(names))],
    )


def sheets_patch(names: Sequence[str]) -> dict[str, object]:
    """Return the options that read these sheets, without what is known of the columns of others."""
    return {"sheet_names": list(names), "sheet_name": None, **dict.fromkeys(_FORGOTTEN, None)}


def sheets_alone(chosen: Sequence[str]) -> list[Choice]:
    """Return the answers that read one of the chosen sheets without the others."""
    return [make_choice(each, _alone_patch(each)) for each in chosen]


def name_sheets(names: Sequence[str], t: Texts) -> str:
    """Return the names of sheets as they stand in a sentence, of many the first ones."""
    if len(names) > _MAX_NAMES:
        shown = ", ".join(names[:_MAX_NAMES])
        return t("previews.further_sheets", sheets=shown, n=len(names) - _MAX_NAMES)
    return t("previews.and").join(filter(None, [", ".join(names[:-1]), *names[-1:]]))


def _one_patch(name: str) -> dict[str, object]:
    return sheets_patch([name])


def _alone_patch(name: str) -> dict[str, object]:
    """Return the options that read a sheet; the articles of the others do not become absent."""
    return {**sheets_patch([name]), "mode": "partial"}


def common_candidates(
    issue: PriceListIssue, tables: Sequence[SampleTable], sheets: Sequence[str]
) -> list[str]:
    """Return the columns of an issue that every one of its sheets has, without any all sheets."""
    tables = [each for each in tables if not sheets or each.name in sheets]
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
