"""A table whose columns are set, not detected, to read single rows."""

from datetime import date
from decimal import Decimal
from typing import Any, get_args

import msgspec

from pricebook.pricelists.detection.table import DetectedTable
from pricebook.pricelists.row_reader import RowReader
from pricebook.pricelists.schemas.price_list_rows import (
    ItemRow,
    PriceDetails,
    PriceListRow,
    RejectedRow,
)
from pricebook.pricelists.schemas.profile import NumberProfile, PriceBasis
from pricebook.pricelists.schemas.read_config import Field
from pricebook.pricelists.schemas.read_request import FileSource, ReadRequest

TODAY = date(2026, 11, 26)
POINT = NumberProfile(decimal_marks=(".",))
FIELDS: tuple[Field, ...] = get_args(Field)
COMMA = NumberProfile(decimal_marks=(",",))


class Table:
    """A price list in USD with a column for each named field, read in the order of the fields."""

    def __init__(
        self,
        *fields: str,
        tiers: dict[int, str] | None = None,
        keys: tuple[int, ...] = (),
        numbers: NumberProfile = POINT,
        request: dict[str, Any] | None = None,
        **basis: Any,
    ) -> None:
        headers = ("sku", "name", "price", *fields)
        columns: dict[Field, int] = {
            field: headers.index(field) for field in FIELDS if field in headers
        }
        table = DetectedTable(
            header_row=1,
            rows_start_below=1,
            headers=headers,
            header_row_keys=frozenset({headers}),
            kinds=(None,) * len(headers),
            columns=columns,
            inferred_fields=(),
            characteristics=tuple(
                (header, index)
                for index, header in enumerate(headers)
                if header not in columns and header not in (tiers or {}).values()
            ),
            basis=msgspec.convert({"currency": "USD"} | basis, PriceBasis),
            tiers=tuple((Decimal(q), headers.index(name)) for q, name in (tiers or {}).items()),
            key_columns=keys,
        )
        options: dict[str, Any] = {
            "source": FileSource("list.csv"),
            "currency": "USD",
            "today": TODAY,
        }
        self._reader = RowReader(table, numbers, ReadRequest(**options | (request or {})))

    def row(self, price: str, *cells: str, sku: str = "A1", name: str = "Lamp") -> PriceListRow:
        return self._reader.read((2, [sku, name, price, *cells], None))

    def item(self, price: str, *cells: str, **keys: str) -> ItemRow:
        row = self.row(price, *cells, **keys)
        assert isinstance(row, ItemRow), row
        return row

    def rejected(self, price: str, *cells: str, **keys: str) -> RejectedRow:
        row = self.row(price, *cells, **keys)
        assert isinstance(row, RejectedRow), row
        return row


def details_of(item: ItemRow) -> PriceDetails:
    assert item.details is not None
    return item.details
