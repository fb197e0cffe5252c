"""The same prices with and without tax side by side, proved by the rates of the sample rows."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import NamedTuple

from pricebook.pricelists.detection.ambiguity_errors import column_label, column_reference
from pricebook.pricelists.detection.column_content import ColumnContent
from pricebook.pricelists.detection.header_row import TableHeader
from pricebook.pricelists.detection.header_texts import header_statement
from pricebook.pricelists.detection.price_arithmetic import (
    are_products,
    other_numbers,
    sample_prices,
)
from pricebook.pricelists.facts.vat import parse_vat_rate
from pricebook.pricelists.schemas.profile import Fact
from pricebook.pricelists.schemas.read_config import DISCOUNT_FIELDS, Field

TAX_TWIN = "tax_twin"
_MIN_ROWS = 3
# Beside discounts, gross and net may mean prices before and after these.
_DISCOUNTS = frozenset[Field]((*DISCOUNT_FIELDS, "discount_group"))


class TaxTwin(NamedTuple):
    """The column of the same prices with the other tax basis.

    `is_proved`: the rates of the rows lead from one to the other.
    """

    column: int
    includes_tax: bool
    is_proved: bool


def detect_tax_twin(
    header: TableHeader,
    columns: Mapping[Field, int],
    contents: Sequence[ColumnContent],
    currency: str,
) -> TaxTwin | None:
    """Return the only column whose header says the opposite tax basis of that of the price."""
    basis = header_statement(header.cells[columns["price"]]).vat_included
    if len(basis) != 1:
        return None
    includes_tax = True not in basis
    proved = find_tax_twin(header, columns, contents, currency)
    if proved is not None:
        return TaxTwin(proved, includes_tax, is_proved=True)
    others = [
        index
        for index in other_numbers(header, contents, columns.values())
        if header_statement(header.cells[index]).vat_included == frozenset({includes_tax})
    ]
    is_certain = len(others) == 1 and _DISCOUNTS.isdisjoint(columns)
    return TaxTwin(others[0], includes_tax, is_proved=False) if is_certain else None


def note_tax_twin(header: TableHeader, twin: TaxTwin | None) -> dict[str, Fact]:
    """Return the fact of the profile: the column from which missing prices follow."""
    if twin is None or not twin.is_proved:
        return {}
    label = f"the column {column_label(header, twin.column)}"
    return {TAX_TWIN: Fact(column_reference(header, twin.column), "column", label)}


def find_tax_twin(
    header: TableHeader,
    columns: Mapping[Field, int],
    contents: Sequence[ColumnContent],
    currency: str,
) -> int | None:
    """Return the column of the same prices with the other tax basis; None if none is certain.

    Its header says the opposite, as `brutto` beside `netto`, and the rates of the rows lead from
    one to the other.
    """
    price, rates = columns["price"], columns.get("vat_rate")
    basis = header_statement(header.cells[price]).vat_included
    if rates is None or len(basis) != 1:
        return None
    (is_included,) = basis
    factors = _net_shares(contents[rates])
    prices = sample_prices(contents[price], currency)
    for index in other_numbers(header, contents, columns.values()):
        if header_statement(header.cells[index]).vat_included != frozenset({not is_included}):
            continue
        others = sample_prices(contents[index], currency)
        net, gross = (others, prices) if is_included else (prices, others)
        if are_products(net, gross, factors, _MIN_ROWS):
            return index
    return None


def _net_shares(content: ColumnContent) -> dict[int, Decimal]:
    """Return by sample row the share of a gross price that is no tax."""
    rates = zip(content.rows, map(parse_vat_rate, content.cells), strict=True)
    return {row: 100 / (100 + rate) for row, rate in rates if rate is not None}
