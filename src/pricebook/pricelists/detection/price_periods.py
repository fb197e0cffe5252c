"""The period in which the prices of a column hold, by its header."""

import re
from collections.abc import Iterable
from datetime import date
from functools import lru_cache
from typing import NamedTuple

from pricebook.pricelists.detection.period_words import (
    BEGIN_SUFFIXES,
    BEGIN_WORDS,
    END_SUFFIXES,
    END_WORDS,
)
from pricebook.pricelists.detection.price_words import (
    PROMOTION_WORDS,
    RANGE_WORDS,
    UNTIL_WORDS,
)
from pricebook.pricelists.detection.word_keys import comparison_keys
from pricebook.pricelists.facts.dates import find_dates
from pricebook.pricelists.text import comparison_key

_UNTIL = comparison_keys(UNTIL_WORDS)
_TO = _UNTIL | comparison_keys(RANGE_WORDS)
_ENDS = _UNTIL | comparison_keys(END_WORDS)
_BEGINS = comparison_keys(BEGIN_WORDS)
_DATED = _ENDS | _BEGINS | comparison_keys(PROMOTION_WORDS)
_WORD = re.compile(r"[^\W\d_]+")
_DASH = re.compile(r"\s*[-–—]\s*").fullmatch
_DASH_BETWEEN_DATES = re.compile(r"(?<=\d\.\d{4})\s?[-–—]\s?(?=\d)")
# The first day of a period without its year: `15.11.-12.12.2026`, `15/11 au 12/12/26`.
_YEARLESS_FIRST = re.compile(
    r"(?<![\d./-])(?P<day>\d{1,2})(?P<mark>[./])(?P<month>\d{1,2})(?![\d/])(?P<stop>\.?)"
    r"(?P<between>\s?[-–—]\s?|\s+[^\W\d_]{1,5}(?:\s+[^\W\d_]{1,3})?\s+)"
    r"(?P<last_day>\d{1,2})(?P=mark)(?P<last_month>\d{1,2})(?P=mark)"
    r"(?P<year>\d{4}|\d{2})(?!\d)"
)
# A day without its year: `15.12.`, `15/12`; no quantity, `ab 2.5 kg`.
YEARLESS_DAY = re.compile(
    r"(?<![\d./])(?<!\d-)(?P<day>[0-2]?\d|3[01])(?P<mark>[./])(?P<month>0?\d|1[0-2])"
    r"(?:(?P=mark)(?!\d)|(?![\d./]))"
    r"(?!\s*(?:[kmcd]?[mgl]|t|кг|г|т|м|л|шт|pcs?|stk?|szt|ks|pz|ud)\b)",
    re.IGNORECASE,
)
# Words between `until` and its day: `bis zum 31.12.2026`.
_MAX_DISTANCE = 2


class PricePeriod(NamedTuple):
    """The first and the last day of prices, None where a header names none."""

    first: date | None = None
    last: date | None = None

    @property
    def has_both(self) -> bool:
        """Whether the first and the last day are known."""
        return self.first is not None and self.last is not None


@lru_cache(maxsize=4096)
def read_period(header: str) -> PricePeriod:
    """Return the days that a header names without doubt: `from …`, `until …`, `… - …`."""
    text = _DASH_BETWEEN_DATES.sub(" - ", _YEARLESS_FIRST.sub(_with_year, header))
    firsts: list[date] = []
    lasts: list[date] = []
    end = 0
    for day, span in find_dates(text):
        if day is None:
            return PricePeriod()
        is_last = _ends_period(text[end : span[0]], has_first=bool(firsts))
        (lasts if is_last else firsts).append(day)
        end = span[1]
    if len(firsts) > 1 or len(lasts) > 1 or (firsts and lasts and firsts > lasts):
        return PricePeriod()
    return PricePeriod(next(iter(firsts), None), next(iter(lasts), None))


def names_end(words: Iterable[str]) -> bool:
    """Return whether one of the words of a title is for the end of a period."""
    return any(word in _ENDS or word.endswith(END_SUFFIXES) for word in words)


def names_beginning(words: Iterable[str]) -> bool:
    """Return whether one of the words of a title is for the beginning of a period."""
    return any(word in _BEGINS or word.endswith(BEGIN_SUFFIXES) for word in words)


def without_yearless_days(header: str) -> str:
    """Return a header without days of no year, `15.12.`, if it has a word for days."""
    if not YEARLESS_DAY.search(header):
        return header
    words = {comparison_key(word) for word in _WORD.findall(header)}
    return header if words.isdisjoint(_DATED) else YEARLESS_DAY.sub(" ", header)


def _with_year(match: re.Match[str]) -> str:
    """Return a period whose first day has the year of its last day, or the year before."""
    mark, year = match["mark"], match["year"]
    first, last = (
        (int(match["month"]), int(match["day"])),
        (
            int(match["last_month"]),
            int(match["last_day"]),
        ),
    )
    first_year = str(int(year) - int(first > last)).zfill(len(year))
    start = mark.join((match["day"], match["month"], first_year))
    end = mark.join((match["last_day"], match["last_month"], year))
    return f"{start}{match['between']}{end}"


def _ends_period(before: str, *, has_first: bool) -> bool:
    """Return whether the words before a day make it the last one of a period."""
    if has_first and _DASH(before):
        return True
    words = [comparison_key(word) for word in _WORD.findall(before)]
    return not (_TO if has_first else _UNTIL).isdisjoint(words[-_MAX_DISTANCE:])
