"""Whether the cells of a column fit what its header says: quantities, discounts, rates, dates."""

import re
from collections.abc import Callable
from decimal import Decimal

from pricebook.pricelists.detection.column_content import ColumnContent, display_text
from pricebook.pricelists.detection.price_periods import read_period
from pricebook.pricelists.facts.dates import parse_date
from pricebook.pricelists.facts.discounts import parse_discounts, parse_multiplier
from pricebook.pricelists.facts.quantities import Quantity, parse_pack, parse_quantity
from pricebook.pricelists.facts.vat import parse_vat_rate

# Of the filled cells of the sample.
_HALF = 0.5
MIN_FITTING_SHARE = 0.5
_MAX_VAT_RATES = 6
_TEN = Decimal(10)
_POWERS = frozenset(Decimal(10) ** exponent for exponent in range(5))
_MIN_QUANTITIES = 2
_MOST = 0.8
_MAX_CHARGE_LENGTH = 40
_MAX_GROUP_LENGTH = 12
_GROUP = re.compile(r"\s*[^\W_][\w./ -]*\s*").fullmatch
_FRACTION = re.compile(r"\s*\d*[.,]\d+\s*").fullmatch
_CHAIN = re.compile(r"[1-9]\d(?:[.,]\d+)?\s*%?(?:\s*\+\s*\d{1,2}(?:[.,]\d+)?\s*%?)+").fullmatch
_GTIN = re.compile(r"\s*\d{8}(?:\d{4,6})?\s*").fullmatch
_DATE = re.compile(r"\d{1,2}[./-]\d{1,2}[./-]\d{2,4}|\d{4}-\d{1,2}-\d{1,2}").search


def is_any(content: ColumnContent) -> bool:
    """Return whether the cells are texts without markup."""
    return not content.has_markup


def is_quantity(content: ColumnContent) -> bool:
    """Return whether the cells are quantities in digits: `100`, `100 St`; money is none."""
    return not _is_money(content) and _fits(content, _is_number_of_units)


def is_pack(content: ColumnContent) -> bool:
    """Return whether the cells are quantities in digits, or such and `each` beside `Box of 50`."""
    if is_quantity(content):
        return True
    names_pack = any(_pack_of(cell) and not _quantity_of(cell) for cell in content.cells)
    return names_pack and _fits(content, _pack_of)


def is_price_quantity(content: ColumnContent) -> bool:
    """Return whether the cells are quantities, among which `each` may be one."""
    has_quantity = any(map(_names_quantity, content.cells)) or not content.cells
    return has_quantity and not _is_money(content) and _fits(content, _quantity_of)


def is_quantity_of_price(content: ColumnContent) -> bool:
    """Return whether cells are quantities that prices are for: `10`, `100`, `EACH`, `1000 St`.

    With units, few other texts may be among them. Numbers without a unit are one only if they are
    powers of ten, and some more than once.
    """
    texts = [display_text(cell).strip() for cell in content.cells]
    quantities = [_quantity_of(cell) for cell in content.cells]
    numbers = [each.number for each in quantities if each]
    if not numbers or max(numbers) < _TEN:
        return False
    if any(any(map(str.isalpha, text)) for text in texts):
        return len(numbers) >= _MOST * len(texts) and not _is_money(content)
    is_round = len(numbers) == len(texts) and all(number in _POWERS for number in numbers)
    return is_round and len(set(numbers)) < len(numbers) and len(numbers) >= _MIN_QUANTITIES


def are_round_quantities(content: ColumnContent) -> bool:
    """Return whether half of the cells are 10, 100 or another power of ten, without a word."""
    numbers = [cell.number for each in content.cells if (cell := _quantity_of(each))]
    has_words = any(any(map(str.isalpha, display_text(cell))) for cell in content.cells)
    round_numbers = [number for number in numbers if number >= _TEN and number in _POWERS]
    return not has_words and 2 * len(round_numbers) >= max(1, len(content.cells))


def is_charge(content: ColumnContent) -> bool:
    """Return whether some cells have digits and no cell has a long text."""
    texts = list(map(display_text, content.cells))
    has_number = any(any(map(str.isdigit, text)) for text in texts)
    return has_number and max(map(len, texts)) <= _MAX_CHARGE_LENGTH


def has_numbers(content: ColumnContent) -> bool:
    """Return whether half of the cells have digits: packs have, units such as `pz` do not."""
    return content.share(lambda cell: any(map(str.isdigit, cell))) >= _HALF


def is_unit_text(content: ColumnContent) -> bool:
    """Return whether the cells have words, as units have."""
    return _fits(content, lambda cell: any(map(str.isalpha, display_text(cell))))


def is_date(content: ColumnContent) -> bool:
    """Return whether the cells are dates, also those whose order of day and month is in doubt."""
    return _fits(content, lambda cell: _DATE(display_text(cell)) or _parses_as_date(cell))


def are_periods(content: ColumnContent) -> bool:
    """Return whether the cells are two dates each, the first day and the last: `1.11.-30.11.26`."""
    return _fits(content, lambda cell: read_period(display_text(cell)).has_both)


def is_discount(content: ColumnContent) -> bool:
    """Return whether the cells are percentages or chains of them, or all mean no discount."""
    are_all_net = content.share(lambda cell: parse_discounts(cell) == ()) == 1
    has_number = are_all_net or any(map(parse_discounts, content.cells))
    return has_number and _fits(content, lambda cell: parse_discounts(cell) is not None)


def has_chain(content: ColumnContent) -> bool:
    """Return whether a cell is a chain of discounts: `40+10`, not `3+1`."""
    return any(_CHAIN(display_text(cell).strip()) for cell in content.cells)


def are_chains(content: ColumnContent) -> bool:
    """Return whether nearly all cells are discounts, some of them chains."""
    return are_discounts(content) and content.filled > 1 and has_chain(content)


def are_discounts(content: ColumnContent) -> bool:
    """Return whether nearly all cells are discounts, some of them percentages."""
    share = content.share(lambda cell: parse_discounts(cell) is not None)
    return share >= _MOST and any(map(parse_discounts, content.cells))


def is_multiplier(content: ColumnContent) -> bool:
    """Return whether the cells are numbers up to 1, some of them below."""
    discounts = [parse_multiplier(cell) for cell in content.cells]
    return any(discounts) and _fits(content, lambda cell: parse_multiplier(cell) is not None)


def is_group(content: ColumnContent) -> bool:
    """Return whether the cells are short texts, as discount groups are: not `0.3`."""
    return _fits(content, lambda cell: _is_group(display_text(cell)))


def is_vat_rate(content: ColumnContent) -> bool:
    """Return whether the cells are a few rates; amounts of tax are none."""
    rates = [rate for cell in content.cells if (rate := parse_vat_rate(cell)) is not None]
    is_rate = len(set(rates)) <= _MAX_VAT_RATES and all(rate * 10 % 1 == 0 for rate in rates)
    return is_rate and 2 * len(rates) >= len(content.cells)


def is_gtin(content: ColumnContent) -> bool:
    """Return whether the cells have as many digits as a GTIN."""
    return _fits(content, lambda cell: _GTIN(display_text(cell)))


def _fits(content: ColumnContent, predicate: Callable[[str], object]) -> bool:
    return content.share(predicate) >= MIN_FITTING_SHARE


def _is_money(content: ColumnContent) -> bool:
    """Return whether some cells have cents: `100.00` may be a quantity."""
    return content.kind == "money" and content.share(_has_cents) > 0


def _has_cents(cell: str) -> bool:
    fraction = re.search(r"[.,](\d{1,2})\D*$", display_text(cell))
    return fraction is not None and int(fraction[1]) > 0


def _quantity_of(cell: str) -> Quantity | None:
    """Return the quantity of a cell by either decimal mark, which the prices decide later."""
    return parse_quantity(cell, ".") or parse_quantity(cell, ",")


def _pack_of(cell: str) -> Quantity | None:
    return parse_pack(cell, ".") or parse_pack(cell, ",")


def _is_number_of_units(cell: str) -> bool:
    return any(map(str.isdigit, cell)) and _quantity_of(cell) is not None


def _is_group(text: str) -> bool:
    return len(text) <= _MAX_GROUP_LENGTH and bool(_GROUP(text)) and not _FRACTION(text)


def _names_quantity(cell: str) -> bool:
    quantity = _quantity_of(cell)
    return quantity is not None and (quantity.number != 1 or any(map(str.isdigit, cell)))


def _parses_as_date(cell: str) -> bool:
    return any(map(str.isdigit, cell)) and parse_date(display_text(cell)) is not None
