"""The charges of a row: a surcharge, an amount or a percentage of its price, and a deposit."""

from collections.abc import Callable
from decimal import Decimal
from typing import Literal

from pricebook.pricelists.detection.column_content import display_text
from pricebook.pricelists.facts.discounts import parse_discounts
from pricebook.pricelists.facts.numerals import parse_number
from pricebook.pricelists.numbers import RowProblem
from pricebook.pricelists.pricing import NO_SURCHARGE, Surcharge
from pricebook.pricelists.row_fields import RowFields, RowRejectedError
from pricebook.pricelists.schemas.cells import NumberCell
from pricebook.pricelists.text import quote

ChargeField = Literal["surcharge", "deposit"]
_NOTHING = frozenset({"", "-", "–", "—"})


def read_surcharge(
    fields: RowFields, cells: list[str], read_price: Callable[[str], Decimal | RowProblem]
) -> Surcharge:
    """Return the surcharge of a row; `read_price` reads amounts in its currency.

    Raises RowRejectedError if the cell is not understood.
    """
    return _read(fields, cells, "surcharge", read_price)


def read_deposit(
    fields: RowFields, cells: list[str], read_price: Callable[[str], Decimal | RowProblem]
) -> Decimal:
    """Return the deposit that the price of a row includes and that is taken off.

    Raises RowRejectedError if the cell is not understood.
    """
    charge = _read(fields, cells, "deposit", read_price)
    if charge.percent:
        raise _not_understood(fields, cells, "deposit")
    return charge.amount


def _read(
    fields: RowFields,
    cells: list[str],
    field: ChargeField,
    read_price: Callable[[str], Decimal | RowProblem],
) -> Surcharge:
    cell = fields.cell(cells, field)
    text = display_text(cell).strip()
    if text in _NOTHING:
        return NO_SURCHARGE
    if "%" in text or "%" in fields.header(field):
        percentages = parse_discounts(cell) if "-" not in text else None
        if percentages is not None and len(percentages) <= 1:
            return Surcharge(percent=sum(percentages, Decimal(0)))
    else:
        amount = _amount(cell, fields, read_price)
        if amount is not None:
            return Surcharge(amount=amount)
    raise _not_understood(fields, cells, field)


def _not_understood(fields: RowFields, cells: list[str], field: ChargeField) -> RowRejectedError:
    text = quote(display_text(fields.cell(cells, field)).strip())
    percentage = ", or one percentage" if field == "surcharge" else ""
    return RowRejectedError(
        "surcharge_unknown" if field == "surcharge" else "deposit_unknown",
        f"The {field} {text} ({fields.label(field)}) is not understood: expected an amount in the "
        f"currency of the price{percentage}; correct the cell.",
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
