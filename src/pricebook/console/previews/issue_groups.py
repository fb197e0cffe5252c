"""The issues of a price list by the question that decides them, and their sentences."""

import re
from collections.abc import Sequence

import msgspec

from pricebook.errors import PriceListIssue

_OF_SHEET = re.compile(r'^Sheet "([^"]*)": ')
# A message ends with the settings that decide it, for the command line.
_SETTINGS = re.compile(
    r"[;,:] (?:or )?(?:set|name|correct|write|read|import|if the list has no codes)\b"
    r"(?!.*\bsettings of the supplier\b).*",
    re.DOTALL,
)
_KEY_PROPOSAL = ", and identifies an article only together with"
# Options with one value for the whole price list.
_VALUES = frozenset(
    (
        *("currency", "vat_included", "vat_rate", "price_quantity", "prices_per_pack"),
        *("prices_in", "discount", "discount_base", "decimal_separator", "header_row"),
    )
)


class IssueGroup(msgspec.Struct, frozen=True):
    """Issues that one answer decides, as one issue without its sheet; the sheets, if named."""

    issue: PriceListIssue
    sheets: list[str]
    sentences: list[str]


def sheet_of(issue: PriceListIssue) -> str | None:
    """Return the sheet that an issue is about, None for the whole price list."""
    found = _OF_SHEET.match(issue.message)
    return issue.sheet or (found[1] if found else None)


def without_sheet(message: str) -> str:
    """Return a message without the sheet that it is about."""
    return _OF_SHEET.sub("", message)


def plain_sentence(message: str) -> str:
    """Return the message of a refusal without the settings of the command line."""
    return _SETTINGS.sub("", message).rstrip(" .;,:") + "."


def question_sentence(issue: PriceListIssue) -> str:
    """Return what is in doubt, without the sheet and without the proposal of an answer."""
    return plain_sentence(without_sheet(issue.message).partition(_KEY_PROPOSAL)[0])


def sentences_of(issue: PriceListIssue) -> set[str]:
    """Return the sentences by which a question may be about an issue."""
    return {question_sentence(issue), _with_sheet(issue)}


def group_issues(issues: Sequence[PriceListIssue]) -> list[IssueGroup]:
    """Return the issues by the answer that decides them, in their order.

    A value of a price list without sheets is one answer, with the candidates of all its issues;
    sheets have one answer if they have the same candidates.
    """
    groups: dict[tuple[str, ...], list[PriceListIssue]] = {}
    for issue in issues:
        groups.setdefault(_answer_key(issue), []).append(issue)
    return [_group(members) for members in groups.values()]


def _answer_key(issue: PriceListIssue) -> tuple[str, ...]:
    is_of_sheet = sheet_of(issue) is not None
    if issue.option in _VALUES and not is_of_sheet:
        return (issue.option,)
    message = "" if is_of_sheet and issue.candidates else without_sheet(issue.message)
    return (issue.option, message, *issue.candidates)


def _group(issues: Sequence[PriceListIssue]) -> IssueGroup:
    first = issues[0]
    issue = msgspec.structs.replace(
        first,
        message=without_sheet(first.message),
        candidates=tuple(dict.fromkeys(each for issue in issues for each in issue.candidates)),
    )
    sentences = list(dict.fromkeys(map(question_sentence, issues)))
    if len(sentences) > 1:
        sentences = [_with_sheet(each) for each in issues]
    sheets = list(dict.fromkeys(filter(None, map(sheet_of, issues))))
    return IssueGroup(issue, sheets, list(dict.fromkeys(sentences)))


def _with_sheet(issue: PriceListIssue) -> str:
    sheet, sentence = sheet_of(issue), question_sentence(issue)
    return f"Sheet {sheet}: {sentence}" if sheet else sentence
