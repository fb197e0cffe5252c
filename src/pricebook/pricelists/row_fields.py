"""The fields of a row beside code, name and price, as cells of one table."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import TypeVar

from pricebook.pricelists.detection.column_content import display_text, trimmed
from pricebook.pricelists.detection.currencies import currencies_in_text, format_currencies
from pricebook.pricelists.detection.previous_facts import PER_ROW
from pricebook.pricelists.detection.table import DetectedTable
from pricebook.pricelists.detection.unit_meanings import UNIT_FIELDS
from pricebook.pricelists.facts.dates import parse_date
from pricebook.pricelists.facts.quantities import Quantity, parse_pack, parse_quantity
from pricebook.pricelists.facts.units import PIECE
from pricebook.pricelists.facts.vat import parse_vat_rate
from pricebook.pricelists.numbers import RowProblem, known_decimal_mark
from pricebook.pricelists.price_problems import missing_quantity, unknown_quantity
from pricebook.pricelists.pricing import VAT_OF_LIST, Vat
from pricebook.pricelists.row_rejection import name_column
from pricebook.pricelists.schemas.price_list_rows import RowErrorType
from pricebook.pricelists.schemas.profile import NumberProfile
from pricebook.pricelists.schemas.read_config import DecimalMark, Field
from pricebook.pricelists.schemas.read_request import ReadRequest
from pricebook.pricelists.text import clean_name, quote

_ONE = Decimal(1)
_Value = TypeVar("_Value")


class RowRejectedError(Exception):
    """A row with a cell that is not understood."""

    def __init__(self, error_type: RowErrorType, message: str) -> None:
        super().__init__(message)
        self.problem = RowProblem(error_type, message)


class RowFields:
    """Parses the fields of the rows of one table.

    A cell that decides the price and is not understood raises RowRejectedError. Any other such
    cell is `unread`: its text is kept.
    """

    def __init__(
        self, table: DetectedTable, number_profile: NumberProfile, request: ReadRequest
    ) -> None:
        self._columns = table.columns
        self._headers = table.headers
        self._basis = table.basis
        self._catalog_currency = request.currency
        self.title_vat = VAT_OF_LIST
        self._meanings = table.basis.unit_meanings
        # Whether only the currency column says the currency, and not the same in all rows.
        self._is_currency_of_rows = (
            "currency" in table.facts
            and table.facts["currency"].value == PER_ROW
            and not table.basis.currency_source
        )
        self._unit_source = table.facts["unit"].source if "unit" in table.facts else "the list"
        self.decimal_mark: DecimalMark | None = known_decimal_mark(number_profile)

    def has(self, field: Field) -> bool:
        """Return whether the table has a column for a field."""
        return field in self._columns

    def cell(self, cells: list[str], field: Field) -> str:
        """Return the cell of a field, trimmed unless it is numeric; empty without a column."""
        index = self._columns.get(field)
        if index is None:
            return ""
        cell = cells[index]
        if self._meanings and field in UNIT_FIELDS:
            cell = self._meanings.get(display_text(cell).strip(), cell)
        return trimmed(cell)

    def text(self, cells: list[str], field: Field) -> str | None:
        """Return the displayed text of a field with single spaces, None if it is empty."""
        cell = self.cell(cells, field)
        return (clean_name(display_text(cell)) or None) if cell else None

    def parsed(
        self,
        cells: list[str],
        field: Field,
        parse: Callable[[str], _Value | None],
        unread: dict[Field, str],
    ) -> _Value | None:
        """Return the parsed cell of a field, None if it is empty or unread."""
        cell = self.cell(cells, field)
        if not cell:
            return None
        value = parse(cell)
        if value is None:
            unread[field] = display_text(cell).strip()
        return value

    def quantity_in(self, cell: str) -> Quantity | None:
        """Return the quantity of a cell by the decimal mark of the price list."""
        return parse_quantity(cell, self.decimal_mark)

    def pack_in(self, cell: str) -> Quantity | None:
        """Return the pieces of a pack by the decimal mark of the price list."""
        return parse_pack(cell, self.decimal_mark)

    def currency(self, cells: list[str]) -> str:
        """Return the currency of the row: its currency cell, else that of the price list."""
        cell = self.cell(cells, "currency")
        if not cell and self._is_currency_of_rows:
            raise RowRejectedError(
                "currency_unknown",
                f"The currency ({self.label('currency')}) is missing, and other rows have "
                "different ones: write its ISO 4217 code.",
            )
        return self._parse_currency(cell) if cell else self._basis.currency

    def price_quantity(
        self, cells: list[str], stated: Quantity | None, unit_quantity: Quantity | None
    ) -> Quantity:
        """Return the quantity that the price of the row is for.

        `stated` is what its cell names, `unit_quantity` what the unit cell does: a unit, `100 St`.
        """
        cell = self.cell(cells, "price_quantity")
        is_stated = cell or (unit_quantity is not None and self.cell(cells, "unit"))
        if self._basis.needs_quantity and not is_stated:
            raise RowRejectedError(*missing_quantity(self.label("price_quantity")))
        if cell and (stated is None or stated.is_part_of_piece):
            raise self._unknown_quantity(cells, "price_quantity")
        if unit_quantity is not None and unit_quantity.is_part_of_piece:
            raise self._unknown_quantity(cells, "unit")
        unit = (stated and stated.unit) or (unit_quantity and unit_quantity.unit)
        self._check_unit(cells, unit)
        numbers = {self._basis.price_quantity} - {_ONE}
        if stated is not None:
            numbers.add(stated.number)
        if unit_quantity is not None and unit_quantity.number != 1:
            numbers.add(unit_quantity.number)
        if len(numbers) > 1:
            raise RowRejectedError(
                "price_quantity_unknown",
                f"The price is for {' and for '.join(map(str, sorted(numbers)))} units, by "
                f"{self._quantity_sources()}: set price_quantity or name one in ignored_columns.",
            )
        return Quantity(numbers.pop() if numbers else _ONE, unit)

    def _unknown_quantity(self, cells: list[str], field: Field) -> RowRejectedError:
        text = display_text(self.cell(cells, field))
        return RowRejectedError(*unknown_quantity(text, self.label(field)))

    def _check_unit(self, cells: list[str], unit: str | None) -> None:
        """Reject a unit other than the measure that all prices are for: `pcs` and `per m`."""
        measure = self._basis.unit
        if not unit or measure in {None, PIECE, unit}:
            return
        field: Field = "unit" if self.cell(cells, "unit") else "price_quantity"
        raise RowRejectedError(
            "price_quantity_unknown",
            f"The unit {_quoted(self.cell(cells, field))} ({self.label(field)}) is not the one "
            f"that prices are for by {self._unit_source}: correct the cell, or name its column in "
            "ignored_columns.",
        )

    def pack_quantity(self, cells: list[str], stated: Quantity) -> Quantity:
        """Return the pack size that a price per pack is for; `stated` is the quantity beside it."""
        pack = self._pack(
            cells, "The price is per pack", ", or set prices_per_pack to false for prices per unit"
        )
        if stated.number not in {_ONE, pack.number}:
            raise RowRejectedError(
                "price_quantity_unknown",
                f"The price is per pack of {pack.number} and for {stated.number} units: set "
                "prices_per_pack to false or name one column in ignored_columns.",
            )
        return Quantity(pack.number, stated.unit or pack.unit)

    def known_pack_size(self, cells: list[str]) -> Decimal:
        """Return the pack size of a row that has only the price of a pack."""
        label = self.label("pack_price")
        return self._pack(cells, f"The row has only the price of a pack ({label})", "").number

    def _pack(self, cells: list[str], reason: str, or_else: str) -> Quantity:
        cell = self.cell(cells, "pack_size")
        pack = self.pack_in(cell) if cell else None
        if pack is None:
            column = f" ({self.label('pack_size')})" if self.has("pack_size") else ""
            found = f"{_quoted(cell)} is not understood" if cell else "is missing"
            raise RowRejectedError(
                "pack_size_unknown",
                f"{reason}, and the pack size{column} {found}: correct the cell{or_else}.",
            )
        return pack

    def vat(self, cells: list[str], unread: dict[Field, str]) -> Vat:
        """Return what the row, the titles above it and the price list state about VAT."""
        rate = self.parsed(cells, "vat_rate", parse_vat_rate, unread)
        title, included = self.title_vat, self._basis.vat_included
        if rate is None and "vat_rate" not in unread:
            rate = self._basis.vat_rate if title == VAT_OF_LIST else title.rate
        return Vat(included if title.included is None else title.included, rate)

    def valid_from(self, cells: list[str]) -> date | None:
        """Return the day from which the row holds, None if its cell is empty."""
        cell = self.cell(cells, "valid_from")
        if not cell:
            return None
        day = parse_date(cell, day_first=self._basis.day_first)
        if day is None:
            raise RowRejectedError(
                "date_unknown",
                f"The date {_quoted(cell)} ({self.label('valid_from')}) is not understood: write "
                "it as 2026-12-01 or 01.12.2026, or name the column in ignored_columns.",
            )
        return day

    def minimum_problem(self, text: str) -> RowRejectedError:
        """Return the error for a row whose minimum order quantity leaves its tier open."""
        return RowRejectedError(
            "tier_unknown",
            f"The minimum order quantity {quote(text)} ({self.label('min_order_quantity')}) is "
            "not understood, so it is open which price tier holds: correct the cell.",
        )

    def tier_problem(self, price: Decimal, first: Decimal) -> RowRejectedError:
        """Return the error for a row whose price differs from the one of its tier from 1."""
        return RowRejectedError(
            "tier_unknown",
            f"The price is {price} ({self.label('price')}), but the price tier from 1 is {first}: "
            "set one of the columns as price and name the other in ignored_columns.",
        )

    def next_price_problem(self) -> RowRejectedError:
        """Return the error for a row with a new price that nothing gives a first day."""
        return RowRejectedError(
            "date_unknown",
            f"The day from which the new price ({self.label('next_price')}) holds is missing: add "
            "it to the header or a column valid_from, or name the column in ignored_columns.",
        )

    def vat_problem(self, vat: Vat) -> RowRejectedError:
        """Return the error for a row whose price cannot be converted to the VAT basis."""
        if vat.included is None:
            message = "Nothing states whether the price includes VAT: set vat_included."
        else:
            column = f" ({self.label('vat_rate')})" if self.has("vat_rate") else ""
            message = f"The VAT rate of the row{column} is unknown: correct it or set vat_rate."
        return RowRejectedError("vat_unknown", message)

    def _parse_currency(self, cell: str) -> str:
        text, label = display_text(cell), self.label("currency")
        codes = currencies_in_text(text, self._catalog_currency)
        if not codes:
            raise RowRejectedError(
                "currency_unknown",
                f"The currency {quote(text)} ({label}) is not understood: write its ISO 4217 code, "
                "such as EUR.",
            )
        preferred = (self._basis.currency, self._catalog_currency, *codes)
        currency = next(code for code in preferred if code in codes)
        if len(codes) > 1 and currency not in preferred[:2]:
            raise RowRejectedError(
                "currency_unknown",
                f"The currency {quote(text)} ({label}) may be {format_currencies(codes)}: write "
                "its ISO 4217 code or set currency.",
            )
        if self._basis.currency_source and currency != self._basis.currency:
            raise RowRejectedError(
                "other_currency",
                f"The row is in {currency} ({label}) and in {self._basis.currency} by "
                f"{self._basis.currency_source}: correct one of them.",
            )
        return currency

    def header(self, field: Field) -> str:
        """Return the header of the column of a field, empty without a column."""
        index = self._columns.get(field)
        return "" if index is None else self._headers[index]

    def label(self, field: Field) -> str:
        """Return how a message names the column of a field."""
        return name_column(self._headers, self._columns[field])

    def _quantity_sources(self) -> str:
        columns = (self.label(field) for field in ("price_quantity", "unit") if self.has(field))
        return " and ".join((*columns, "the price list"))


def _quoted(cell: str) -> str:
    return quote(display_text(cell))
