"""Discounts in percent: `30`, `30 %`, `30+5`; multipliers: `0.42`."""

import re
from decimal import Decimal
from functools import lru_cache

from pricebook.pricelists.facts.numerals import displayed
from pricebook.pricelists.pricing import plain_decimal
from pricebook.pricelists.schemas.cells import NumberCell
from pricebook.pricelists.text import normalize_marks

_MAX_DISCOUNTS = 10
_HUNDRED = Decimal(100)
_NO_DISCOUNT = frozenset(
    (
        *("", "-", "–", "—", "no", "none", "net", "netto", "nett", "nt", "kein", "keine", "ohne"),
        *("nettopreis", "nettopris", "nettoprijs", "prix net", "precio neto", "prezzo netto", "n"),
        *("nette", "netta", "netti", "prix nets", "cena netto", "цена нетто", "ціна нетто"),
        *(
            "нет",
            "без скидки",
            "нетто",
            "aucune",
            "net net",
            "net price",
            "ninguno",
            "neto",
            "brak",
            "немає",
        ),
    )
)
_SEPARATOR = re.compile(r"\s*[+/]\s*")
_PERCENTAGE = re.compile(r"(?P<number>[0-9]{1,3}(?:[.,][0-9]{1,4})?)\s*(?P<sign>%?)").fullmatch
# `%20`, as in Turkish.
_SIGN_FIRST = re.compile(r"^%\s*([0-9.,]+)$")
_MULTIPLIER = re.compile(r"[x×*]?\s*(?P<number>[0-9]*[.,]?[0-9]{1,6})\s*%?").fullmatch


def parse_discounts(cell: str) -> tuple[Decimal, ...] | None:
    """Return the chain of percentages of a cell, empty for no discount; None if in doubt.

    A number between 0 and 1 is a percentage only with a percent sign; with a percent format, the
    number 0.3 is 30 percent. A discount with a minus sign is the same discount.
    """
    if isinstance(cell, NumberCell):
        number = abs(Decimal(cell))
        is_percentage = "%" in displayed(cell)
        discount = number * 100 if is_percentage else number
        return None if _is_doubtful(discount, is_percentage=is_percentage) else _chain([discount])
    return _parse_text(cell)


def parse_multiplier(cell: str) -> tuple[Decimal, ...] | None:
    """Return what a multiplier over 0 and at most 1 takes off in percent, 0.42 takes 58; else None.

    42 % is the multiplier 0.42.
    """
    is_percentage = "%" in displayed(cell)
    if isinstance(cell, NumberCell):
        multiplier = Decimal(cell)
    else:
        match = _MULTIPLIER(normalize_marks(cell))
        multiplier = Decimal(match["number"].replace(",", ".")) if match else Decimal(0)
        multiplier = multiplier / 100 if is_percentage else multiplier
    return _chain([plain_decimal(_HUNDRED - multiplier * 100)]) if 0 < multiplier <= 1 else None


def has_minus_sign(cell: str) -> bool:
    """Return whether a discount is written as a negative number: `-20`, but not `-`."""
    return displayed(cell).startswith("-") and any(map(str.isdigit, cell))


@lru_cache(maxsize=4096)
def _parse_text(cell: str) -> tuple[Decimal, ...] | None:
    text = normalize_marks(cell)
    if text.casefold() in _NO_DISCOUNT:
        return ()
    text = _SIGN_FIRST.sub(r"\1%", text)
    parts = _SEPARATOR.split(text.removeprefix("-").lstrip())
    matches = [_PERCENTAGE(part) for part in parts]
    if len(parts) > _MAX_DISCOUNTS:
        return None
    discounts: list[Decimal] = []
    has_sign = "%" in text
    for match in matches:
        discount = Decimal(match["number"].replace(",", ".")) if match else None
        if discount is None or _is_doubtful(discount, is_percentage=has_sign):
            return None
        discounts.append(discount)
    return _chain(discounts)


def _is_doubtful(discount: Decimal, *, is_percentage: bool) -> bool:
    """Return whether a number is no percentage, or may be a share of one."""
    return discount > _HUNDRED or (not is_percentage and 0 < discount < 1)


def _chain(discounts: list[Decimal]) -> tuple[Decimal, ...]:
    return tuple(discount for discount in discounts if discount)
