"""The surcharge of a row: an amount, or a percentage of its price."""

from collections.abc import Callable
from decimal import Decimal

from pricebook.pricelists.detection.column_content import display_text
from pricebook.pricelists.facts.discounts import parse_discounts
from pricebook.pricelists.facts.numerals import parse_number
from pricebook.pricelists.numbers import RowProblem
from pricebook.pricelists.pricing import NO_SURCHARGE, Surcharge
from pricebook.pricelists.row_fields import RowFields, RowRejectedError
from pricebook.pricelists.schemas.cells import NumberCell
from pricebook.pricelists.text import quote

_NOTHING = frozenset({"", "-", "–", "—"})


def read_surcharge(
    fields: RowFields, cells: list[str], read_price: Callable[[str], Decimal | RowProblem]
) -> Surcharge:
    """Return the surcharge of a row; `read_price` reads amounts in its currency.

    Raises RowRejectedError if the cell is not understood.
    """
    cell = fields.cell(cells, "surcharge")
    text = display_text(cell).strip()
    if text in _NOTHING:
        return NO_SURCHARGE
    if "%" in text or "%" in fields.header("surcharge"):
        percentages = parse_discounts(cell) if "-" not in text else None
        if percentages is not None and len(percentages) <= 1:
            return Surcharge(percent=sum(percentages, Decimal(0)))
    else:
        amount = _amount(cell, fields, read_price)
        if amount is not None:
            return Surcharge(amount=amount)
    raise RowRejectedError(
        "surcharge_unknown",
        f"The surcharge {quote(text)} ({fields.label('surcharge')}) is not understood: expected an "
        "amount in the currency of the price, or one percentage; correct the cell.",
    )


def _amount(
    cell: str, fields: RowFields, read_price: Callable[[str], Decimal | RowProblem]
) -> Decimal | None:
    """Return an amount, which may have more decimals than a price; None if it is none."""
    amount = read_price(cell)
    if isinstance(amount, Decimal):
        return amount
    if amount.error_type == "price_on_request":
        raise RowRejectedError(*amount)
    if amount.error_type != "price_too_precise":
        return None
    return (
        Decimal(cell) if isinstance(cell, NumberCell) else parse_number(cell, fields.decimal_mark)
    )
