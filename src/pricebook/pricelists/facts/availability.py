"""Stock and lead time: `12`, `>50`, `в наличии`, `2-3 days`, `1 Woche`."""

import math
import re
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from typing import NamedTuple

from pricebook.pricelists.facts.numerals import NUMBER, displayed, parse_number
from pricebook.pricelists.facts.units import parse_unit
from pricebook.pricelists.schemas.cells import NumberCell
from pricebook.pricelists.schemas.read_config import DecimalMark
from pricebook.pricelists.text import normalize_marks

_ZERO = Decimal(0)
_OUT_OF_STOCK = frozenset(
    (
        *("no", "none", "out of stock", "not in stock", "not available", "sold out", "nein"),
        *("nicht auf lager", "nicht vorrätig", "nicht lieferbar", "ausverkauft", "nicht verfügbar"),
        *("нет", "нет в наличии", "отсутствует", "нету", "non", "rupture", "en rupture"),
        *("rupture de stock", "épuisé", "indisponible", "sin stock", "agotado", "no disponible"),
        *("sin existencias", "nie", "brak", "niedostępny", "niedostępne", "немає", "ні"),
        *("немає в наявності", "відсутній", "відсутнє"),
    )
)
_STOCK = re.compile(
    rf"(?P<before>>=?|≥|от|more than|over|mehr als|über|más de|plus de|ponad|більше|более|больше)?"
    rf"\s?(?P<first>{NUMBER})(?:\s?(?:-|–|—)\s?(?P<last>{NUMBER}))?\s?(?P<plus>\+?)"
    r"\s?(?P<unit>[^0-9<>+]*)",
    re.IGNORECASE,
).fullmatch

_MAX_DAYS = 3650
_MAX_NUMBERS = 2
_DAYS_OF_WORDS: dict[Fraction, str] = {
    Fraction(1, 24): (
        "h hr hrs hour hours std stunde stunden час часа часов ч год година години годин heure "
        "heures hora horas godzina godziny godzin godz"
    ),
    Fraction(1): (
        "d day days tag tage tagen t at wt werktag werktage werktagen arbeitstag arbeitstage "
        "arbeitstagen день дня дней дн д сутки суток сут jour jours j día días dia dias dzień "
        "dni дні днів доба"
    ),
    Fraction(7): (
        "w wk wks week weeks wo woche wochen неделя недели недель нед semaine semaines sem "
        "semana semanas tydzień tygodnie tygodni tyg тиждень тижні тижнів тиж"
    ),
    Fraction(30): (
        "month months mo monat monate monaten mon месяц месяца месяцев мес mois mes meses miesiąc "
        "miesiące miesięcy mies місяць місяці місяців міс"
    ),
}
_DAYS = {word: days for days, words in _DAYS_OF_WORDS.items() for word in words.split()}
_OTHER_TIME_WORDS = frozenset(
    (
        *("working", "business", "work", "workdays", "calendar", "ca", "approx", "about", "circa"),
        *("etwa", "bis", "to", "до", "ab", "from", "около", "рабочих", "рабочие", "рабочий", "раб"),
        *("календарных", "робочих", "ouvrés", "ouvrables", "ouvré", "laborables", "hábiles"),
        *("robocze", "roboczych", "within", "in", "за", "через", "à", "a", "od", "do", "от", "из"),
        *("lieferzeit", "срок", "env", "environ", "max", "maximal", "maximum", "макс", "nach"),
        *("up", "innerhalb", "von", "delivery", "поставки", "under"),
    )
)
_AT_ONCE = frozenset(
    (
        *("sofort", "sofort lieferbar", "immediately", "immediate", "same day", "at once", "today"),
        *("сразу", "немедленно", "сегодня", "immédiat", "immédiate", "immédiatement", "inmediato"),
        *("inmediata", "od ręki", "natychmiast", "одразу", "негайно", "сьогодні"),
    )
)
_WORD = re.compile(r"[^\W\d_]+")
_TIME_NUMBER = re.compile(r"(?<![0-9.,])[0-9]{1,3}(?:[.,][0-9])?(?![.,]?[0-9])")
_NOT_IN_TIME = re.compile(r"[^\w\s.,()~<>≤/+–—-]|[0-9_]").search


class Stock(NamedTuple):
    """The quantity that is at least in stock, and the text unless that is the bare quantity."""

    quantity: Decimal | None = None
    text: str | None = None


def parse_stock(cell: str, decimal_mark: DecimalMark | None = None) -> Stock:
    """Return what a stock cell says; a text without a quantity is kept as text.

    `>50`, `50+` and `50-100` are at least 50, a negative number is none. `decimal_mark` is the
    decimal mark of the price list if that is known.
    """
    text = displayed(cell)
    if isinstance(cell, NumberCell):
        number = Decimal(cell)
        return Stock(max(number, _ZERO), None if text == cell and number >= 0 else text)
    return _parse_stock_text(text, decimal_mark)


def parse_lead_time_days(cell: str, unit_days: int = 1) -> int | None:
    """Return a lead time in days, of a range the longer one; None if it is not understood.

    `unit_days` is the unit of a number without one.
    """
    return _parse_time(displayed(cell).casefold(), unit_days)


def find_time_unit_days(header: str) -> int | None:
    """Return the days of the unit that a header names, 7 for `Lead time (weeks)`; else None."""
    units = {
        _DAYS[word] for word in _WORD.findall(normalize_marks(header).casefold()) if _is_unit(word)
    }
    return math.ceil(units.pop()) if len(units) == 1 else None


@lru_cache(maxsize=4096)
def _parse_stock_text(text: str, decimal_mark: DecimalMark | None) -> Stock:
    if not text:
        return Stock()
    if text.casefold() in _OUT_OF_STOCK:
        return Stock(_ZERO, text)
    if text[0] in "-–" and _STOCK(text[1:]):
        return Stock(_ZERO, text)
    match = _STOCK(text)
    unit = match["unit"].strip() if match else ""
    quantity = parse_number(match["first"], decimal_mark) if match else None
    if match is None or quantity is None or (unit and parse_unit(unit) is None):
        return Stock(None, text)
    is_bare = match["first"] == text
    return Stock(quantity, None if is_bare else text)


@lru_cache(maxsize=4096)
def _parse_time(text: str, unit_days: int) -> int | None:
    if text in _AT_ONCE:
        return 0
    words = _WORD.findall(text)
    units = {_DAYS[word] for word in words if word in _DAYS}
    numbers = [Fraction(number.replace(",", ".")) for number in _TIME_NUMBER.findall(text)]
    if not 0 < len(numbers) <= _MAX_NUMBERS or len(units) > 1:
        return None
    is_other_text = not _OTHER_TIME_WORDS.issuperset(word for word in words if word not in _DAYS)
    if is_other_text or _NOT_IN_TIME(_TIME_NUMBER.sub("", text)):
        return None
    days = math.ceil(max(numbers) * (units.pop() if units else unit_days))
    return days if days <= _MAX_DAYS else None


def _is_unit(word: str) -> bool:
    return len(word) > 1 and word in _DAYS
