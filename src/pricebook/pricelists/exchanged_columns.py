"""Rows of a second table without a header: the price stands where the table has another number."""

import re
from collections import Counter
from collections.abc import Sequence

from pricebook.pricelists.detection.table import DetectedTable
from pricebook.pricelists.numbers import RowProblem
from pricebook.pricelists.schemas.read_config import DISCOUNT_FIELDS, Field
from pricebook.pricelists.text import quote

_MIN_ROWS = 3
_MAX_ROWS = 200
_MIN_SHARE = 0.9
_has_decimals = re.compile(r"\d[.,]\d{1,2}\D*\Z").search
_is_whole = re.compile(r"\d{1,9}\Z").match
# Numbers of these fields may have decimals in single rows.
_OTHER_FIELDS: tuple[Field, ...] = ("sku", "name", "gtin", "mpn", "vat_rate", *DISCOUNT_FIELDS)


class ExchangedColumns:
    """Compares the decimals of each row with those of the rows above."""

    def __init__(self, table: DetectedTable) -> None:
        self._price = table.columns["price"]
        self._headers = table.headers
        known = {table.columns.get(field) for field in _OTHER_FIELDS}
        known |= {self._price, *table.key_columns}
        self._others = [index for index in range(len(table.headers)) if index not in known]
        self._rows = 0
        self._prices_with_decimals = 0
        self._whole = Counter[int]()

    def find_problem(self, cells: Sequence[str]) -> RowProblem | None:
        """Return why a row is in doubt: its price is whole, as above only another number is."""
        price = cells[self._price].strip()
        if price.isdigit() and _is_whole(price) and self._are_prices_with_decimals():
            for index, count in self._whole.items():
                if count == self._rows and _has_decimals(cells[index]):
                    return self._problem(price, index, cells[index].strip())
        if self._rows < _MAX_ROWS:
            self._count(price, cells)
        return None

    def _are_prices_with_decimals(self) -> bool:
        share = self._prices_with_decimals >= _MIN_SHARE * self._rows
        return self._rows >= _MIN_ROWS and share

    def _count(self, price: str, cells: Sequence[str]) -> None:
        self._rows += 1
        self._prices_with_decimals += bool(_has_decimals(price))
        for index in self._others:
            if _is_whole(cells[index].strip()):
                self._whole[index] += 1

    def _problem(self, price: str, index: int, other: str) -> RowProblem:
        title = self._headers[index]
        return RowProblem(
            "malformed_row",
            f"The price {quote(price)} has no decimals and {quote(other)} in the column "
            f"{quote(title)} has some, unlike the rows above: the columns may be exchanged. Bring "
            f"them into the order of the header, or write the price as {price}.00.",
        )
