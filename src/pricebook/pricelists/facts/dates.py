"""Dates: ISO 8601, `01.12.2026`, `31/12/2026`, `1. Dezember 2026`."""

import re
from collections.abc import Iterable
from datetime import date
from functools import lru_cache

from pricebook.pricelists.facts.numerals import displayed
from pricebook.pricelists.text import TYPOGRAPHY, normalize_marks

_MONTH_PREFIXES = (
    ("jan", "jän", "янв", "janv", "ene", "sty", "січ", "led", "gen", "ian", "oca", "яну"),
    ("feb", "фев", "fév", "lut", "лют", "úno", "şub", "fev"),
    ("mar", "mär", "mrz", "мар", "бер", "bře", "maa"),
    ("apr", "апр", "avr", "abr", "kwi", "кві", "dub", "nis"),
    ("may", "mai", "мая", "май", "maj", "тра", "kvě", "mag", "mei"),
    ("jun", "июн", "juin", "cze", "чер", "června", "červen", "giu", "iun", "haz", "юни"),
    ("jul", "июл", "juil", "lip", "лип", "července", "červenec", "lug", "iul", "tem", "юли"),
    ("aug", "авг", "aoû", "aou", "ago", "sie", "сер", "srp", "ağu"),
    ("sep", "сен", "wrz", "вер", "zář", "set", "eyl"),
    ("oct", "okt", "окт", "paź", "жов", "říj", "ott", "eki", "out"),
    ("nov", "ноя", "lis", "лис", "noi", "kas", "ное"),
    ("dec", "dez", "дек", "déc", "dic", "gru", "гру", "pro", "ara"),
)
_MONTHS = {
    prefix: number for number, names in enumerate(_MONTH_PREFIXES, start=1) for prefix in names
}
_FOUR_LETTERS = 4
# The whole word, so that a text of many letters is read once: the longest month has 12.
_NAME = r"(?<![^\W\d_])[^\W\d_]{3,16}(?![^\W\d_])"
_DATE = (
    r"(?P<year>[0-9]{4})(?P<mark>[-./])(?P<month>[0-9]{1,2})(?P=mark)(?P<day>[0-9]{1,2})"
    r"(?:[T ][0-9]{2}:[0-9]{2}(?::[0-9]{2})?)?"
    r"|(?P<first>[0-9]{1,2})(?P<separator>[-./])(?P<second>[0-9]{1,2})(?P=separator)"
    r"(?P<last>[0-9]{4}|[0-9]{2})"
    r"|(?P<named_day>[0-9]{1,2})(?:\.|st|nd|rd|th|er)?\s?(?:de )?(?P<name>[^\W\d_]{3,16})\.?"
    r"\s?(?:de |,)?\s?(?P<named_year>[0-9]{4})"
    rf"|(?P<name_first>{_NAME})\.?\s(?P<day_after>[0-9][0-9]?)(?:st|nd|rd|th)?,?\s"
    r"(?P<year_after>[0-9]{4})"
)
_YEAR_WORD = r"(?:\s?(?:г|р|r)\b\.?)?"
_WHOLE = re.compile(rf"(?:{_DATE}){_YEAR_WORD}", re.IGNORECASE).fullmatch
_IN_TEXT = re.compile(rf"(?<![0-9./-])(?:{_DATE})(?![./-]?[0-9])", re.IGNORECASE)
_MONTHS_IN_YEAR = 12
_CENTURY = 2000


def parse_date(cell: str, *, day_first: bool | None = None) -> date | None:
    """Return the date that a whole cell names; None if there is none, or in doubt.

    `day_first` decides between day and month in `01/12/2026`; without it such a date is in doubt.
    """
    return _parse_text(displayed(cell), day_first)


def find_date(text: str, *, day_first: bool | None = None) -> date | None:
    """Return the only date in a header or sentence; None if there is none or more, or in doubt."""
    dates = {_date_of(match, day_first) for match in _IN_TEXT.finditer(normalize_marks(text))}
    return dates.pop() if len(dates) == 1 else None


def find_dates(text: str) -> list[tuple[date | None, tuple[int, int]]]:
    """Return the dates in a text in their order, None for one in doubt, with where they are."""
    return [
        (_date_of(match, day_first=None), match.span())
        for match in _IN_TEXT.finditer(text.translate(TYPOGRAPHY))
    ]


def find_days_in_doubt(text: str) -> list[tuple[date, date]]:
    """Return both days that a date such as `01/12/2026` may mean, for each one in a text."""
    matches = _IN_TEXT.finditer(text.translate(TYPOGRAPHY))
    by_order = ([_date_of(match, day_first=first) for first in (True, False)] for match in matches)
    pairs = (sorted(set(filter(None, days))) for days in by_order)
    return [(pair[0], pair[1]) for pair in pairs if len(pair) > 1]


def find_day_first(cells: Iterable[str]) -> bool | None:
    """Return whether the dates of a column with slashes begin with the day; None if in doubt."""
    orders: set[bool] = set()
    for cell in cells:
        match = _WHOLE(displayed(cell))
        if match and match["separator"] == "/":
            first, second = int(match["first"]), int(match["second"])
            if (first > _MONTHS_IN_YEAR) != (second > _MONTHS_IN_YEAR):
                orders.add(first > _MONTHS_IN_YEAR)
    return orders.pop() if len(orders) == 1 else None


@lru_cache(maxsize=1024)
def _parse_text(text: str, day_first: bool | None) -> date | None:  # noqa: FBT001
    match = _WHOLE(text)
    return _date_of(match, day_first) if match else None


def _date_of(match: re.Match[str], day_first: bool | None) -> date | None:  # noqa: FBT001
    if match["year"]:
        return _valid_date(match["year"], match["month"], match["day"])
    if name := match["name"] or match["name_first"]:
        year, day = (
            (match["named_year"], match["named_day"])
            if match["name"]
            else (match["year_after"], match["day_after"])
        )
        return _valid_date(year, _month_number(name), day)
    first, second, year = match["first"], match["second"], match["last"]
    if match["separator"] != "/":
        return _valid_date(year, second, first)
    by_order = {True: _valid_date(year, second, first), False: _valid_date(year, first, second)}
    if day_first is not None:
        return by_order[day_first]
    possible = set(by_order.values()) - {None}
    return possible.pop() if len(possible) == 1 else None


def _month_number(name: str) -> int:
    """Return the number of a month, 0 for another word."""
    folded = name.casefold()
    prefixes = (folded, folded[:_FOUR_LETTERS], folded[: _FOUR_LETTERS - 1])
    return next((_MONTHS[prefix] for prefix in prefixes if prefix in _MONTHS), 0)


def _valid_date(year: str, month: str | int, day: str) -> date | None:
    number = int(year)
    try:
        return date(
            number + _CENTURY if len(year) < _FOUR_LETTERS else number, int(month), int(day)
        )
    except ValueError:
        return None
