"""Why a field was refused, in words for people: the decoder of fields names types and patterns."""

import re
from collections.abc import Callable, Mapping, Sequence

from markupsafe import Markup

from pricebook.console.page_texts import load_texts
from pricebook.http.field_types import NO_NUL
from pricebook.pricelists.schemas.read_config import (
    CURRENCY_PATTERN,
    DISCOUNT_PATTERN,
    NET_MARK_PATTERN,
    UNIT_MEANING_PATTERN,
)

# The texts of values that do not match a pattern, by the pattern.
PATTERNS: Mapping[str, str] = {
    CURRENCY_PATTERN: "issues.currency",
    DISCOUNT_PATTERN: "issues.discount",
    NET_MARK_PATTERN: "issues.net_marks",
    UNIT_MEANING_PATTERN: "issues.unit_meaning",
    NO_NUL: "issues.nul",
}
KINDS: Mapping[str, str] = {
    "int": "issues.whole_number",
    "float": "issues.number",
    "decimal": "issues.number",
    "bool": "issues.yes_or_no",
    "date": "issues.day",
    "datetime": "issues.moment",
    "uuid": "issues.id",
}
NOT_POSSIBLE = "issues.not_possible"
LIMITS: Mapping[str, str] = {">": "above", ">=": "at_least", "<": "below", "<=": "at_most"}


def issue_text(message: str) -> str:
    """Return a message with the terms of the decoder of fields replaced by plain words.

    Markup is of the pages themselves, and stays as it is.
    """
    if isinstance(message, Markup):
        return message
    for pattern, sentence in RULES:
        message = pattern.sub(sentence, message)
    return message


def _pattern(match: re.Match[str]) -> str:
    keys = (key for each, key in PATTERNS.items() if repr(each) == match[1])
    return load_texts()(next(keys, NOT_POSSIBLE))


def _length(match: re.Match[str]) -> str:
    if match[2] == ">=" and match[3] == "1":
        return load_texts()("issues.empty")
    kind = "length" if match[1].lower() == "str" else "entries"
    return load_texts()(f"issues.{kind}.{LIMITS[match[2]]}", n=f"{int(match[3]):,}")


def _limit(match: re.Match[str]) -> str:
    decimals = (match[3] or "").rstrip("0").rstrip(".")
    return load_texts()(f"issues.limits.{LIMITS[match[1]]}", limit=match[2] + decimals)


def _kind(match: re.Match[str]) -> str:
    names = re.findall(r"\w+", match[1].lower())
    return load_texts()(next((KINDS[each] for each in names if each in KINDS), NOT_POSSIBLE))


def _no_path(_: re.Match[str]) -> str:
    return ""


def _rule(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE)


QUOTED = r"('(?:\\.|[^'\\])*'?|\"(?:\\.|[^\"\\])*\"?)"
NAMES = r"`?\w+(?: \| \w+)*`?"
RULES: Sequence[tuple[re.Pattern[str], Callable[[re.Match[str]], str]]] = (
    (_rule(rf"expected `?str(?: \| null)?`? matching regex {QUOTED}"), _pattern),
    (_rule(r"expected `?(str|array|object)(?: \| null)?`? of length (>=|<=) (\d+)"), _length),
    (_rule(r"expected `?(?:int|float|decimal)(?: \| null)?`? ([<>]=?) (-?\d+)(\.\d+)?"), _limit),
    (_rule(rf"expected ({NAMES}), got {NAMES}"), _kind),
    (_rule(r"invalid (?:\w+ encoded )?(decimal|uuid|datetime|date|time)(?: string)?\b`?"), _kind),
    (_rule(r" - at (?:`key` in )?`?\$[^\s`]*`?"), _no_path),
)
