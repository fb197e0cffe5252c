"""The days of promotions, by the titles of their prices and by sentences about them."""

import re
from collections.abc import Iterable, Sequence
from contextlib import suppress
from datetime import date
from functools import lru_cache

from pricebook.pricelists.detection.header_texts import (
    has_next_price_word,
    split_header_with_brackets,
)
from pricebook.pricelists.detection.notes import Note
from pricebook.pricelists.detection.period_words import PROMOTION_STEMS
from pricebook.pricelists.detection.price_periods import (
    YEARLESS_DAY,
    PricePeriod,
    read_period,
)
from pricebook.pricelists.detection.price_words import PROMOTION_WORDS
from pricebook.pricelists.detection.word_keys import comparison_keys
from pricebook.pricelists.facts.dates import find_dates
from pricebook.pricelists.text import split_header

_PROMOTIONS = comparison_keys(PROMOTION_WORDS)
_STEMS = tuple(sorted(comparison_keys(PROMOTION_STEMS)))
_FIRST_AND_LAST = 2


def names_promotion(text: str) -> bool:
    """Return whether a text has a word for promotions."""
    return not _PROMOTIONS.isdisjoint(split_header_with_brackets(text) or split_header(text))


def belongs_to_promotion(title: str) -> bool:
    """Return whether a title has a word for promotions, also within another: `Aktionsende`."""
    words = split_header_with_brackets(title)
    return names_promotion(title) or any(word.startswith(_STEMS) for word in words)


@lru_cache(maxsize=1024)
def read_promotion_period(text: str, today: date | None) -> PricePeriod:
    """Return the days of a text; those without a year are the nearest to today."""
    period = read_period(text)
    if period != PricePeriod() or today is None or any(day for day, _ in find_dates(text)):
        return period
    matches = list(YEARLESS_DAY.finditer(text))
    period = read_period(_with_nearest_years(text, matches, today)) if matches else period
    is_first = bool(matches) and (
        matches[0][0].endswith(matches[0]["mark"]) or has_next_price_word(text)
    )
    return period if period.last or is_first else PricePeriod()


def has_doubtful_day(text: str) -> bool:
    """Return whether a text has a day whose order of day and month is in doubt."""
    return any(day is None for day, _ in find_dates(text))


def title_period(title: str, of_list: PricePeriod, today: date | None) -> PricePeriod:
    """Return the period of the title of promotion prices, else that of a text about all of them."""
    period = read_promotion_period(title, today)
    has_own = period != PricePeriod() or any(map(str.isdigit, title))
    return period if has_own else of_list


def period_of_notes(notes: Iterable[Note], today: date | None) -> tuple[PricePeriod, Note | None]:
    """Return the period that texts about all promotions state, with the first of these texts.

    There is none if they differ; a title between articles is about some of them only.
    """
    periods = {
        note: read_promotion_period(note.text, today)
        for note in notes
        if note.place != "inside" and names_promotion(note.text)
    }
    if len(set(periods.values())) != 1:
        return PricePeriod(), None
    note, period = next(iter(periods.items()))
    return period, note


def _with_nearest_years(text: str, matches: Sequence[re.Match[str]], today: date) -> str:
    """Return a text with years: the last day is near today, the first one of two before it."""
    *others, of_last = matches
    years = range(today.year - 1, today.year + 2)
    possible = _days(of_last, years)
    if not possible or len(matches) > _FIRST_AND_LAST:
        return text
    last = min(possible, key=lambda day: abs((day - today).days))
    firsts = [day for each in others for day in _days(each, (last.year - 1, last.year))]
    first = [day for day in firsts if day <= last][-1:]
    if len(first) < len(others):
        return text
    days = map(date.isoformat, (*first, last))
    return YEARLESS_DAY.sub(lambda _: f" {next(days)} ", text)


def _days(match: re.Match[str], years: Iterable[int]) -> list[date]:
    """Return the day of a match in each of some years that has it."""
    found = list[date]()
    for year in years:
        with suppress(ValueError):
            found.append(date(year, int(match["month"]), int(match["day"])))
    return found
